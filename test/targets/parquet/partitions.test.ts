import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Partitioning } from '../../../src/sdk/partitioning.js';
import { FolderTarget } from '../../../src/targets/folder/folder-target.js';
import { partitionFolderName } from '../../../src/targets/folder/partition-folder-name.js';
import type { PartitionedSession } from '../../../src/targets/target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { targetRun } from '../files/fixture.js';
import {
  batchOf,
  commitOf,
  ended,
  FAILED,
  foldersOf,
  loadPartition,
  openPartition,
  treeOf,
} from '../folder/partition-fixture.js';

const newFolder = tempFolders();
const FR = '2026-11-21|FR';
const IT = '2026-11-21|IT';

async function newPlace() {
  const root = await newFolder();
  const folder = join(root, 'out');
  const target = new FolderTarget(`${folder}/`, 'parquet', { journalFolder: join(root, '.host') });
  const begin = async (runId = 'run-1'): Promise<PartitionedSession> => {
    const session = await target.beginPartitions({ ...targetRun(), runId, pipeline: 'events' });
    await session.start(batchOf(runId));
    return session;
  };
  return { folder, begin };
}

async function query(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const rows = (await connection.runAndReadAll(sql)).getRows();
    return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const hive = (folder: string, columns = '*') =>
  query(
    `SELECT ${columns} FROM read_parquet('${folder}/rows/**/*.parquet', hive_partitioning = true) ORDER BY ALL`,
  );

describe('a folder of Parquet partitions', () => {
  it('is read with the values of its dimensions; one that is replaced leaves the others byte-equal', async () => {
    const { folder, begin } = await newPlace();
    const first = await begin();
    await loadPartition(first, FR, [{ id: 1 }, { id: 2 }]);
    await loadPartition(first, IT, [{ id: 3 }]);
    await loadPartition(first, '2026-11-22|FR', []);
    await first.finish(ended());
    expect(await hive(folder, 'id, _partition, day, country')).toEqual([
      ['1', FR, '2026-11-21', 'FR'],
      ['2', FR, '2026-11-21', 'FR'],
      ['3', IT, '2026-11-21', 'IT'],
    ]);
    const before = await treeOf(folder);
    const paths = ['country=FR', 'country=IT'].map((name) => `rows/day=2026-11-21/${name}/part.parquet`);
    expect(Object.keys(before)).toEqual([...paths, 'rows/day=2026-11-22/country=FR/part.parquet']);
    const second = await begin('run-2');
    await loadPartition(second, IT, [{ id: 7 }], { run: { runId: 'run-2' } });
    await second.finish(ended());
    expect((await treeOf(folder))[paths[0] ?? '']).toBe(before[paths[0] ?? '']);
    expect(await hive(folder, 'id')).toEqual([['1'], ['2'], ['7']]);
  });

  it('partitions side by side share a database, and one that is given up leaves nothing in it', async () => {
    const { folder, begin } = await newPlace();
    const session = await begin();
    const ids = Array.from({ length: 6 }, (_, i) => `2026-11-21|C${i}`);
    const open = await Promise.all(ids.map((id, i) => openPartition(session, id, [{ id: i }])));
    await open[5]?.rollback(FAILED);
    await Promise.all(open.slice(0, 5).map((below) => below.commit(commitOf(1))));
    for (const below of open.slice(0, 5)) await below.finish?.(ended());
    expect((await readdir(folder)).filter((name) => name.startsWith('.run.'))).toHaveLength(1);
    await session.finish(ended());
    expect(await hive(folder, 'id, country')).toEqual([0, 1, 2, 3, 4].map((i) => [`${i}`, `C${i}`]));
    expect(await readdir(folder)).toEqual(['rows']);
    expect(await foldersOf(folder)).not.toContain('rows/day=2026-11-21/country=C5');
  });

  it('that is added to gets a file with each commit, also of a partition that is tried again', async () => {
    const { folder, begin } = await newPlace();
    const session = await begin();
    const first = await openPartition(session, FR, [{ id: 1 }], { mode: 'append' });
    await first.commit(commitOf(1, { isFinal: false, state: '1' }));
    await first.rollback(FAILED);
    const again = await openPartition(session, FR, [{ id: 2 }], { mode: 'append' });
    expect(again.saved?.state).toBe('1');
    await again.commit(commitOf(1, { state: '2' }));
    await again.finish?.(ended());
    expect((await (session.ledger?.find([FR]) ?? new Map())).get(FR)).toMatchObject({
      status: 'completed',
      rows: 2,
    });
    await session.finish(ended());
    expect(await hive(folder, 'id')).toEqual([['1'], ['2']]);
    const files = Object.keys(await treeOf(folder));
    expect(files.map((file) => file.replace(/\d{8}T\d+Z/, '<time>'))).toEqual([
      'rows/day=2026-11-21/country=FR/<time>-run-1-000001.parquet',
      'rows/day=2026-11-21/country=FR/<time>-run-1-000002.parquet',
    ]);
  });

  it.each([
    ['append', 'overwrite', 'replaced'],
    ['overwrite', 'append', 'added to'],
  ] as const)('%s, then %s: refused for that partition', async (before, mode, way) => {
    const { folder, begin } = await newPlace();
    const session = await begin();
    await loadPartition(session, FR, [{ id: 1 }], { mode: before });
    const [file] = Object.keys(await treeOf(folder));
    await expect(openPartition(session, FR, [], { mode })).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'TARGET_MODE_UNSUPPORTED',
      message: `partition "${FR}" of table "rows" cannot be ${way}, since "${join(folder, file ?? '')}" is there already`,
    });
    await loadPartition(session, IT, [{ id: 2 }], { mode });
    await session.finish(ended());
  });

  it('is refused where whole parts of the table lie, and removes parts as it made them', async () => {
    const { folder, begin } = await newPlace();
    const session = await begin();
    for (const id of [FR, IT]) await loadPartition(session, id, [{ id: 1 }], { mode: 'append' });
    expect(await session.remove?.([FR])).toBe(1);
    await session.finish(ended());
    expect(await foldersOf(folder)).toEqual([
      'rows',
      'rows/day=2026-11-21',
      'rows/day=2026-11-21/country=IT',
    ]);
    const target = new FolderTarget(`${folder}/`, 'parquet', { journalFolder: join(folder, '../.host') });
    for (const mode of ['append', 'overwrite'] as const) {
      const whole = await target.begin({ ...targetRun(), pipeline: 'whole' });
      const request = { name: 'rows', mode, columns: [], primaryKey: [] };
      await expect(whole.openTable(request)).rejects.toMatchObject({ code: 'TARGET_MODE_UNSUPPORTED' });
      await whole.rollback(FAILED);
    }
  });

  it('is emptied with the columns that it had', async () => {
    const { folder, begin } = await newPlace();
    for (const [run, columns] of [
      ['run-1', undefined],
      ['run-2', []],
    ] as const) {
      const session = await begin(run);
      await loadPartition(session, FR, run === 'run-1' ? [{ id: 1 }] : [], {
        run: { runId: run },
        ...(columns && { columns }),
      });
      await session.finish(ended());
    }
    expect(
      await query(`SELECT name FROM parquet_schema('${folder}/rows/**/*.parquet') WHERE type IS NOT NULL`),
    ).toEqual([['id'], ['_partition']]);
    expect(await hive(folder)).toEqual([]);
  });
});

describe('names of folders', () => {
  const VALUES = [
    'FR',
    'a/b',
    '..',
    '.',
    'a%2Fb',
    'é € 日本',
    'a=b',
    'a+b c',
    'NULL',
    'null',
    '__HIVE_DEFAULT_PARTITION__',
    '__hive_default_partition__',
    'a[1]*?',
    '007',
    'it\'s "x"',
    'line\nbreak',
    '\\',
    'C:',
    ' ',
  ];
  const byValue: Partitioning = { dimensions: [{ name: 'c', type: 'value' }] };

  it('are decoded by DuckDB to the values, whatever they are', async () => {
    const { folder, begin } = await newPlace();
    const session = await begin();
    for (const [id, value] of VALUES.entries())
      await loadPartition(session, value, [{ id }], {
        run: { partition: { id: value, partitioning: byValue } },
      });
    await session.finish(ended());
    const sql = `SELECT id, c, _partition FROM read_parquet('${folder}/rows/*/*.parquet', hive_partitioning = true, hive_types_autocast = false) ORDER BY id`;
    expect(await query(sql)).toEqual(VALUES.map((value, id) => [`${id}`, value, value]));
  });

  it('of dimensions are encoded as far as they must be', () => {
    const partitioning: Partitioning = {
      dimensions: [
        { name: 'a/b=c', type: 'value' },
        { name: 'the day', type: 'time', params: { period: 'DAY' } },
      ],
    };
    expect(partitionFolderName(partitioning, 'x|2026-11-21')).toBe('a%2Fb%3Dc=x/the day=2026-11-21');
  });

  it('a column of a dimension is there once: the folder says it', async () => {
    const { folder, begin } = await newPlace();
    const session = await begin();
    const columns = ['id', 'country'].map(
      (name) => ({ name, type: 'string', declared: true, nullable: true }) as const,
    );
    await loadPartition(session, FR, [{ id: 'a', country: 'xx' }], { columns });
    await session.finish(ended());
    expect(await hive(folder, 'id, country')).toEqual([['a', 'FR']]);
    expect(
      (await readFile(join(folder, 'rows/day=2026-11-21/country=FR/part.parquet'))).length,
    ).toBeGreaterThan(0);
  });
});
