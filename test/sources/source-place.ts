import { PassThrough } from 'node:stream';
import { join } from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import { createContainer } from '../../src/host/container.js';
import { RunService, type RunResult } from '../../src/host/run-service.js';
import type { RunSpec } from '../../src/host/run-spec.js';
import { RunProgress } from '../../src/sync/run-progress.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';

/** A folder with files that a test reads and writes, outside of any plugin. */
export class SourcePlace extends DuckdbPlace {
  path(name: string): string {
    return join(this.folder, name);
  }

  async put(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(this.path(name), content);
    return this.path(name);
  }

  /** The rows of a file of JSON lines. */
  async rows(name: string): Promise<unknown[]> {
    const text = await readFile(this.path(name), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  }

  /** Runs SQL in the database. */
  async execute(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.query(statement);
  }

  /** Runs a source of the folder into a target of the folder, by the host's own services. */
  async sync(source: string, to: string, spec: Partial<RunSpec> = {}): Promise<RunResult> {
    const result = await this.attempt(source, to, spec);
    if (result.error) throw result.error;
    return result;
  }

  /** @param to a file of the folder, `-`, or the URL of a server */
  async attempt(
    source: string,
    to: string,
    spec: Partial<RunSpec> = {},
    signal = new AbortController().signal,
    progress = new RunProgress(),
  ): Promise<RunResult> {
    const silent = (): void => undefined;
    const container = createContainer({
      cwd: this.folder,
      pluginFolders: [],
      stdout: new PassThrough().resume(),
      logger: { debug: silent, info: silent, warn: silent, error: silent },
    });
    const control = { signal, progress };
    const isNoFile = to === '-' || to.includes('://');
    return container.get(RunService).run({ ...spec, source, to: isNoFile ? to : this.path(to) }, control);
  }
}

/** What a run failed with, before or after it began. */
export async function failureOf(run: Promise<RunResult>): Promise<unknown> {
  try {
    return (await run).error;
  } catch (error) {
    return error;
  }
}
