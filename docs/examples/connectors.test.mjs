import { after, before, describe, it } from 'node:test';
import { describeConnector } from 'connector-host/testing';

// The suites take describe and it from the globals, where jest, vitest and mocha have them.
Object.assign(globalThis, { after, before, describe, it });

describeConnector(new URL('python-connectors/my-plugin-countries', import.meta.url).pathname);
describeConnector(new URL('python-connectors/my-plugin-webhook', import.meta.url).pathname);
