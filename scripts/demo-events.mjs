// The API that the connector my-plugin-daily-events reads: made-up events by day and country, on loopback.
// Options: --port N (default 4253, the connector's own; 0: any free port), --latency N (milliseconds before each answer),
// --fails PARTITION (as 2026-10-13|FR: the first request for it is refused).
import { parseArgs } from 'node:util';
import { createJiti } from 'jiti';

const options = {
  port: { type: 'string', default: '4253' },
  latency: { type: 'string', default: '0' },
  fails: { type: 'string' },
};
const { values } = parseArgs({ options });
const fixture = '../python-connectors/my-plugin-daily-events/fixtures/api.ts';
const { startApi } = await createJiti(import.meta.url).import(fixture);
let hasFailed = false;
const faults = ({ query }) => {
  if (hasFailed || values.fails !== `${query.day}|${query.country}`) return undefined;
  hasFailed = true;
  return { status: 422, body: { error: 'the events of this day are being counted' } };
};
const { url } = await startApi({ port: Number(values.port), latencyMs: Number(values.latency), faults });
console.log(`${url}/events has events of every day and country; Ctrl-C ends it`);
