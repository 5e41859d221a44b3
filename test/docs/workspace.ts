import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, open, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { hostEnv } from '../helpers/run-host.js';
import type { WarmHost } from '../helpers/warm-host.js';
import { ROOT } from './markdown.js';

/** The shell's `npx host` is a warm host; npm says only what a script says. */
const SHELL_FUNCTIONS =
  'npx() { [ "$1" = host ] && shift; "$NODE" "$CLIENT" "$@"; }; npm() { command npm --silent "$@"; };';
const CLIENT = join(ROOT, 'test/helpers/warm-host-client.mjs');
/** Longest time that a shown command may take, in milliseconds. */
const TIMEOUT_MS = 25_000;

/** What a clone has that commands of the documentation need, copied to a folder; the rest is linked. */
export async function fillWorkspace(folder: string): Promise<void> {
  for (const path of ['plugin.json', 'package.json', 'scripts', 'python-connectors', 'docs/examples']) {
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  }
  for (const path of ['node_modules', 'dist']) await symlink(join(ROOT, path), join(folder, path));
}

/** How a shown command ended: its output is stdout and stderr as a terminal has them. */
export interface ShellResult {
  readonly exitCode: number | null;
  readonly output: string;
}

/**
 * Runs a line as a shell does. Its `npx host` hands the command to a warm host.
 *
 * @param env variables besides those that every command has
 */
export async function runLine(
  line: string,
  folder: string,
  host: WarmHost,
  env: Readonly<Record<string, string>> = {},
): Promise<ShellResult> {
  await host.ready();
  const file = join(folder, '.output');
  const output = await open(file, 'w');
  try {
    const shell = spawn('bash', ['-c', `${SHELL_FUNCTIONS} ${line}`], {
      cwd: folder,
      env: hostEnv({ WARM_HOST: host.path, CLIENT, NODE: process.execPath, ...env }),
      stdio: ['ignore', output.fd, output.fd],
      timeout: TIMEOUT_MS,
    });
    const [exitCode] = (await once(shell, 'close')) as [number | null];
    return { exitCode, output: await readFile(file, 'utf8') };
  } finally {
    await output.close();
    await rm(file);
  }
}

/** A server that says its address on stdout. */
export interface Server {
  readonly url: string;
  stop(): void;
}

/** Starts a server's script with these arguments and waits for its address. */
export async function startServer(script: string, args: readonly string[]): Promise<Server> {
  const child: ChildProcess & { stdout: Readable } = spawn(process.execPath, [join(ROOT, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /http:\/\/[\w.:]+/.exec(text.toString())?.[0];
  if (url === undefined) throw new Error(`${script} did not say its address: ${text.toString()}`);
  return { url, stop: () => child.kill() };
}
