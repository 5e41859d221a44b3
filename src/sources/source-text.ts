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

/** The table that rows of a file or table go to where nobody says otherwise: its name, `-` as `_`. */
export function tableOf(name: string): string {
  return name.replaceAll('-', '_');
}
