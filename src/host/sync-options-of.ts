import { ConfigError } from '../sdk/errors.js';
import { HASH_SALT_VARIABLE, parseShapeOptions } from '../sync/shape/parse-shape-options.js';
import type { ShapeOptions } from '../sync/shape/shape-options.js';
import { ShapeRules } from '../sync/shape/shape-rules.js';
import type { ParamsOfRun, SyncOptions } from '../sync/sync-options.js';
import { fingerprintValue } from './config/fingerprint-params.js';
import type { OpenedConnector } from './connectors/opened-connector.js';
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
  opened: Pick<OpenedConnector, 'params' | 'stateFormat'>,
  salt: string | undefined,
): SyncOptions {
  if (spec.fullRefresh === true && spec.keepState === true) {
    throw new ConfigError(
      '--full-refresh starts from nothing, so there is no state for --keep-state to keep',
      {
        code: 'CLI_USAGE',
        action: 'Leave one of the two out.',
      },
    );
  }
  const shape = parseShapeOptions({ ...spec.shape, hashSalt: salt });
  // Refuses columns to hash without a salt, here and not when the run has begun.
  new ShapeRules(shape);
  return {
    mode: spec.mode,
    fullRefresh: spec.fullRefresh,
    keepState: spec.keepState,
    params: withSelection(opened.params, shape),
    stateFormat: opened.stateFormat,
    commitEvery: spec.commitEvery,
    retries: spec.retries ?? DEFAULT_RETRIES,
    deletes: spec.deletes,
    adopt: spec.adopt,
    force: spec.force,
    allowEmpty: spec.allowEmpty,
    shape,
    contract: spec.contract,
    auditColumns: spec.auditColumns,
    deleteMissing: spec.deleteMissing,
  };
}

/** The variable that the salt is taken from, where there are columns to hash. */
export function saltVariable({ shape }: RunSpec): string | undefined {
  return (shape?.hashColumns ?? []).length > 0 ? HASH_SALT_VARIABLE : undefined;
}

/** What is selected decides which rows come, as parameters do. */
function withSelection({ fingerprint, defaults }: ParamsOfRun, shape: ShapeOptions): ParamsOfRun {
  const selected = Object.entries({
    '--tables': shape.tables,
    '--columns': shape.columns,
    '--exclude': shape.exclude,
    '--hash-columns': shape.hashColumns,
  });
  const hashes = selected.map(([name, names = []]) => [name, fingerprintValue([...names].sort())]);
  const none = selected.map(([name]) => [name, fingerprintValue([])]);
  return {
    fingerprint: { ...fingerprint, ...(Object.fromEntries(hashes) as Record<string, string>) },
    defaults: { ...defaults, ...(Object.fromEntries(none) as Record<string, string>) },
  };
}
