import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeConnector } from 'connector-host/testing';

// The suites take describe and it from the globals, where jest, vitest and mocha have them.
Object.assign(globalThis, { after, before, describe, it });

for (const name of ['my-plugin-countries', 'my-plugin-webhook']) {
  describeConnector(fileURLToPath(new URL(`python-connectors/${name}`, import.meta.url)));
}
