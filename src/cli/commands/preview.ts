import { RunResolver } from '../../host/pipelines/files/run-resolver.js';
import { PreviewService, type PreviewTable } from '../../host/preview-service.js';
import { maskCredentials } from '../../sdk/mask-credentials.js';
import { textOf } from '../../targets/values/text-of.js';
import { jsonText } from '../../targets/values/json-text.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import { readLimit } from '../options.js';
import { printStatements } from '../output/print-statements.js';
import { MAX_CELL_LENGTH, safeText } from '../output/safe-text.js';
import { textTable } from '../output/text-table.js';
import { readPartitionsSpec, type PartitionOptions } from '../read-partitions-spec.js';
import { readSourceSpec, type SourceOptions } from '../read-source-spec.js';

/** Options of `host preview`. */
export interface PreviewOptions extends SourceOptions, PartitionOptions {
  readonly limit: string;
  readonly to?: string;
  readonly pgSchema?: string;
}

/** `host preview`: the columns and the first rows of each table of a source. Stores nothing. */
export async function preview(
  source: string,
  options: PreviewOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const limit = readLimit(options.limit) as number;
  const container = openHost(options, io);
  const { pgSchema: schema } = options;
  const spec = {
    ...readSourceSpec(source, options),
    ...readPartitionsSpec(options),
    ...(schema === undefined ? {} : { pgSchema: schema }),
  };
  const given = await container.get(RunResolver).resolve(spec);
  const tables = await container.get(PreviewService).preview({ ...given, limit }, signal);
  if (options.json) {
    io.print(jsonText(jsonOf(maskCredentials(given.source), tables)) ?? '');
    return 0;
  }
  io.print(tables.length === 0 ? 'no rows' : tables.map(tableText).join('\n\n'));
  const { fromTable, to, pgSchema } = given;
  await printStatements(
    container,
    { source: given.source, fromTable, to: options.to ?? to, pgSchema, tables },
    io,
    signal,
  );
  return 0;
}

/** A dataset has one table without a name, whose columns and rows stand at the top. */
function jsonOf(connector: string, tables: readonly PreviewTable[]): object {
  const [first] = tables;
  if (first?.name === null) return { connector, columns: first.columns, rows: first.rows };
  return { connector, tables };
}

function tableText({ name, columns, primaryKey, rows }: PreviewTable): string {
  const types = columns.map((column) => [
    column.name,
    column.type ?? 'string',
    `${column.declared ? 'declared' : 'inferred'}${name !== null && primaryKey.includes(column.name) ? ', key' : ''}`,
  ]);
  const names = columns.map((column) => column.name);
  const cells = rows.map((row) => names.map((column) => cellText(row[column])));
  return [
    ...(name === null ? [] : [`table ${safeText(name, MAX_CELL_LENGTH)}`, '']),
    ...(name !== null && columns.length === 0 ? [] : [textTable(['column', 'type', ''], types), '']),
    rows.length === 0 ? 'no rows' : textTable(names, cells),
  ].join('\n');
}

function cellText(value: unknown): string {
  // So that an empty text and no value differ.
  if (value === '') return '""';
  return value === null || value === undefined ? '' : (textOf(value) ?? '');
}
