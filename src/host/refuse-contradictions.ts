import { ConfigError } from '../sdk/errors.js';
import { mayHaveSchemas } from '../targets/open-target.js';
import type { RunSpec } from './run-spec.js';

/**
 * Looks at what goes together and what does not, wherever it was given.
 * @throws ConfigError CLI_USAGE
 */
export function refuseContradictions(spec: RunSpec): void {
  if (spec.fullRefresh === true && spec.keepState === true) {
    throw new ConfigError(
      '--full-refresh starts from nothing, so there is no state for --keep-state to keep',
      {
        code: 'CLI_USAGE',
        action: 'Leave one of the two out.',
      },
    );
  }
  const removes = spec.deleteMissing !== undefined || spec.mode === 'mirror' || spec.prune === true;
  if (spec.maxDelete !== undefined && !removes) {
    throw new ConfigError(
      '--max-delete limits --delete-missing, --prune or --mode mirror, and none is there',
      {
        code: 'CLI_USAGE',
        action: 'Give one of them, or leave --max-delete out.',
      },
    );
  }
  refusePartitionContradictions(spec);
  if (spec.badRows && spec.shape?.nested === 'child-tables') {
    throw new ConfigError(
      '--on-bad-row dead-letter does not go with --nested child-tables: the child rows of a bad row would be lost',
      {
        code: 'CLI_USAGE',
        action: 'Run with --nested flatten or json, or let the first bad row end the run.',
      },
    );
  }
  if (spec.cursor !== undefined && spec.deleteMissing !== undefined) {
    throw new ConfigError('--delete-missing needs a complete read, and --cursor reads only what is new', {
      code: 'CLI_USAGE',
      action: 'Leave one of the two out.',
    });
  }
  if (spec.cursor !== undefined && spec.mode === 'mirror') {
    throw new ConfigError('--mode mirror compares a whole read, and --cursor reads only what is new', {
      code: 'CLI_USAGE',
      action: 'Leave --cursor out; only what differs is sent.',
    });
  }
  const { pgSchema, source, to = '' } = spec;
  if (pgSchema !== undefined && !mayHaveSchemas(source) && !mayHaveSchemas(to)) {
    throw new ConfigError('--pg-schema is for PostgreSQL, and neither the source nor the target is one', {
      code: 'CLI_USAGE',
      action: 'Leave --pg-schema out.',
    });
  }
}

function refusePartitionContradictions({ resume, partition, now, prune, limit }: RunSpec): void {
  if (resume === true && (partition !== undefined || now !== undefined)) {
    const other = partition === undefined ? '--now' : '--partition';
    throw new ConfigError(`--resume goes on with what the last run chose, and ${other} chooses anew`, {
      code: 'CLI_USAGE',
      action: 'Leave one of the two out.',
    });
  }
  if (prune !== true) return;
  if (limit !== undefined) {
    throw new ConfigError('--prune needs a run of all partitions, and --limit ends it before', {
      code: 'CLI_USAGE',
      action: 'Leave one of the two out.',
    });
  }
  if (partition !== undefined && partition.trim() !== 'all') {
    throw new ConfigError(`--prune needs a run of all partitions, and this one is of ${partition}`, {
      code: 'CLI_USAGE',
      action: 'Leave --prune out, or run with --partition all.',
    });
  }
}
