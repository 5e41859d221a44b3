import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Writable } from 'node:stream';
import type { Container } from 'inversify';
import { capabilitiesOf } from '../host/connectors/connector-entry.js';
import { ConnectorLoader } from '../host/connectors/connector-loader.js';
import { ConnectorOpener, type ConnectorUse } from '../host/connectors/connector-opener.js';
import { ConnectorRegistry } from '../host/connectors/connector-registry.js';
import { importWithJiti, type ModuleImporter } from '../host/connectors/module-importer.js';
import { createContainer } from '../host/container.js';
import { readConnectorManifest } from '../host/manifest/read-manifest.js';
import { AbortError, isHostError, type HostError } from '../sdk/errors.js';
import type { ConnectorManifest, ParamDefinition } from '../sdk/manifest.js';
import type { Row } from '../sdk/schema.js';
import type { SyncOutcome } from '../sync/sync.js';
import type { SyncOptions } from '../sync/sync-options.js';
import { MemoryTarget } from '../targets/memory/memory-target.js';
import { textOf } from '../targets/values/text-of.js';
import { CrashingConnector, type CrashPlan } from './crashing-connector.js';
import { describePartitions, type TableContents } from './describe-partitions.js';
import { samplePartitions, type PartitionSample, type SuitePartitions } from './partition-sample.js';
import { runRows } from './run-rows.js';
import { testFramework } from './test-framework.js';

/** What `describeConnector` needs besides the folder. */
export interface ConnectorSuite {
  /**
   * Imports the connector's files. Default: as the host does. Inside jest give `(file) => import(file)`, so that the
   * files run in the test's own realm.
   */
  readonly importModule?: ModuleImporter;
  /** Columns whose values are the run's own, as the time of a sync: they may differ from run to run. */
  readonly volatileColumns?: readonly string[];
  /** Promises that the connector cannot keep, by name, each with the reason, which stands in the name of the test. */
  readonly cannot?: Readonly<Partial<Record<ConnectorPromise, string>>>;
  /** Of a connector whose partitions the user defines, or that cannot list them. */
  readonly partitions?: SuitePartitions;
}

/** The promises that a connector may say it does not keep. */
export type ConnectorPromise =
  | 'reads the same from each of its checkpoints'
  | 'changes nothing when it runs again'
  | 'has no row in two partitions';

/** What `fixtures/api.ts` exports as startApi: a server on loopback that the connector is run against. */
interface FixtureApi {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Longest time from the signal to the end of a stopped run, in milliseconds. */
const STOP_WITHIN_MS = 1000;
/** Checkpoints after which a read is crashed at most. */
const MAX_CRASHES = 20;
/** As a run does where nobody chooses a mode, with a commit at each checkpoint. */
const EACH_CHECKPOINT: SyncOptions = { mode: undefined, commitEvery: { seconds: 0, rows: 0 } };
const stopped = new AbortError('SIGINT');
const SAMPLE_ROWS: readonly Row[] = [
  { id: 1, name: 'first' },
  { id: 2, name: 'second' },
];

/**
 * Holds a connector's folder against the contract. Call it once in a test file.
 *
 * The folder needs `fixtures/config.json`, a config for a small run. Where it also has `fixtures/api.ts`, its
 * `startApi()` is called first, and `${env:FIXTURE_URL}` in the config is the server's URL.
 *
 * Where it has partitions, the first of them stands for the dataset, so it must have rows; up to four are read.
 *
 * A connector that ignores `recordsLimit` passes, as the host cuts what it yields; `host check` warns of it.
 */
export function describeConnector(folder: string, suite: ConnectorSuite = {}): void {
  const { describe, it, beforeAll, afterAll } = testFramework();
  const id = basename(folder);
  const configFile = join(folder, 'fixtures', 'config.json');
  const { importModule = importWithJiti, volatileColumns = [], cannot = {}, partitions = {} } = suite;
  let api: FixtureApi | undefined;
  let manifest: ConnectorManifest;
  let broken: { readonly cause: unknown } | undefined;

  const prepare = async (): Promise<void> => {
    const result = await readConnectorManifest(join(folder, 'connector.json'));
    assert.ok('manifest' in result, 'problems' in result ? result.problems.join('; ') : '');
    manifest = result.manifest;
    const apiFile = join(folder, 'fixtures', 'api.ts');
    if (!existsSync(apiFile)) return;
    const { startApi } = (await importModule(apiFile)) as { startApi: () => Promise<FixtureApi> };
    api = await startApi();
    process.env.FIXTURE_URL = api.url;
  };

  describe(`connector ${id}`, () => {
    beforeAll(async () => {
      try {
        await prepare();
      } catch (cause) {
        broken = { cause };
      }
    });
    afterAll(async () => {
      delete process.env.FIXTURE_URL;
      await api?.close();
    });

    /** A test that says itself why nothing could be prepared: under node:test a hook that fails hides its cause. */
    const test = (name: string, body: () => Promise<void>): void =>
      it(name, async () => {
        if (broken) throw broken.cause;
        await body();
      });
    const open = (): Container =>
      createContainer({
        cwd: folder,
        pluginFolders: [folder],
        stdout: nowhere(),
        logger: SILENT,
        importModule,
      });
    const opened = (): ReturnType<ConnectorOpener['open']> =>
      open().get(ConnectorOpener).open(id, { configFile }, 'source');
    let sampled: Promise<PartitionSample | undefined> | undefined;
    const sample = (): Promise<PartitionSample | undefined> => {
      sampled ??= capabilitiesOf(manifest).readable
        ? opened().then((source) => samplePartitions(source, partitions))
        : Promise.resolve(undefined);
      return sampled;
    };
    /** One run on a target; without one, into a table of its own that it replaces. */
    const read = async ({
      target = new MemoryTarget(),
      limit,
      signal,
      plan,
      options,
      partition,
    }: Read = {}): Promise<Reading> => {
      const source = await opened();
      const found = await sample();
      const chosen = partition ?? found?.ids[0];
      const connector = new CrashingConnector(source.create(signal ?? never()), plan);
      const outcome = await runRows({
        target,
        connector,
        pipeline: id,
        ...(limit === undefined ? {} : { limit }),
        ...(signal ? { signal } : {}),
        ...(options ? { options } : {}),
        ...(found && chosen !== undefined
          ? { partition: { id: chosen, partitioning: found.partitioning } }
          : {}),
      });
      return { outcome, tables: contentOf(target, volatileColumns), checkpoints: connector.checkpoints };
    };
    const promise = (name: ConnectorPromise, body: () => Promise<void>): void => {
      const reason = cannot[name];
      if (reason === undefined) test(name, body);
      else it(`not: ${name} (${reason})`, () => assert.ok(reason.trim().length > 0, 'the reason is empty'));
    };

    test('has what its manifest declares', async () => {
      const container = open();
      const entry = await container.get(ConnectorRegistry).find(id);
      await container.get(ConnectorLoader).load(entry);
    });

    test('refuses to start without its mandatory parameters, naming each', async () => {
      const mandatory = (manifest.params ?? []).filter(isAlwaysMandatory).map(({ name }) => name as string);
      const use: ConnectorUse = capabilitiesOf(manifest).readable ? 'source' : 'target';
      const error = await errorOf(open().get(ConnectorOpener).open(id, {}, use));
      if (mandatory.length === 0) assert.equal(error, undefined);
      else assert.equal(error?.code, 'CONFIG_INVALID');
      for (const name of mandatory) assert.ok(error?.message.includes(`"${name}"`), `${name} is not named`);
    });

    test('reads its fixture, twice the same', async () => {
      if (!capabilitiesOf(manifest).readable) return;
      const [first, second] = [await read(), await read()];
      assert.equal(first.outcome.error, undefined);
      const rows = [...first.tables.values()].flatMap((table) => table.rows);
      assert.ok(rows.length > 0, 'the fixture gives no rows');
      assert.deepEqual(first.tables, second.tables);
    });

    test('has keys that are present and unique', async () => {
      if (!capabilitiesOf(manifest).readable) return;
      for (const [name, { key, rows }] of (await read()).tables) {
        if (key.length === 0) continue;
        const keys = rows.map((row) => key.map((column) => textOf(row[column])));
        assert.ok(!keys.flat().includes(undefined), `a row of table "${name}" has no value for its key`);
        const different = new Set(keys.map((values) => JSON.stringify(values)));
        assert.equal(different.size, rows.length, `rows of table "${name}" have the same key`);
      }
    });

    test('is cut at the limit', async () => {
      if (!capabilitiesOf(manifest).readable) return;
      const all = await read();
      for (const limit of [1, 2]) {
        const { outcome, tables } = await read({ limit });
        assert.equal(outcome.error, undefined);
        assert.equal(outcome.report.rowsRead, Math.min(limit, all.outcome.report.rowsRead));
        // Of a sync a later operation may have changed what an earlier one wrote.
        const [rows, some] = [all, { tables }].map((reading) => reading.tables.get('rows')?.rows);
        if (rows) assert.deepEqual(some, rows.slice(0, limit));
      }
    });

    promise('reads the same from each of its checkpoints', async () => {
      if (!capabilitiesOf(manifest).readable) return;
      const whole = await read({ options: EACH_CHECKPOINT });
      assert.equal(whole.outcome.error, undefined);
      for (const afterCheckpoint of sampleUpTo(whole.checkpoints)) {
        const target = new MemoryTarget();
        const crashed = await read({ target, plan: { afterCheckpoint }, options: EACH_CHECKPOINT });
        assert.ok(crashed.outcome.error, `no checkpoint ${afterCheckpoint} came when it was read again`);
        const { outcome, tables } = await read({ target, options: EACH_CHECKPOINT });
        assert.equal(outcome.error, undefined);
        const where = `read on from checkpoint ${afterCheckpoint} of ${whole.checkpoints}`;
        assert.deepEqual(textsOf(tables), textsOf(whole.tables), where);
      }
    });

    promise('changes nothing when it runs again', async () => {
      if (!capabilitiesOf(manifest).readable) return;
      const target = new MemoryTarget();
      const first = await read({ target, options: EACH_CHECKPOINT });
      const second = await read({ target, options: EACH_CHECKPOINT });
      assert.equal(second.outcome.error, undefined);
      assert.deepEqual(textsOf(second.tables), textsOf(first.tables));
    });

    test('stops at once', async () => {
      if (!capabilitiesOf(manifest).readable) return;
      const [before, amid] = [new AbortController(), new AbortController()];
      before.abort(stopped);
      assert.equal((await read({ signal: before.signal })).outcome.error?.code, 'ABORTED');
      let stoppedAt = Infinity;
      const onEmission = (): void => {
        stoppedAt = Math.min(stoppedAt, performance.now());
        amid.abort(stopped);
      };
      const { outcome } = await read({ signal: amid.signal, plan: { onEmission } });
      assert.equal(outcome.error?.code, 'ABORTED');
      assert.ok(performance.now() - stoppedAt < STOP_WITHIN_MS, 'it went on after it was stopped');
    });

    describePartitions({
      test,
      promise,
      manifest: () => manifest,
      opened,
      sample,
      read: async (partition) => {
        const { outcome, tables } = await read(partition === undefined ? {} : { partition });
        assert.equal(outcome.error, undefined);
        return { rowsRead: outcome.report.rowsRead, tables };
      },
    });

    test('takes rows and closes its writer', async () => {
      if (!capabilitiesOf(manifest).writable) return;
      const opened = await open().get(ConnectorOpener).open(id, { configFile }, 'target');
      const connector = opened.create(never());
      const writer = await connector.getWriter?.({
        datasetSchema: null,
        datasetPartitioning: null,
        partitionId: null,
        table: 'rows',
        primaryKey: [],
        writeMode: 'OVERWRITE',
        signal: never(),
      });
      assert.ok(writer, 'getWriter returned nothing');
      if (writer.writeRows) await writer.writeRows(SAMPLE_ROWS);
      else for (const row of SAMPLE_ROWS) await writer.writeRow(row);
      await writer.close();
    });
  });
}

/** One run of a test. */
interface Read {
  readonly target?: MemoryTarget;
  readonly limit?: number;
  readonly signal?: AbortSignal;
  readonly plan?: CrashPlan;
  /** Default: tables are replaced. */
  readonly options?: SyncOptions;
  /** Default: the first one, where there are any. */
  readonly partition?: string;
}

interface Reading {
  readonly outcome: SyncOutcome;
  readonly tables: TableContents;
  /** Checkpoints that the connector offered. */
  readonly checkpoints: number;
}

/** Volatile columns are left out. */
function contentOf({ tables }: MemoryTarget, volatileColumns: readonly string[]): TableContents {
  return new Map(
    [...tables].map(([name, { primaryKey, rows }]) => [
      name,
      {
        key: primaryKey,
        rows: rows.map((row) =>
          Object.fromEntries(Object.entries(row).filter(([column]) => !volatileColumns.includes(column))),
        ),
      },
    ]),
  );
}

/** The rows of each table as texts, in an order of their own: where a read was cut, they may come in another. */
function textsOf(tables: TableContents): Record<string, readonly string[]> {
  return Object.fromEntries(
    [...tables].map(([name, { rows }]) => [name, rows.map((row) => textOf(row) ?? '').sort()]),
  );
}

/** All numbers from 1 on where they are few, else as many as {@link MAX_CRASHES}, the first and the last among them. */
function sampleUpTo(count: number): number[] {
  const size = Math.min(count, MAX_CRASHES);
  return Array.from({ length: size }, (_, i) => 1 + Math.round((i * (count - 1)) / Math.max(1, size - 1)));
}

const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // The suite asserts on results, not on what was logged.
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

function never(): AbortSignal {
  return new AbortController().signal;
}

function isAlwaysMandatory({ mandatory, name, visibilityCondition, defaultValue }: ParamDefinition): boolean {
  const isMandatory = mandatory === true || mandatory === 'true';
  return (
    isMandatory && name !== undefined && visibilityCondition === undefined && (defaultValue ?? '') === ''
  );
}

async function errorOf(promise: Promise<unknown>): Promise<HostError | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (isHostError(error)) return error;
    throw error;
  }
}
