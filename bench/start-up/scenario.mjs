import { performance } from 'node:perf_hooks';
import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { absolute, alternate } from '../harness/compare.mjs';
import { here, HOST } from '../harness/measure.mjs';
import { withFolder } from '../harness/store.mjs';

const PREVIEW = [
  'preview',
  'bench-rows',
  '--limit',
  '1',
  '--set',
  'rows=1000',
  '--plugin',
  here(import.meta.url, '../plugin'),
];

/** How long a command takes from the start of the process to its end. */
export const scenario = {
  rounds: 11,
  run: (rounds) =>
    withFolder(async (folder) => {
      const warm = { XDG_CACHE_HOME: join(folder, 'warm') };
      const cold = async () => ({ XDG_CACHE_HOME: await mkdtemp(join(folder, 'cold-')) });
      await seconds([HOST, ...PREVIEW], warm);
      const results = await alternate(rounds, {
        node: () => seconds(['--eval', '0']),
        version: () => seconds([HOST, '--version']),
        help: () => seconds([HOST, '--help']),
        list: () => seconds([HOST, 'list']),
        warm: () => seconds([HOST, ...PREVIEW], warm),
        cold: async () => seconds([HOST, ...PREVIEW], await cold()),
      });
      const line = (what, values, atMost) => absolute(what, 's', values, atMost && { atMost });
      return [
        line('node that does nothing', results.node),
        line('host --version', results.version, 0.15),
        line('host --help', results.help, 0.15),
        line('host list', results.list, 0.35),
        line('host preview, first row, warm cache', results.warm, 1),
        line('host preview, first row, cold cache', results.cold, 1),
      ];
    }),
};

/** Nothing is preloaded here: it would be measured too. */
async function seconds(args, env = {}) {
  const started = performance.now();
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
  const code = await new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject));
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return (performance.now() - started) / 1000;
}
