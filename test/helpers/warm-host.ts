import { afterAll } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hostEnv, type HostOptions, type HostResult } from './run-host.js';

/** Longest time that a command may take before it counts as hanging, in milliseconds. */
const TIMEOUT_MS = 20_000;

/**
 * A process that has the built command line loaded and runs commands one after the other, which spares each the time to
 * start. For commands that do not depend on a process of their own; one that is killed, stopped by a signal, ended by
 * its connector or run beside another needs `runHost`.
 */
export class WarmHost {
  /** Of its socket. */
  readonly path: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'warm-host-'));
  #child: ChildProcess | undefined;
  #ready: Promise<void> | undefined;

  /** Call it at the top of a test file: the process ends with the tests. */
  constructor() {
    this.path = join(this.#folder, 'socket');
    afterAll(() => {
      this.#child?.kill('SIGKILL');
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** Starts the process, where it has not been. */
  ready(): Promise<void> {
    this.#ready ??= this.#start();
    return this.#ready;
  }

  /** Runs `host` with these arguments to its end. */
  async run(args: readonly string[], { cwd, env }: HostOptions): Promise<HostResult> {
    await this.ready();
    const startedAt = performance.now();
    const text = { stdout: '', stderr: '' };
    const ended: { exitCode?: number } = {};
    const socket = connect(this.path);
    const timer = setTimeout(() => socket.destroy(), TIMEOUT_MS);
    socket.write(`${JSON.stringify({ args, cwd, env: hostEnv(env) })}\n`);
    createInterface(socket).on('line', (line) => {
      const message = JSON.parse(line) as { stdout?: string; stderr?: string; exitCode?: number };
      text.stdout += message.stdout ?? '';
      text.stderr += message.stderr ?? '';
      Object.assign(ended, message.exitCode === undefined ? {} : { exitCode: message.exitCode });
    });
    await once(socket, 'close');
    clearTimeout(timer);
    const { exitCode } = ended;
    if (exitCode === undefined) throw new Error(`the command did not end: ${args.join(' ')}\n${text.stderr}`);
    return { exitCode, ...text, seconds: (performance.now() - startedAt) / 1000 };
  }

  async #start(): Promise<void> {
    const child = spawn(process.execPath, [join(__dirname, 'warm-host-process.mjs'), this.path], {
      env: hostEnv(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    await once(child.stdout, 'data');
  }
}
