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
import { MemoryTarget } from '../targets/memory/memory-target.js';
import { runRows } from './run-rows.js';
import { testFramework } from './test-framework.js';

/** What `describeConnector` needs besides the folder. */
export interface ConnectorSuite {
  /**
   * Imports the connector's files. Default: as the host does. Inside jest give `(file) => import(file)`, so that the
   * files run in the test's own realm.
   */
  readonly importModule?: ModuleImporter;
}

/** What `fixtures/api.ts` exports as startApi: a server on loopback that the connector is run against. */
interface FixtureApi {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Longest time from the signal to the end of a stopped run, in milliseconds. */
const STOP_WITHIN_MS = 1000;
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
 * A connector that ignores `recordsLimit` passes, as the host cuts what it yields; `host check` warns of it.
 */
export function describeConnector(folder: string, suite: ConnectorSuite = {}): void {
  const { describe, it, beforeAll, afterAll } = testFramework();
  const id = basename(folder);
  const configFile = join(folder, 'fixtures', 'config.json');
  const importModule = suite.importModule ?? importWithJiti;
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
    const read = async (run: { limit?: number; signal?: AbortSignal } = {}): Promise<Reading> => {
      const opened = await open().get(ConnectorOpener).open(id, { configFile }, 'source');
      const target = new MemoryTarget();
      const outcome = await runRows({ ...run, target, connector: opened.create(run.signal ?? never()) });
      return { outcome, rows: target.tables.get('rows')?.rows ?? [] };
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
      assert.ok(first.rows.length > 0, 'the fixture gives no rows');
      assert.deepEqual(first.rows, second.rows);
    });

    test('is cut at the limit', async () => {
      if (!capabilitiesOf(manifest).readable) return;
      const { rows } = await read();
      for (const limit of [1, 2]) {
        const { outcome, rows: some } = await read({ limit });
        assert.equal(outcome.error, undefined);
        assert.deepEqual(some, rows.slice(0, limit));
      }
    });

    test('stops at once', async () => {
      if (!capabilitiesOf(manifest).readable) return;
      const stop = new AbortController();
      const began = performance.now();
      stop.abort(new AbortError('SIGINT'));
      const { outcome } = await read({ signal: stop.signal });
      assert.equal(outcome.error?.code, 'ABORTED');
      assert.ok(performance.now() - began < STOP_WITHIN_MS);
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

interface Reading {
  readonly outcome: SyncOutcome;
  readonly rows: readonly Row[];
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
