import { HASH_SALT_VARIABLE, parseShapeOptions } from '../sync/shape/parse-shape-options.js';
import type { ShapeOptions } from '../sync/shape/shape-options.js';
import { ShapeRules } from '../sync/shape/shape-rules.js';
import type { ParamsOfRun, SyncOptions } from '../sync/sync-options.js';
import { fingerprintValue } from './config/fingerprint-params.js';
import type { OpenedSource } from './sources/opened-source.js';
import { refuseContradictions } from './refuse-contradictions.js';
import type { RunSpec } from './run-spec.js';

const DEFAULT_RETRIES = 3;

/**
 * How the engine does a run.
 *
 * @param salt value of the variable that --hash-columns takes it from
 * @throws ConfigError CLI_USAGE for options that do not read, or do not go together
 */
export function syncOptionsOf(
  spec: RunSpec,
  opened: Pick<OpenedSource, 'params' | 'stateFormat'>,
  salt: string | undefined,
): SyncOptions {
  refuseContradictions(spec);
  const shape = parseShapeOptions({ ...spec.shape, hashSalt: salt });
  // Refuses columns to hash without a salt, here and not when the run has begun.
  new ShapeRules(shape);
  return {
    // What differs from the ledger is found in a whole read.
    mode: spec.mode === 'mirror' ? 'overwrite' : spec.mode,
    perTable: spec.perTable,
    startsFromLedger: spec.mode === 'mirror',
    fullRefresh: spec.fullRefresh,
    keepState: spec.keepState,
    params: withShape(opened.params, shape, spec.deletes),
    stateFormat: opened.stateFormat,
    commitEvery: spec.commitEvery,
    retries: spec.retries ?? DEFAULT_RETRIES,
    deletes: spec.deletes,
    adopt: spec.adopt,
    force: spec.force,
    allowEmpty: spec.allowEmpty,
    shape,
    contract: spec.contract,
    badRows: spec.badRows ?? undefined,
    auditColumns: spec.auditColumns,
    deleteMissing: spec.deleteMissing,
  };
}

/** The variable that the salt is taken from, where there are columns to hash. */
export function saltVariable({ shape }: RunSpec): string | undefined {
  return (shape?.hashColumns ?? []).length > 0 ? HASH_SALT_VARIABLE : undefined;
}

/**
 * What is selected decides which rows come, as parameters do; and what becomes of them has to stay what it was, or tables
 * would get rows of two forms.
 */
function withShape(
  { fingerprint, defaults }: ParamsOfRun,
  shape: ShapeOptions,
  deletes: RunSpec['deletes'],
): ParamsOfRun {
  const lists = { '--tables': shape.tables, '--columns': shape.columns, '--exclude': shape.exclude };
  const chosen = Object.entries({
    ...Object.fromEntries(Object.entries(lists).map(([name, names = []]) => [name, [...names].sort()])),
    '--hash-columns': [...(shape.hashColumns ?? [])].sort(),
    '--parse-timestamps': [...(shape.parseTimestamps ?? [])].sort(),
    '--rename': [...(shape.rename ?? [])].map((pair) => pair.join('=')).sort(),
    '--nested': shape.nested ?? 'json',
    '--names': shape.names ?? 'keep',
    '--deletes': deletes ?? 'hard',
  });
  const plain: Readonly<Record<string, string>> = {
    '--nested': 'json',
    '--names': 'keep',
    '--deletes': 'hard',
  };
  const hashes = chosen.map(([name, value]) => [name, fingerprintValue(value)]);
  const none = chosen.map(([name]) => [name, fingerprintValue(plain[name] ?? [])]);
  return {
    fingerprint: { ...fingerprint, ...(Object.fromEntries(hashes) as Record<string, string>) },
    defaults: { ...defaults, ...(Object.fromEntries(none) as Record<string, string>) },
  };
}
