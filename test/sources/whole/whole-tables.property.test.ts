import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { RunSpec } from '../../../src/host/run-spec.js';
import { SelectConnector } from '../../../src/sources/duckdb/select-connector.js';
import { RELATION } from '../../../src/targets/relation.js';
import { EVERY_CRASH } from '../../fixtures/sampled.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { SourcePlace } from '../source-place.js';
import { allTables, flatTables, tableSql, type TypedTable } from './typed-tables.js';

const folder = tempFolders();
let place: SourcePlace;

beforeEach(async () => {
  place = new SourcePlace(await folder());
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Where the rows go, and how often: what a mode does to rows that are there shows in the second run. */
const TARGETS = [
  { to: 'out.parquet', mode: 'overwrite', files: 'out.parquet' },
  { to: 'out/', mode: 'overwrite', files: 'out/t.parquet' },
  { to: 'out/', mode: 'append', files: 'out/t/*.parquet' },
  { to: 'out.duckdb', mode: 'overwrite', files: undefined },
  { to: 'out.duckdb', mode: 'append', files: undefined },
] as const;
type Target = (typeof TARGETS)[number];

const cases = (tables: fc.Arbitrary<TypedTable>) =>
  fc.record({
    table: tables,
    target: fc.constantFrom(...TARGETS),
    source: fc.constantFrom('table', 'query', 'file'),
    limit: fc.constantFrom(undefined, undefined, 3, 2500),
  });

let number = 0;

/** What two runs make of a table, and what they say of themselves. */
async function outcome(
  source: string,
  { to, mode, files }: Target,
  spec: Partial<RunSpec>,
  isWhole: boolean,
): Promise<unknown> {
  const spy = jest.spyOn(SelectConnector.prototype, RELATION);
  if (!isWhole) spy.mockResolvedValue(undefined);
  const prefix = `${(number += 1)}`;
  await mkdir(place.path(prefix));
  const reports: unknown[] = [];
  for (let i = 0; i < 2; i += 1) {
    const { report, error } = await place.attempt(source, `${prefix}/${to}`, {
      ...spec,
      table: 't',
      mode,
      force: true,
      allowEmpty: true,
    });
    const { rowsRead, rowsWritten, status, tables, warnings } = report;
    // Rows that a failed run had read depend on the size of a page.
    reports.push({ rowsRead: error ? undefined : rowsRead, rowsWritten, status, tables, warnings });
    reports.push(error && { code: error.code, message: error.message.replaceAll(`${prefix}/`, '') });
  }
  spy.mockRestore();
  return { reports, stored: await stored(prefix, to, files) };
}

/** Types and values, in the order in which they lie there. */
async function stored(prefix: string, to: string, files: string | undefined): Promise<unknown> {
  const database = new SourcePlace(place.folder, files === undefined ? `${prefix}/${to}` : 'look.duckdb');
  if (files === undefined) {
    const there = await database.query(`SELECT 1 FROM duckdb_tables() WHERE table_name = 't'`);
    if (there.length === 0) return undefined;
    const columns = await database.query(`SELECT column_name, column_type FROM (DESCRIBE t)`);
    return [columns, await database.query('SELECT CAST(COLUMNS(*) AS VARCHAR) FROM t ORDER BY rowid')];
  }
  const path = place.path(`${prefix}/${files}`);
  if (!files.includes('*') && !existsSync(path)) return undefined;
  const found = await database.query(`SELECT count(*) FROM glob('${path}')`);
  if (found[0]?.[0] === '0') return undefined;
  const from = `read_parquet('${path}', hive_partitioning = false)`;
  return [
    await database.query(`SELECT column_name, column_type FROM (DESCRIBE FROM ${from})`),
    await database.query(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ${from}`),
  ];
}

async function put(table: TypedTable, source: string): Promise<readonly [string, Partial<RunSpec>]> {
  const name = `s${(number += 1)}`;
  const database = new SourcePlace(place.folder, `${name}.duckdb`);
  await database.execute(...tableSql(table));
  if (source === 'table') return [`${name}.duckdb`, { fromTable: 't' }];
  if (source === 'query') return [`${name}.duckdb`, { query: 'SELECT * FROM t' }];
  await database.execute(`COPY t TO '${place.path(name)}.parquet' (FORMAT parquet)`);
  return [`${name}.parquet`, {}];
}

it('tables that go as a whole are those that go row by row', async () => {
  await fc.assert(
    fc.asyncProperty(cases(flatTables), async ({ table, target, source, limit }) => {
      const [from, spec] = await put(table, source);
      const whole = await outcome(from, target, { ...spec, limit }, true);
      expect(whole).toEqual(await outcome(from, target, { ...spec, limit }, false));
    }),
    { numRuns: EVERY_CRASH ? 60 : 8 },
  );
});

it('what cannot go as a whole is refused or written row by row', async () => {
  await fc.assert(
    fc.asyncProperty(cases(allTables), async ({ table, target, source, limit }) => {
      const [from, spec] = await put(table, source);
      const whole = await outcome(from, target, { ...spec, limit }, true);
      expect(whole).toEqual(await outcome(from, target, { ...spec, limit }, false));
    }),
    { numRuns: EVERY_CRASH ? 40 : 5 },
  );
});
