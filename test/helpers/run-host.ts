import { afterAll } from '@jest/globals';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** The built command line. */
export const HOST = join(__dirname, '../../dist/cli/main.js');

/** Shared by all runs of a test file, so that jiti compiles a connector's file once. */
const cacheFolder = mkdtempSync(join(tmpdir(), 'connector-host-cache-'));
afterAll(() => rmSync(cacheFolder, { recursive: true, force: true }));

/** Longest time that a command may take before it counts as hanging, in milliseconds. */
const TIMEOUT_MS = 20_000;

/** How a command is run. */
export interface HostOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a command ended. */
export interface HostResult {
  /** Null: a signal ended it, which is also how one that hangs ends. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** A command that is running. */
export interface RunningHost {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<HostResult>;
  /** Waits until what came on a stream so far fits. */
  until(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<void>;
}

/** Environment of a command: nothing of the machine's but the path to programs. */
export function hostEnv(env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: cacheFolder, XDG_CACHE_HOME: cacheFolder, ...env };
}

/** Starts `host` with these arguments. */
export function startHost(args: readonly string[], { cwd, env }: HostOptions): RunningHost {
  if (!existsSync(HOST))
    throw new Error('dist/cli/main.js is missing: run `npm run build` before these tests');
  // As the bin's first line does: without the `--`, Node 20 takes --env-file for an option of its own.
  const child = spawn(process.execPath, ['--', HOST, ...args], {
    cwd,
    env: hostEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const startedAt = performance.now();
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => (text[stream] += chunk));
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const ended = new Promise<HostResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, ...text, seconds: (performance.now() - startedAt) / 1000 });
    });
  });
  return {
    process: child,
    ended,
    until: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (pattern.test(text[stream])) resolve();
        };
        child[stream].on('data', check);
        child.on('close', () =>
          reject(new Error(`the host ended before ${stream} matched ${pattern}: ${text.stderr}`)),
        );
        check();
      }),
  };
}

/** Runs `host` with these arguments to its end. */
export function runHost(args: readonly string[], options: HostOptions): Promise<HostResult> {
  return startHost(args, options).ended;
}

/**
 * Does independent work for each item, two at a time: who asks for the result of one item starts the next as well.
 */
export function oneAhead<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): (item: Item) => Promise<Result> {
  const results = new Map<Item, Promise<Result>>();
  afterAll(() => Promise.allSettled(results.values()));
  const start = (item: Item): Promise<Result> => {
    const result = results.get(item) ?? work(item);
    // Whoever asks for it hears of a failure.
    result.catch(() => undefined);
    results.set(item, result);
    return result;
  };
  return (item) => {
    const result = start(item);
    const next = items[items.indexOf(item) + 1];
    if (next !== undefined) void start(next);
    return result;
  };
}
