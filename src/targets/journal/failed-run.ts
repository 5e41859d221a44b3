import { isHostError } from '../../sdk/errors.js';
import type { RunRecord } from '../target.js';

/** The record of a run of which nothing is known but that it failed; `error` undefined: not even why. */
export function failedRun(error: unknown): RunRecord {
  return {
    status: 'failed',
    code: isHostError(error) ? error.code : null,
    message: isHostError(error) ? error.message : null,
    rowsRead: 0,
    rowsWritten: 0,
    rowsDeleted: 0,
    commits: 0,
  };
}
