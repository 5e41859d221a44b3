import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import picocolors from 'picocolors';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import type { Io } from '../../../src/cli/io.js';
import { printError } from '../../../src/cli/output/print-error.js';
import { createContainer } from '../../../src/host/container.js';
import { Redactor } from '../../../src/host/redactor.js';
import { RunService } from '../../../src/host/run-service.js';
import { isHostError, type HostError } from '../../../src/index.js';
import { RunProgress } from '../../../src/sync/run-progress.js';

/** What a run said, as the command line says it with --verbose and --json. */
export interface HostRun {
  /** Undefined: it succeeded. */
  readonly error: HostError | undefined;
  /** The error, its action, its stack and those of its causes. */
  readonly printed: string;
  /** Every line logged. */
  readonly log: string;
  readonly report: string;
  /** The error with everything that hangs on it, as a connector would print it. */
  readonly inspected: string;
}

const ROOT = resolve(__dirname, '../../..');

/** Runs the connector as the host does, its config in a file, its rows to stdout, which goes nowhere. */
export async function runInHost(config: RestApiConfig): Promise<HostRun> {
  const folder = await mkdtemp(join(tmpdir(), 'rest-api-'));
  const configFile = join(folder, 'config.json');
  await writeFile(configFile, JSON.stringify(config));
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const container = createContainer({
    cwd: ROOT,
    pluginFolders: [],
    stdout: nowhere,
    logger: { debug: log, info: log, warn: log, error: log },
    importModule: (file) => import(file),
  });
  const io = quietIo(nowhere, container.get(Redactor));
  let report: unknown = null;
  let error: HostError | undefined;
  try {
    const control = { signal: new AbortController().signal, progress: new RunProgress() };
    ({ report, error } = await container
      .get(RunService)
      .run({ source: 'my-plugin-rest-api', configFile, to: '-', retries: 0 }, control));
  } catch (thrown) {
    if (!isHostError(thrown)) throw thrown;
    error = thrown;
  } finally {
    await rm(folder, { recursive: true });
  }
  if (error) printError(error, io, true);
  return {
    error,
    printed: io.printed.join('\n'),
    log: lines.join('\n'),
    report: JSON.stringify(report),
    inspected: io.redact(inspect(error, { depth: 20, showHidden: true })),
  };
}

function quietIo(stdout: Writable, redactor: Redactor): Io & { readonly printed: string[] } {
  const printed: string[] = [];
  return {
    cwd: ROOT,
    env: {},
    stdout,
    isTerminal: false,
    width: 120,
    colors: picocolors.createColors(false),
    redact: (text) => redactor.redact(text),
    printError(line) {
      printed.push(this.redact(line));
    },
    writeError(text) {
      printed.push(this.redact(text));
    },
    print: (line) => void printed.push(line),
    printed,
  };
}
