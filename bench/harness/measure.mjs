import { performance } from 'node:perf_hooks';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PRELOAD = new URL('print-usage.mjs', import.meta.url).href;

/** The built command line. */
export const HOST = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Path of a file beside the caller: `here(import.meta.url, 'straight.mjs')`. */
export function here(url, name) {
  return fileURLToPath(new URL(name, url));
}

/** Arguments of `host run` with the benchmark's own plugin. */
export function hostRun(connector, values, to) {
  const sets = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const plugin = here(import.meta.url, '../plugin');
  return [HOST, 'run', connector, '--plugin', plugin, '--quiet', '--to', to, '--table', 'rows', ...sets];
}

/**
 * Runs a script in a Node process of its own.
 *
 * @returns wall and CPU (user and system) in seconds, peak resident memory in MiB, and what it printed
 */
export async function measure(args, { env = {} } = {}) {
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', PRELOAD, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, out, err, usageText] = child.stdio.map((pipe) => textOf(pipe));
  const code = await new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject));
  const wall = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${await err}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(await usageText);
  return { wall, cpu: (userCPUTime + systemCPUTime) / 1e6, rss: maxRSS / 1024, out: await out };
}

async function textOf(pipe) {
  let text = '';
  for await (const part of pipe ?? []) text += part;
  return text;
}
