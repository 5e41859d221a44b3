import { ConfigError } from '../../../sdk/errors.js';
import type { Partitioning, PartitionPeriod } from '../../../sdk/partitioning.js';
import { DEFAULT_TARGET, isFileTarget } from '../../../targets/open-target.js';
import { plainName, splitNames } from '../../../sync/shape/split-names.js';
import type { TableOptions } from '../../../sync/sync-options.js';
import type { ConfigSpec, RunSpec } from '../../run-spec.js';
import { badRowPolicyOf, commitIntervalOf, shareOf } from '../../run-texts.js';
import { moved } from '../moved-path.js';
import { isPathOrUrl, isUrl } from './is-path-or-url.js';
import type { PipelineFields, PipelineFile } from './pipeline-file.js';
import { DEFAULT_MAX_DELETE } from '../../../targets/mirror/mirror-options.js';

/** The fields of a file by their types, as its schema has checked them. */
interface Fields {
  readonly source: string;
  readonly config?: Config;
  readonly from_table?: string;
  readonly query?: string;
  readonly cursor?: string;
  readonly primary_key?: Names;
  readonly partition?: string;
  readonly dimensions?: readonly DimensionFields[];
  readonly limit?: number;
  readonly to?: string;
  readonly to_config?: Config;
  readonly format?: RunSpec['format'];
  readonly pg_schema?: string;
  readonly table?: string;
  readonly tables?: Names | Readonly<Record<string, TableFields | null>>;
  readonly columns?: Names;
  readonly exclude?: Names;
  readonly hash_columns?: Names;
  readonly mode?: RunSpec['mode'];
  readonly deletes?: RunSpec['deletes'];
  readonly delete_missing?: boolean;
  readonly prune?: boolean;
  readonly max_delete?: string;
  readonly nested?: string;
  readonly max_depth?: number;
  readonly names?: string;
  readonly rename?: Names | Readonly<Record<string, string>>;
  readonly parse_timestamps?: Names;
  readonly schema_contract?: RunSpec['contract'];
  readonly audit_columns?: boolean;
  readonly on_bad_row?: 'fail' | 'dead-letter';
  readonly max_rejected?: number | string;
  readonly full_refresh?: boolean;
  readonly keep_state?: boolean;
  readonly adopt?: boolean;
  readonly force?: boolean;
  readonly allow_empty?: boolean;
  readonly concurrency?: number;
  readonly fail_fast?: boolean;
  readonly commit_every?: number | string;
  readonly retries?: number;
  readonly lock_timeout?: number;
}

type Names = string | readonly string[];
type Config = string | Readonly<Record<string, unknown>>;

interface DimensionFields {
  readonly name: string;
  readonly type: 'time' | 'value';
  readonly period?: PartitionPeriod;
  readonly time_zone?: string;
}

interface TableFields {
  readonly mode?: 'append' | 'merge';
  readonly primary_key?: Names;
  readonly columns?: Names;
}

/**
 * The run that a pipeline file describes. Its paths start at the plugin's folder, wherever the command is run.
 *
 * @param given its fields, with references to the environment filled in
 * @param cwd the folder that paths of the result start from
 */
export function pipelineRunSpec(file: PipelineFile, given: PipelineFields, cwd: string): RunSpec {
  const fields = given as Fields;
  const { root } = file.plugin;
  const here = (path: string): string => moved(path, root, cwd);
  const config = (value: Config | undefined): ConfigSpec => {
    if (typeof value === 'string') return { configFile: here(value) };
    return value === undefined ? {} : { params: value, paramsFrom: file.label };
  };
  const { source, to = DEFAULT_TARGET, tables, columns } = fields;
  const perTable = isRecord(tables) ? tables : {};
  const isPath = isPathOrUrl(source) && !isUrl(source);
  const maxDelete = fields.max_delete === undefined ? undefined : shareOf(fields.max_delete);
  return {
    name: file.name,
    source: isPath ? here(source) : source,
    ...config(fields.config),
    fromTable: fields.from_table,
    query: fields.query,
    cursor: fields.cursor,
    primaryKey: fields.primary_key === undefined ? undefined : namesOf(fields.primary_key),
    partition: fields.partition,
    dimensions: fields.dimensions?.map((dimension) => dimensionOf(dimension, file)),
    limit: fields.limit,
    to: isFileTarget(to) ? here(to) : to,
    toConfig: config(fields.to_config),
    format: fields.format,
    pgSchema: fields.pg_schema,
    table: fields.table,
    shape: {
      tables: isRecord(tables) ? Object.keys(tables).map(escaped) : textsOf(tables),
      columns: [...textsOf(columns), ...Object.entries(perTable).flatMap(columnsOf)],
      exclude: textsOf(fields.exclude),
      hashColumns: textsOf(fields.hash_columns),
      nested: fields.nested,
      maxDepth: fields.max_depth === undefined ? undefined : String(fields.max_depth),
      names: fields.names,
      rename: renamesOf(fields.rename),
      parseTimestamps: textsOf(fields.parse_timestamps),
    },
    perTable: Object.fromEntries(
      Object.entries(perTable).map(([name, table]) => [name, tableOptions(table)]),
    ),
    mode: fields.mode,
    deletes: fields.deletes,
    deleteMissing: fields.delete_missing ? { maxShare: maxDelete ?? DEFAULT_MAX_DELETE } : undefined,
    prune: fields.prune,
    maxDelete,
    contract: fields.schema_contract,
    auditColumns: fields.audit_columns,
    badRows: badRowsOf(fields),
    fullRefresh: fields.full_refresh,
    keepState: fields.keep_state,
    adopt: fields.adopt,
    force: fields.force,
    allowEmpty: fields.allow_empty,
    concurrency: fields.concurrency,
    failFast: fields.fail_fast,
    commitEvery:
      fields.commit_every === undefined ? undefined : commitIntervalOf(String(fields.commit_every)),
    retries: fields.retries,
    lockTimeout: fields.lock_timeout,
  };
}

/** A schema cannot say which fields go together. */
function dimensionOf(
  { name, type, period, time_zone: timeZone }: DimensionFields,
  { label, path }: PipelineFile,
): Partitioning['dimensions'][number] {
  if (type === 'time' && period !== undefined)
    return { name, type, params: { period, ...(timeZone === undefined ? {} : { timeZone }) } };
  if (type === 'value' && period === undefined && timeZone === undefined) return { name, type };
  const problem =
    type === 'time'
      ? `is one of time, so it must have a "period"`
      : `has values of any text, so it has no "period" and no "time_zone"`;
  throw new ConfigError(`pipeline file ${label}: the dimension ${JSON.stringify(name)} ${problem}`, {
    code: 'PIPELINE_INVALID',
    details: { file: path },
  });
}

function badRowsOf({ on_bad_row: onBadRow, max_rejected: most }: Fields): RunSpec['badRows'] {
  if (onBadRow === 'fail') return null;
  if (most !== undefined) return badRowPolicyOf(String(most));
  return onBadRow === undefined ? undefined : {};
}

function tableOptions(table: TableFields | null): TableOptions {
  const { mode, primary_key: key } = table ?? {};
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(key === undefined ? {} : { primaryKey: namesOf(key) }),
  };
}

function columnsOf([table, fields]: [string, TableFields | null]): string[] {
  return fields?.columns === undefined
    ? []
    : namesOf(fields.columns).map((column) => escaped(`${table}.${column}`));
}

/** Texts as the command line has them: an item of a list is one name, whatever is in it. */
function textsOf(names: Names | undefined): string[] {
  if (names === undefined) return [];
  return typeof names === 'string' ? [names] : names.map(escaped);
}

function namesOf(names: Names): string[] {
  return typeof names === 'string' ? splitNames(names, ',').map(plainName) : [...names];
}

function renamesOf(rename: Fields['rename']): string[] {
  if (rename === undefined) return [];
  if (typeof rename === 'string') return [rename];
  if (!isRecord(rename)) return [...rename];
  return Object.entries(rename).map(([from, to]) => `${escaped(from)}=${escaped(to)}`);
}

function escaped(name: string): string {
  return name.replaceAll(/[\\,=]/g, '\\$&');
}

function isRecord<Value>(
  value: Names | Readonly<Record<string, Value>> | undefined,
): value is Readonly<Record<string, Value>> {
  return typeof value === 'object' && !Array.isArray(value);
}
