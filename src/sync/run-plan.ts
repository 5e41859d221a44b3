import { ConfigError } from '../sdk/errors.js';
import type { WriteMode } from '../targets/target.js';
import type { NormalisedSchema } from './normalise-schema.js';
import type { SyncOptions, TableOptions } from './sync-options.js';

/**
 * What a run is: a dataset (rows of one table), a sync (operations on named tables), or not known before the first
 * emission, where the connector declares nothing.
 */
export type RunKind = 'dataset' | 'sync' | 'unknown';

/** What follows from the read schema and the options, before the first row. */
export interface RunPlan {
  readonly kind: RunKind;
  readonly schema: NormalisedSchema;
  /** True: tables are replaced as a whole. While the kind is unknown, what it is if rows come. */
  readonly replaces: boolean;
  readonly mode: WriteMode | undefined;
  /** What differs for single tables, by the names that the source has for them. */
  readonly perTable: Readonly<Record<string, TableOptions>>;
}

/** @throws ConfigError for a mode that does not go with the schema */
export function planRun(
  schema: NormalisedSchema,
  { mode, fullRefresh = false, perTable = {} }: SyncOptions,
): RunPlan {
  const kind = schema.tables ? 'sync' : schema.isUnknown ? 'unknown' : 'dataset';
  if (fullRefresh) return { kind, schema, replaces: true, mode: 'overwrite', perTable };
  if (mode === 'merge' && kind !== 'sync' && schema.primaryKey.length === 0) {
    throw new ConfigError('--mode merge needs a primary key, and the connector declares none', {
      code: 'CLI_USAGE',
      action: 'Run with --mode append or overwrite, or declare primaryKey in getReadSchema.',
    });
  }
  const replaces = mode === undefined ? kind !== 'sync' && !schema.incremental : mode === 'overwrite';
  return { kind, schema, replaces, mode, perTable };
}

/**
 * How one table is written.
 *
 * @throws ConfigError CLI_USAGE where rows of a table without a key are to be merged
 */
export function modeOfTable(
  plan: RunPlan,
  { name, key, isSync }: { readonly name: string; readonly key: readonly string[]; readonly isSync: boolean },
): WriteMode {
  const own = plan.mode === 'overwrite' ? undefined : tableOptions(plan.perTable, name)?.mode;
  if (own === 'merge' && key.length === 0) {
    throw new ConfigError(`table "${name}" is to be merged, and has no primary key`, {
      code: 'CLI_USAGE',
      action: 'Give it a `primary_key` in the pipeline file, or declare one in getReadSchema.',
      details: { table: name },
    });
  }
  if (own !== undefined) return own;
  if (plan.mode === 'merge') return key.length > 0 ? 'merge' : 'append';
  if (plan.mode !== undefined) return plan.mode;
  if (!isSync && plan.replaces) return 'overwrite';
  return key.length > 0 ? 'merge' : 'append';
}

/** What differs for a table, whatever its name. */
function tableOptions(
  perTable: Readonly<Record<string, TableOptions>>,
  name: string,
): TableOptions | undefined {
  return Object.hasOwn(perTable, name) ? perTable[name] : undefined;
}

/**
 * A schema with the keys that a run gives to tables in the place of the declared ones.
 *
 * @throws ConfigError CLI_USAGE for a key of a column that is not declared
 */
export function withKeys(schema: NormalisedSchema, { perTable = {} }: SyncOptions): NormalisedSchema {
  if (!schema.tables) return schema;
  const tables = [...schema.tables].map(([name, table]) => {
    const primaryKey = tableOptions(perTable, name)?.primaryKey;
    if (!primaryKey) return [name, table] as const;
    const { columns } = table;
    const unknown = primaryKey.find(
      (key) => columns.length > 0 && !columns.some((each) => each.name === key),
    );
    if (unknown !== undefined) {
      throw new ConfigError(
        `the primary key of table "${name}" names the column "${unknown}", which it has not`,
        {
          code: 'CLI_USAGE',
          action: 'Correct `primary_key` of the table in the pipeline file.',
          details: { table: name, column: unknown },
        },
      );
    }
    return [name, { ...table, primaryKey }] as const;
  });
  return { ...schema, tables: new Map(tables) };
}
