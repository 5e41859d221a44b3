import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { capabilitiesOf } from '../host/connectors/connector-entry.js';
import type { OpenedConnector } from '../host/connectors/opened-connector.js';
import type { ConnectorManifest } from '../sdk/manifest.js';
import { partitionValues } from '../sdk/partitioning.js';
import type { Row } from '../sdk/schema.js';
import { textOf } from '../targets/values/text-of.js';
import type { PartitionSample } from './partition-sample.js';

/** What is in each table that a read wrote. */
export type TableContents = ReadonlyMap<
  string,
  { readonly key: readonly string[]; readonly rows: readonly Row[] }
>;

/** One read of a suite. */
interface PartitionReading {
  readonly rowsRead: number;
  readonly tables: TableContents;
}

/** What the tests of partitions need of their suite. */
export interface PartitionSuite {
  readonly test: (name: string, body: () => Promise<void>) => void;
  /** A test that a connector may be excused from. */
  readonly promise: (name: 'has no row in two partitions', body: () => Promise<void>) => void;
  /** Known when the tests run. */
  readonly manifest: () => ConnectorManifest;
  readonly opened: () => Promise<OpenedConnector>;
  /** Undefined: the connector is read whole. */
  readonly sample: () => Promise<PartitionSample | undefined>;
  /** Reads a partition, or the first one; the whole dataset where there is none. Fails where the run does. */
  readonly read: (partition?: string) => Promise<PartitionReading>;
}

/** The tests of partitions, and of counting their rows. They pass where a connector has neither. */
export function describePartitions({ test, promise, manifest, opened, sample, read }: PartitionSuite): void {
  test('lists partitions that are there, each once', async () => {
    const found = await sample();
    if (!found) return;
    const { partitioning, listed = [], ids } = found;
    for (const id of [...listed, ...ids]) {
      assert.equal(typeof id, 'string', 'an id is not a text');
      partitionValues(id, partitioning);
    }
    assert.equal(new Set(listed).size, listed.length, 'an id is listed twice');
    const connector = (await opened()).create(new AbortController().signal);
    for (const id of connector.partitionExists ? ids : []) {
      const exists = await connector.partitionExists?.(partitioning, id);
      assert.equal(exists, true, `partitionExists says that ${id} is not there`);
    }
    await connector.close?.();
  });

  test('counts the rows that it reads', async () => {
    const { readable, canCountRecords } = capabilitiesOf(manifest());
    if (!readable || !canCountRecords) return;
    const found = await sample();
    const connector = (await opened()).create(new AbortController().signal);
    for (const id of found?.ids ?? [undefined]) {
      const count = await connector.getRecordsCount?.(found?.partitioning, id);
      assert.equal(count, (await read(id)).rowsRead, `getRecordsCount of ${id ?? 'all rows'}`);
    }
    await connector.close?.();
  });

  test('reads each partition twice the same', async () => {
    for (const id of (await sample())?.ids ?? []) {
      const [first, second] = [await read(id), await read(id)];
      assert.ok(isDeepStrictEqual(first.tables, second.tables), `the rows of ${id} differ from read to read`);
    }
  });

  promise('has no row in two partitions', async () => {
    const owners = new Map<string, string>();
    for (const id of (await sample())?.ids ?? []) {
      for (const [table, { key, rows }] of (await read(id)).tables) {
        for (const row of key.length > 0 ? rows : []) {
          const text = JSON.stringify([table, ...key.map((column) => textOf(row[column]))]);
          const owner = owners.get(text) ?? id;
          assert.equal(owner, id, `a key of table "${table}" is in two partitions`);
          owners.set(text, id);
        }
      }
    }
  });
}
