// The engine without a target: node engine.mjs pages|rows COUNT
// The pages are made beforehand and given again and again: measured is the host, not the making of rows.
import { performance } from 'node:perf_hooks';
import { NullTarget } from '../../dist/targets/null/null-target.js';
import { runEngine } from '../harness/run-engine.mjs';
import { generators } from './generators.mjs';

const [kind, count] = process.argv.slice(2);
const target = new NullTarget();
const started = performance.now();
await runEngine({
  connector: { getReadSchema: () => null, generateRows: () => generators[kind](Number(count)) },
  target,
});
console.log(JSON.stringify({ rows: target.rows, seconds: (performance.now() - started) / 1000 }));
