import { basename } from 'node:path';
import { isPostgresUrl } from '../targets/postgres/connect-postgres.js';
import { databaseOfUrl } from './postgres/database-of-url.js';

/** The kinds of sources, by the endings of their files. */
const KINDS = [
  ['csv', /\.(?:csv|tsv)(?:\.gz)?$/i],
  ['ndjson', /\.(?:jsonl|ndjson)(?:\.gz)?$/i],
  ['columns', /\.parquet$/i],
  ['database', /\.duckdb$/i],
] as const;

/**
 * What a file or database is read as. `columns`: a file that has its rows by columns, with their types; `server`: a
 * database that a server has.
 */
export type SourceKind = (typeof KINDS)[number][0] | 'server';

/** The kind of source that a text names by its scheme or ending; undefined: it names none. */
export function sourceKind(text: string): SourceKind | undefined {
  if (isPostgresUrl(text)) return 'server';
  return KINDS.find(([, ending]) => ending.test(text))?.[0];
}

/** Whether a text names a file or database to read, and so is no connector's id. */
export function isSourceText(text: string): boolean {
  return sourceKind(text) !== undefined;
}

/** The name of a file without its ending: `data/rows.csv.gz` is `rows`; of a URL its database. */
export function sourceId(path: string): string {
  if (isPostgresUrl(path)) return databaseOfUrl(path);
  const name = basename(path);
  const ending = KINDS.map(([, each]) => each.exec(name)).find((match) => match !== null);
  return (ending ? name.slice(0, ending.index) : name) || name;
}

/**
 * The table that rows go to where nobody says otherwise: that of the database, else the name of the file or
 * database, `-` as `_`.
 *
 * @param fromTable table of a database; it may have its schema before it
 */
export function defaultTableOfFile(path: string, fromTable?: string): string {
  return fromTable?.split('.').at(-1) ?? sourceId(path).replaceAll('-', '_');
}
