import { describe, expect, it } from '@jest/globals';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { tempFolders } from '../../fixtures/temp-folder.js';

const newFolder = tempFolders();

/** What the first released version left behind, statement by statement. */
const VERSION_1 = [
  `CREATE TABLE _host_meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL)`,
  `CREATE TABLE _host_tables (
     table_name VARCHAR NOT NULL, pipeline VARCHAR NOT NULL, primary_key JSON NOT NULL, columns JSON NOT NULL,
     updated_at TIMESTAMP WITH TIME ZONE NOT NULL)`,
  `INSERT INTO _host_meta VALUES ('version', '1')`,
  `CREATE TABLE rows (id BIGINT, note VARCHAR, price DOUBLE)`,
  `INSERT INTO rows VALUES (1, NULL, 0.5), (2, NULL, NULL)`,
  `INSERT INTO _host_tables VALUES ('rows', 'p-source.rows', '["id"]', '[
     {"name":"id","type":"bigint","declared":true,"nullable":false},
     {"name":"note","type":null,"declared":false,"nullable":true},
     {"name":"price","type":"double","declared":false,"nullable":true}]', TIMESTAMPTZ '2026-01-02 03:04:05+00')`,
  `CREATE TABLE unknown (n INTEGER)`,
  `INSERT INTO unknown VALUES (7)`,
];

async function oldDatabase(): Promise<DuckdbPlace> {
  const place = new DuckdbPlace(await newFolder());
  for (const statement of VERSION_1) await place.query(statement);
  return place;
}

describe('a database of version 1', () => {
  it('gets version 4 by the next run, and keeps its tables and what is known of them', async () => {
    const place = await oldDatabase();
    const { error } = await place.run({ table: 'other', rows: [{ n: 1 }] });
    expect(error).toBeUndefined();
    expect(await place.query('SELECT name, value FROM _host_meta')).toEqual([['version', '4']]);
    expect(await place.query('SELECT * FROM rows ORDER BY id')).toEqual([
      ['1', null, '0.5'],
      ['2', null, null],
    ]);
    expect(await place.query('SELECT * FROM unknown')).toEqual([['7']]);
    expect(
      await place.query(
        `SELECT pipeline, primary_key, epoch(updated_at) FROM _host_tables WHERE table_name = 'rows'`,
      ),
    ).toEqual([['p-source.rows', '["id"]', '1767323045']]);
    expect(await place.query(`SELECT pipeline, status FROM _host_runs`)).toEqual([
      ['test.other', 'succeeded'],
    ]);
    expect(await place.query(`SELECT count(*) FROM _host_state_history`)).toEqual([['0']]);
    expect(await place.query(`SELECT count(*) FROM _host_rejected_rows`)).toEqual([['0']]);
  });

  it('is known to be loaded by the host: it is overwritten without --adopt, merged by its key, and widens', async () => {
    const place = await oldDatabase();
    const schema = { columns: [{ name: 'id', type: 'LONG', nullable: false }], primaryKey: ['id'] } as const;
    const guards = { adopt: false, force: false, allowEmpty: false };
    const merged = await place.run({
      schema,
      mode: 'merge',
      options: guards,
      rows: [{ id: 2, note: 'two', price: 'dear' }],
    });
    expect(merged.error).toBeUndefined();
    expect(merged.report.tables[0]?.columnsWidened).toEqual([
      { name: 'price', from: 'double', to: 'string' },
    ]);
    expect(await place.query('SELECT * FROM rows ORDER BY id')).toEqual([
      ['1', null, '0.5'],
      ['2', 'two', 'dear'],
    ]);
    const replaced = await place.run({ mode: 'overwrite', options: guards, rows: [{ id: 3 }] });
    expect(replaced.error).toBeUndefined();
    expect(await place.query('SELECT * FROM rows')).toEqual([['3']]);
    const refused = await place.run({
      table: 'unknown',
      mode: 'overwrite',
      options: guards,
      rows: [{ n: 8 }],
    });
    expect(refused.error?.code).toBe('TABLE_NOT_OURS');
    expect(await place.query('SELECT * FROM unknown')).toEqual([['7']]);
  });

  it('is brought to version 4 once', async () => {
    const place = await oldDatabase();
    await place.run({ table: 'other', rows: [{ n: 1 }] });
    await place.run({ table: 'other', rows: [{ n: 2 }] });
    expect(await place.query('SELECT name, value FROM _host_meta')).toEqual([['version', '4']]);
    expect(await place.query('SELECT status FROM _host_runs')).toEqual([['succeeded'], ['succeeded']]);
  });
});

describe('a database of version 2', () => {
  it('keeps the rows that were kept aside, which get an id', async () => {
    const place = new DuckdbPlace(await newFolder());
    await place.run({ rows: [{ n: 1 }] });
    for (const column of ['id', 'operation', 'request', 'status', 'response', 'partition', 'is_replacing'])
      await place.query(`ALTER TABLE _host_rejected_rows DROP COLUMN ${column}`);
    for (const table of ['_host_batches', '_host_partitions']) await place.query(`DROP TABLE ${table}`);
    await place.query(`UPDATE _host_meta SET value = '2'`);
    await place.query(
      `INSERT INTO _host_rejected_rows VALUES ('r', 'p', 't', 7, 'SCHEMA_FROZEN', 'column "b" is new', 1, '{"b":1}', now()),
         ('r', 'p', 't', 9, 'SCHEMA_FROZEN', 'column "b" is new', 1, '{"b":2}', now())`,
    );
    expect((await place.run({ rows: [{ n: 1 }] })).error).toBeUndefined();
    expect(
      await place.query(
        'SELECT length(id), row_number, row, operation, request FROM _host_rejected_rows ORDER BY row_number',
      ),
    ).toEqual([
      ['16', '7', '{"b":1}', 'upsert', null],
      ['16', '9', '{"b":2}', 'upsert', null],
    ]);
    expect(await place.query('SELECT count(DISTINCT id) FROM _host_rejected_rows')).toEqual([['2']]);
  });
});

describe('a database without bookkeeping', () => {
  it('gets that of version 4 beside the tables that are there', async () => {
    const place = new DuckdbPlace(await newFolder());
    await place.query('CREATE TABLE theirs (n INTEGER)');
    expect((await place.run({ rows: [{ n: 1 }] })).error).toBeUndefined();
    expect(await place.query('SELECT table_name FROM duckdb_tables() ORDER BY 1')).toEqual([
      ['_host_batches'],
      ['_host_meta'],
      ['_host_partitions'],
      ['_host_rejected_rows'],
      ['_host_runs'],
      ['_host_state'],
      ['_host_state_history'],
      ['_host_tables'],
      ['rows'],
      ['theirs'],
    ]);
  });
});
