import {
  AbortError,
  AuthError,
  ConfigError,
  ConnectorError,
  ERROR_CODES,
  RowError,
  TargetError,
  TransientError,
  type ErrorClassName,
  type ErrorOptions,
  type HostError,
} from '../../sdk/errors.js';
import type { PartitionCounts } from '../../sync/run-report.js';
import type { PartitionResult } from './partition-task.js';

const CLASSES: Readonly<Record<ErrorClassName, (message: string, options: ErrorOptions) => HostError>> = {
  ConfigError: (message, options) => new ConfigError(message, options),
  ConnectorError: (message, options) => new ConnectorError(message, options),
  AuthError: (message, options) => new AuthError(message, options),
  RowError: (message, options) => new RowError(message, options),
  TargetError: (message, options) => new TargetError(message, options),
  TransientError: (message, options) => new TransientError(message, options),
  AbortError: (_message, options) => new AbortError('partition-failed', options),
};

/**
 * The error of a run that was stopped, with what is complete and how it goes on; any other error as it is.
 */
export function partitionsStopped(
  failure: HostError,
  { completed }: Pick<PartitionCounts, 'completed'>,
): HostError {
  if (!(failure instanceof AbortError)) return failure;
  return new AbortError(failure.reason, { action: resumeText(completed), cause: failure });
}

/** What is known of a run of which partitions failed. */
export interface FailureFacts {
  /** Whether the target remembers what was chosen and what completed. */
  readonly mayResume: boolean;
  /** Why no more partitions were begun, as a sentence without its end; absent: the failures say it. */
  readonly outage?: string | undefined;
}

/**
 * The error of a run of which partitions failed.
 *
 * @param worst the one that decides the exit code
 */
export function partitionsFailure(
  worst: PartitionResult,
  { completed, failed, unfinished, notRun }: PartitionCounts,
  { mayResume, outage }: FailureFacts,
): HostError {
  const { partition, code, message, action } = worst;
  const known = code ?? 'CONNECTOR_FAILED';
  const entry = ERROR_CODES[known];
  const all = notRun === null ? null : completed + failed + unfinished + notRun;
  const reason = `partition ${partition}: ${message ?? entry.summary}`;
  const counted = `${failed}${all === null ? '' : ` of ${all}`} ${all === null && failed === 1 ? 'partition' : 'partitions'} failed`;
  const isOnly = failed === 1 && all === 1;
  const text = isOnly ? reason : `${counted}; ${reason}`;
  const ended = outage === undefined ? '' : ` ${outage}.`;
  const again = mayResume ? ` ${resumeText(completed)}` : '';
  return CLASSES[entry.class](text, { code: known, action: `${action ?? entry.action}${ended}${again}` });
}

/** @param completed how many partitions of this run are in the target */
function resumeText(completed: number): string {
  const complete = `${completed === 0 ? 'No partition of this run is' : completed === 1 ? '1 partition of this run is' : `${completed} partitions of this run are`} complete`;
  return `${complete}; \`host run ... --resume\` then runs only what did not complete.`;
}
