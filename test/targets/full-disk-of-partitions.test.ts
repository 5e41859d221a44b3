import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Row } from '../../src/sdk/schema.js';
import { DuckdbTarget } from '../../src/targets/duckdb/duckdb-target.js';
import { FolderTarget } from '../../src/targets/folder/folder-target.js';
import type { PartitionRecord } from '../../src/targets/partitions/partition-ledger.js';
import type { Target } from '../../src/targets/target.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { runPartitions, type PartitionOutcomes } from '../fixtures/partition-runs.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const newFolder = tempFolders();
const IDS = Array.from({ length: 40 }, (_, i) => `2026-11-01|${String(i).padStart(2, '0')}`);
const ROWS = 300;

/** 0.6 MB that no compression makes smaller. */
const rows = (): Row[] =>
  Array.from({ length: ROWS }, (_, id) => ({ id, text: randomBytes(1000).toString('hex') }));

/** Whether this process may mount a file system of its own. */
function canMount(): boolean {
  const command = 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && umount "$d" && rmdir "$d"';
  return spawnSync('sh', ['-c', command]).status === 0;
}

async function recordsOf(target: Target): Promise<Map<string, PartitionRecord>> {
  const records = new Map<string, PartitionRecord>();
  for await (const page of (await target.partitionLedger?.('test.rows'))?.list() ?? [])
    for (const record of page) records.set(record.partition, record);
  return records;
}

const completed = (records: ReadonlyMap<string, PartitionRecord>): string[] =>
  [...records.values()].filter(({ status }) => status === 'completed').map(({ partition }) => partition);

interface Place {
  readonly open: (disk: string) => Promise<Target>;
  /** Rows of each partition, in the order of their ids. */
  readonly counts: (root: string, disk: string) => Promise<unknown[][]>;
}

const PLACES: readonly (readonly [string, Place])[] = [
  [
    'a DuckDB file',
    {
      open: (disk) => DuckdbTarget.open(join(disk, 'warehouse.duckdb')),
      counts: (_root, disk) =>
        new DuckdbPlace(disk).query(
          'SELECT _partition, count(*), count(DISTINCT id) FROM rows GROUP BY 1 ORDER BY 1',
        ),
    },
  ],
  ...(['csv', 'parquet'] as const).map(
    (format) =>
      [
        `a folder of ${format}`,
        {
          open: async (disk: string) =>
            new FolderTarget(`${join(disk, 'out')}/`, format, { journalFolder: join(disk, '.host') }),
          counts: (root: string, disk: string) =>
            new DuckdbPlace(root, 'look.duckdb').query(
              `SELECT _partition, count(*), count(DISTINCT id) FROM '${disk}/out/rows/**/*.${format}' GROUP BY 1 ORDER BY 1`,
            ),
        },
      ] as const,
  ),
];

describe('a disk that is full while groups of partitions are committed', () => {
  if (canMount()) {
    it.each(PLACES)(
      '%s: nothing is there by half, and the run is resumed',
      async (_name, { open, counts }) => {
        const root = await newFolder();
        const disk = join(root, 'disk');
        mkdirSync(disk);
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=10m', 'none', disk]);
        const run = async (partitions: readonly string[]): Promise<PartitionOutcomes> => {
          const target = await open(disk);
          try {
            return await runPartitions({ target, partitions, rows, batch: 'one', concurrency: 4 });
          } finally {
            await target.close();
          }
        };
        const known = async (): Promise<string[]> => {
          const target = await open(disk);
          try {
            return completed(await recordsOf(target));
          } finally {
            await target.close();
          }
        };
        try {
          const outcomes = await run(IDS);
          const failed = [...outcomes].filter(([, { error }]) => error !== undefined);
          const errors = new Set(failed.map(([, { error }]) => error?.code));
          expect([...errors]).toEqual(['TARGET_DISK_FULL']);
          const done = await known();
          expect(done).toEqual(IDS.filter((id) => outcomes.get(id)?.error === undefined));
          expect(done.length).toBeGreaterThan(0);
          expect(await counts(root, disk)).toEqual(done.map((id) => [id, String(ROWS), String(ROWS)]));
          execFileSync('mount', ['-o', 'remount,size=100m', disk]);
          const again = await run(IDS.filter((id) => !done.includes(id)));
          expect([...again.values()].flatMap(({ error }) => error ?? [])).toEqual([]);
          expect(await known()).toEqual(IDS);
          expect(await counts(root, disk)).toEqual(IDS.map((id) => [id, String(ROWS), String(ROWS)]));
          // Nothing of what was given up is left beside them.
          const names = (await readdir(disk, { recursive: true })).map((path) => basename(path));
          expect(names.filter((name) => name.startsWith('.') && name !== '.host')).toEqual([]);
        } finally {
          execFileSync('umount', [disk]);
        }
      },
    );
  } else {
    it('cannot be tried where nothing may be mounted; what cannot be written is refused at once', async () => {
      await expect(DuckdbTarget.open('/dev/full')).rejects.toMatchObject({ name: 'TargetError' });
    });
  }
});
