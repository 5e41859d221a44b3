// The API that the connector my-plugin-daily-events reads: made-up events by day and country, on loopback.
// Options: --port N (default 4253, the connector's own; 0: any free port), --latency N (milliseconds before each answer).
import { parseArgs } from 'node:util';
import { createJiti } from 'jiti';

const options = {
  port: { type: 'string', default: '4253' },
  latency: { type: 'string', default: '0' },
};
const { values } = parseArgs({ options });
const fixture = '../python-connectors/my-plugin-daily-events/fixtures/api.ts';
const { startApi } = await createJiti(import.meta.url).import(fixture);
const { url } = await startApi({ port: Number(values.port), latencyMs: Number(values.latency) });
console.log(`${url}/events has events of every day and country; Ctrl-C ends it`);
