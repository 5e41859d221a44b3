import { ConfigError } from '../sdk/errors.js';
import type { MirrorOptions } from '../targets/mirror/mirror-options.js';
import type { RunSpec } from './run-spec.js';

/**
 * How a run is mirrored; undefined: its mode is another one.
 *
 * @throws ConfigError for options that do not go with --mode mirror
 */
export function mirrorOptionsOf(spec: RunSpec): MirrorOptions | undefined {
  const { mode, limit, force, maxDelete, allowEmpty, fullRefresh, deleteMissing } = spec;
  if (mode !== 'mirror') return undefined;
  if (deleteMissing) {
    throw new ConfigError('--mode mirror removes what is gone anyway, so --delete-missing says nothing', {
      code: 'CLI_USAGE',
      action: 'Leave --delete-missing out; --max-delete limits what --mode mirror removes.',
    });
  }
  if (limit !== undefined && force !== true) {
    throw new ConfigError('--mode mirror needs a complete read, and --limit ends it before', {
      code: 'GUARD_REFUSED',
      action: 'Leave --limit out, or insist with --force; no row is removed then.',
    });
  }
  return { maxDelete, allowEmpty, force, isPartial: limit !== undefined, isAnew: fullRefresh };
}
