// The engine without a target: node engine.mjs pages|rows COUNT
// The pages are made beforehand and given again and again: measured is the host, not the making of rows.
/* global AbortController */
import { performance } from 'node:perf_hooks';
import { RunProgress } from '../../dist/sync/run-progress.js';
import { runSync } from '../../dist/sync/sync.js';
import { NullTarget } from '../../dist/targets/null/null-target.js';
import { generators } from './generators.mjs';

const [kind, count] = process.argv.slice(2);
const target = new NullTarget();
const started = performance.now();
const { error } = await runSync({
  runId: 'bench',
  pipeline: 'bench',
  table: 'rows',
  mode: 'overwrite',
  connector: { getReadSchema: () => null, generateRows: () => generators[kind](Number(count)) },
  target,
  recordsLimit: -1,
  signal: new AbortController().signal,
  source: new AbortController(),
  progress: new RunProgress(),
});
if (error) throw error;
console.log(JSON.stringify({ rows: target.rows, seconds: (performance.now() - started) / 1000 }));
