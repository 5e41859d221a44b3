import { ConfigError } from '../sdk/errors.js';
import type { WriteMode } from '../targets/target.js';
import type { NormalisedSchema } from './normalise-schema.js';
import type { SyncOptions } from './sync-options.js';

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
}

/** @throws ConfigError for a mode that does not go with the schema */
export function planRun(schema: NormalisedSchema, { mode, fullRefresh = false }: SyncOptions): RunPlan {
  const kind = schema.tables ? 'sync' : schema.isUnknown ? 'unknown' : 'dataset';
  if (fullRefresh) return { kind, schema, replaces: true, mode: 'overwrite' };
  if (mode === 'merge' && kind !== 'sync' && schema.primaryKey.length === 0) {
    throw new ConfigError('--mode merge needs a primary key, and the connector declares none', {
      code: 'CLI_USAGE',
      action: 'Run with --mode append or overwrite, or declare primaryKey in getReadSchema.',
    });
  }
  const replaces = mode === undefined ? kind !== 'sync' && !schema.incremental : mode === 'overwrite';
  return { kind, schema, replaces, mode };
}

/**
 * How one table is written.
 *
 * @param key its primary key
 * @param isSync whether operations come
 */
export function modeOfTable(plan: RunPlan, key: readonly string[], isSync: boolean): WriteMode {
  if (plan.mode === 'merge') return key.length > 0 ? 'merge' : 'append';
  if (plan.mode !== undefined) return plan.mode;
  if (!isSync && plan.replaces) return 'overwrite';
  return key.length > 0 ? 'merge' : 'append';
}
