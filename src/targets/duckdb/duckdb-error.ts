import { isHostError, TargetError, TransientError, type HostError } from '../../sdk/errors.js';

const LOCKED = /Conflicting lock is held in (\S+).*?\(PID (\d+)\)/;
const UNWRITABLE =
  /No such file or directory|Permission denied|Read-only file system|Is a directory|Not a directory/;

/** What two transactions of one process get that touch the same thing; one of them goes through. */
const CONFLICT = /write-write conflict|Transaction conflict|Conflict on/;
/** These messages show the key of a row. */
const CONSTRAINT = /Constraint Error|duplicate key|constraint (?:failed|violation)|violates .* constraint/i;

/** Says in one sentence what DuckDB refused. */
export function duckdbError(error: unknown, label: string): HostError {
  if (isHostError(error)) return error;
  // By shape: the native library's errors may come from another realm, as they do inside jest.
  const message = String((error as Error | null | undefined)?.message ?? error);
  const lock = LOCKED.exec(message);
  if (lock) {
    return new TransientError(`${label} is in use by process ${lock[2]} (${lock[1]})`, {
      code: 'TARGET_BUSY',
      cause: error,
    });
  }
  if (message.includes('different configuration than existing connections')) {
    return new TransientError(`${label} is being read by another run of this process`, {
      code: 'TARGET_BUSY',
      cause: error,
    });
  }
  if (CONFLICT.test(message)) {
    return changedMeanwhile(label, error);
  }
  if (CONSTRAINT.test(message)) {
    // Without the cause, which --verbose would show.
    return new TargetError(`${label}: a row breaks a constraint of the table, such as a key or NOT NULL`, {
      action: 'Correct the rows at the source, drop the constraint, or load into another table with --table.',
    });
  }
  if (message.includes('not a valid DuckDB database file')) {
    return new TargetError(`${label} exists but is not a DuckDB database`, {
      code: 'TARGET_NOT_A_DATABASE',
      cause: error,
    });
  }
  // Where it is a file of its own for sorting and the like, DuckDB says it in other words.
  if (message.includes('No space left on device') || message.includes('failed to offload data block')) {
    return new TargetError(`no space is left on the disk of ${label}`, {
      code: 'TARGET_DISK_FULL',
      cause: error,
    });
  }
  const unwritable = UNWRITABLE.exec(message);
  if (unwritable && message.startsWith('IO Error')) {
    return new TargetError(`${label} cannot be opened for writing: ${unwritable[0].toLowerCase()}`, {
      code: 'TARGET_UNWRITABLE',
      cause: error,
    });
  }
  // The first line says it; what follows is DuckDB's copy of the statement.
  return new TargetError(`${label}: ${message.split('\n')[0]}`, { cause: error });
}

/** The error of a run that another run of this process was in the way of. */
export function changedMeanwhile(label: string, cause?: unknown): TransientError {
  return new TransientError(`${label} was changed by another run at the same time`, {
    code: 'TARGET_BUSY',
    action: 'Run again when the other run has ended.',
    cause,
  });
}
