import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readHistory, type History } from '../helpers/read-history.js';
import { HOST, hostEnv, oneAhead, startHost, type HostResult } from '../helpers/run-host.js';
import { sampled } from '../fixtures/sampled.js';
import { connectorCode, inTempFolder, pluginFiles, readFiles } from '../helpers/temp-plugin.js';
import { WarmHost } from '../helpers/warm-host.js';

const warmHost = new WarmHost();

/** Every one says on stderr, with --verbose, that it has begun. */
const ENDLESS: Readonly<Record<string, string>> = {
  'stop-rows': `*generateRows() {
    this.context.logger.info('begun');
    for (let id = 0; ; id += 1) yield { id };
  }`,
  'stop-pages': `*generateRows() {
    this.context.logger.info('begun');
    for (let id = 0; ; id += 2) yield [{ id }, { id: id + 1 }];
  }`,
  'stop-async-rows': `async *generateRows() {
    this.context.logger.info('begun');
    for (let id = 0; ; id += 1) yield { id };
  }`,
  'stop-hanging': `async *generateRows() {
    yield { id: 0 };
    this.context.logger.info('begun');
    await new Promise(() => setInterval(() => undefined, 1000));
  }`,
  'stop-stubborn': `async *generateRows() {
    try {
      this.context.logger.info('begun');
      for (let id = 0; ; id += 1) yield { id };
    } finally {
      await new Promise(() => setInterval(() => undefined, 1000));
    }
  }`,
};

const DATABASE = 'rows.duckdb';
const FILES = pluginFiles('stop', {
  ...Object.fromEntries(
    Object.entries(ENDLESS).map(([id, members]) => [id, { code: connectorCode(`  ${members}`) }]),
  ),
  'stop-deaf': {
    // Takes all the time that a stopped run gets.
    code: connectorCode(`  async *generateRows() {
    yield { id: 0 };
    this.context.logger.info('begun');
    await new Promise(() => setInterval(() => undefined, 1000));
  }
  close() {
    return new Promise<void>(() => setInterval(() => undefined, 1000));
  }`),
  },
});

interface Stopped extends HostResult {
  /** From the signal to the end. */
  readonly leftAfterSeconds: number;
  /** Without a database that the run made. */
  readonly files: readonly string[];
  /** What is in that database; undefined where there is none. */
  readonly history: History | undefined;
}

interface Stop {
  readonly id: string;
  readonly to: string;
  readonly signal: 'SIGINT' | 'SIGTERM';
}

function stopRun({ id, to, signal }: Stop, signals = 1): Promise<Stopped> {
  return inTempFolder(FILES, async (cwd) => {
    const host = startHost(['run', id, '--to', to, '--verbose'], { cwd });
    await host.until('stderr', /begun/);
    // Some batches are on their way.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const stoppedAt = performance.now();
    for (let sent = 0; sent < signals; sent += 1) {
      host.process.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const result = await host.ended;
    const leftAfterSeconds = (performance.now() - stoppedAt) / 1000;
    const history = await readHistory(join(cwd, DATABASE));
    const files = Object.keys(await readFiles(cwd)).filter(
      (file) => file !== DATABASE && !file.startsWith('.host/'),
    );
    return { ...result, leftAfterSeconds, files: files.sort(), history };
  });
}

describe('a signal ends a run that never ends', () => {
  const targets = [DATABASE, 'rows.csv', '-'];
  const all = Object.keys(ENDLESS)
    .flatMap((id) => targets.map((to) => ({ id, to })))
    .map((each, i): Stop => ({ ...each, signal: i % 4 < 2 ? 'SIGINT' : 'SIGTERM' }));
  const stops = sampled(all, 0, 2);
  const resultOf = oneAhead(stops, (stop) => stopRun(stop));

  it.each(stops)('$id to $to by $signal, with nothing left behind but the record of it', async (stop) => {
    const { exitCode, stderr, stdout, leftAfterSeconds, files, history } = await resultOf(stop);
    expect(exitCode).toBe(stop.signal === 'SIGINT' ? 130 : 143);
    // A second for the run, and some time for a busy machine to notice that the process has ended.
    expect(leftAfterSeconds).toBeLessThan(2);
    expect(files).toEqual(Object.keys(FILES).sort());
    const record = { tables: [], runs: ['aborted ABORTED'], messages: [`stopped by ${stop.signal}`] };
    expect(history).toEqual(stop.to === DATABASE ? record : undefined);
    expect(stderr).toContain(`error: stopped by ${stop.signal}\n`);
    // What is on stdout is whole rows.
    const broken = stdout
      .split('\n')
      .slice(0, -1)
      .filter((line) => !/^\{"id":\d+\}$/.test(line));
    expect(broken).toEqual([]);
    if (stop.to !== '-') expect(stdout).toBe('');
  });

  it('reports it with --json', () =>
    inTempFolder(FILES, async (cwd) => {
      const host = startHost(['run', 'stop-hanging', '--to', 'rows.csv', '--verbose', '--json'], { cwd });
      await host.until('stderr', /begun/);
      host.process.kill('SIGINT');
      const { stdout } = await host.ended;
      expect(JSON.parse(stdout)).toMatchObject({ status: 'aborted', code: 'ABORTED', rowsWritten: 0 });
    }));

  it('leaves at once at the second signal', async () => {
    const { exitCode, leftAfterSeconds } = await stopRun(
      { id: 'stop-deaf', to: 'rows.csv', signal: 'SIGINT' },
      2,
    );
    expect(exitCode).toBe(130);
    expect(leftAfterSeconds).toBeLessThan(0.4);
  });

  it('ends a preview', () =>
    inTempFolder(FILES, async (cwd) => {
      const host = startHost(['preview', 'stop-hanging', '--verbose'], { cwd });
      await host.until('stderr', /begun/);
      host.process.kill('SIGINT');
      const { exitCode, stdout } = await host.ended;
      expect(stdout).toBe('');
      expect(exitCode).toBe(130);
    }));
});

describe('a reader of stdout that leaves', () => {
  it.each(Object.keys(ENDLESS).filter((id) => id !== 'stop-hanging'))(
    '%s | head -1 ends with exit code 0 and no word',
    (id) =>
      inTempFolder(FILES, async (cwd) => {
        const script = `"$0" "$1" run "$2" --to - | head -1; echo "exit code \${PIPESTATUS[0]}"`;
        const { stdout, stderr } = await shell(script, [process.execPath, HOST, id], cwd);
        expect(stdout).toBe('{"id":0}\nexit code 0\n');
        expect(stderr).toBe('');
      }),
  );

  it('also as CSV, and when it closes the pipe itself', () =>
    inTempFolder(FILES, async (cwd) => {
      const host = startHost(['run', 'stop-pages', '--to', '-', '--format', 'csv'], { cwd });
      await host.until('stdout', /^id\n0\n1\n/);
      host.process.stdout.destroy();
      expect(await host.ended).toMatchObject({ exitCode: 0, stderr: '' });
    }));

  it.each(['list', 'describe stop-rows', '--help', 'preview stop-rows'])(
    'host %s into a reader that is gone',
    (command) =>
      inTempFolder(FILES, async (cwd) => {
        const script = `"$0" "$1" ${command} | true; echo "exit code \${PIPESTATUS[0]}"`;
        const { stdout, stderr } = await shell(script, [process.execPath, HOST], cwd);
        expect(stdout).toBe('exit code 0\n');
        expect(stderr).toBe('');
      }),
  );
});

describe('no errors', () => {
  const files = pluginFiles('fine', {
    'fine-widens': {
      code: connectorCode(`  *generateRows() { yield [{ id: 1 }, { id: 2.5 }, { id: 'three' }]; }`),
    },
    'fine-many': {
      code: connectorCode(`  *generateRows() { for (let id = 1; id <= 1000; id += 1) yield { id }; }`),
    },
  });

  it('an inferred column that changes its type widens', () =>
    inTempFolder(files, async (cwd) => {
      const { exitCode, stderr } = await warmHost.run(['run', 'fine-widens', '--to', 'rows.csv'], { cwd });
      expect(stderr).toMatch(/^done: 3 rows to rows\.csv in /);
      expect(exitCode).toBe(0);
      expect((await readFiles(cwd))['rows.csv']).toBe('id\n1\n2.5\nthree\n');
    }));

  it('a connector that ignores recordsLimit is cut', () =>
    inTempFolder(files, async (cwd) => {
      const { exitCode, stdout } = await warmHost.run(['run', 'fine-many', '--to', '-', '--limit', '3'], {
        cwd,
      });
      expect(exitCode).toBe(0);
      expect(stdout).toBe('{"id":1}\n{"id":2}\n{"id":3}\n');
    }));
});

/** Runs a line of bash; its arguments are $0, $1 and so on. */
function shell(
  script: string,
  args: readonly string[],
  cwd: string,
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', script, ...args], {
      cwd,
      env: hostEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (chunk: string) => (text[stream] += chunk));
    }
    child.on('error', reject).on('close', () => resolve(text));
  });
}
