import { basename } from 'node:path';

/** The kinds of sources, by the endings of their files. */
const KINDS = [
  ['csv', /\.(?:csv|tsv)(?:\.gz)?$/i],
  ['ndjson', /\.(?:jsonl|ndjson)(?:\.gz)?$/i],
  ['columns', /\.parquet$/i],
  ['database', /\.duckdb$/i],
] as const;

/** What a file is read as; `columns`: a file that has its rows by columns, with their types. */
export type SourceKind = (typeof KINDS)[number][0];

/** The kind of source that a text names by its ending; undefined: it names none. */
export function sourceKind(text: string): SourceKind | undefined {
  return KINDS.find(([, ending]) => ending.test(text))?.[0];
}

/** Whether a text names a file or database to read, and so is no connector's id. */
export function isSourceText(text: string): boolean {
  return sourceKind(text) !== undefined;
}

/** The name of a file without its ending: `data/rows.csv.gz` is `rows`. */
export function sourceId(path: string): string {
  const name = basename(path);
  const ending = KINDS.map(([, each]) => each.exec(name)).find((match) => match !== null);
  return (ending ? name.slice(0, ending.index) : name) || name;
}

/**
 * The table that rows go to where nobody says otherwise: that of the database, else the name of the file, `-` as `_`.
 *
 * @param fromTable table of a database; it may have its schema before it
 */
export function defaultTableOfFile(path: string, fromTable?: string): string {
  return fromTable?.split('.').at(-1) ?? sourceId(path).replaceAll('-', '_');
}
