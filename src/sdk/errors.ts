import { ERROR_CODES, type ErrorClassName, type ErrorCode } from './error-codes.js';

export { ERROR_CODES, type ErrorClassName, type ErrorCode, type ErrorCodeEntry } from './error-codes.js';

/** Set on every error of this module, so that a second copy of the package recognises it. */
const BRAND = Symbol.for('connector-host.error');

/** Where a failure happened. Never holds a value of a row or of a secret. */
export interface ErrorDetails {
  /** Id of the connector concerned. */
  readonly connector?: string;
  /** Target table concerned. */
  readonly table?: string;
  /** Column concerned. */
  readonly column?: string;
  /** Number of the row in the run, counted from 1. */
  readonly row?: number;
  /** File concerned; with `line` and `columnNumber` (both from 1) where they are known. */
  readonly file?: string;
  readonly line?: number;
  readonly columnNumber?: number;
  /** The HTTP status of an answer that was refused. */
  readonly status?: number;
  /** What was asked when it was refused: `POST https://host/path`, without query and credentials. */
  readonly request?: string;
  /** The start of the answer that refused it, 500 characters at most, without secrets. */
  readonly response?: string;
  /** Every problem found, one sentence each, where there may be several. */
  readonly problems?: readonly string[];
}

/** What may be said about an error besides its message. */
export interface ErrorOptions {
  /** The code; each class has a default. */
  readonly code?: ErrorCode;
  /** One sentence that says what to do; default: the code's own. */
  readonly action?: string;
  readonly details?: ErrorDetails;
  /** The failure behind this one; shown with --verbose only. */
  readonly cause?: unknown;
}

/**
 * The base of every error that the host understands. Throw one of its subclasses: the class says who must act
 * and what the host does; the message says what happened, in one sentence without secrets or row values.
 */
export abstract class HostError extends Error {
  readonly [BRAND] = true;
  /** Stable name of this kind of failure. */
  readonly code: ErrorCode;
  /** What to do, in one sentence. */
  readonly action: string;
  readonly details: ErrorDetails;
  /** The process exit code that a run ending with this error has. */
  abstract readonly exitCode: number;

  constructor(
    className: ErrorClassName,
    defaultCode: ErrorCode,
    message: string,
    options: ErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = className;
    this.code = options.code ?? defaultCode;
    this.action = options.action ?? ERROR_CODES[this.code].action;
    this.details = options.details ?? {};
  }
}

/** The user must act: a wrong parameter, file, name or option. The run stops before it starts. Exit code 2. */
export class ConfigError extends HostError {
  readonly exitCode = 2;
  constructor(message: string, options?: ErrorOptions) {
    super('ConfigError', 'CONFIG_INVALID', message, options);
  }
}

/** The connector's author must act: a bug or a broken promise of the connector. Exit code 3. */
export class ConnectorError extends HostError {
  readonly exitCode = 3;
  constructor(message: string, options?: ErrorOptions) {
    super('ConnectorError', 'CONNECTOR_FAILED', message, options);
  }
}

/** The user must act: credentials are wrong, expired or not allowed enough. Never retried. Exit code 4. */
export class AuthError extends HostError {
  readonly exitCode = 4;
  constructor(message: string, options?: ErrorOptions) {
    super('AuthError', 'AUTH_FAILED', message, options);
  }
}

/** The data's owner must act: one row is wrong. Names table, column and row number, never the value. Exit code 5. */
export class RowError extends HostError {
  readonly exitCode = 5;
  constructor(message: string, options?: ErrorOptions) {
    super('RowError', 'ROW_INVALID', message, options);
  }
}

/** The target's operator must act. Exit code 6. */
export class TargetError extends HostError {
  readonly exitCode = 6;
  constructor(message: string, options?: ErrorOptions) {
    super('TargetError', 'TARGET_FAILED', message, options);
  }
}

/** What may be said about a passing fault besides what any error has. */
export interface TransientErrorOptions extends ErrorOptions {
  /** Seconds to wait before the next try, as the other side asked. */
  readonly retryAfter?: number;
}

/** Nobody must act: the fault passes by itself, so running again is right. Exit code 75 (EX_TEMPFAIL). */
export class TransientError extends HostError {
  readonly exitCode = 75;
  /** Seconds to wait before the next try, as the other side asked; undefined: the host chooses. */
  readonly retryAfter: number | undefined;
  constructor(message: string, options: TransientErrorOptions = {}) {
    super('TransientError', 'TRANSIENT', message, options);
    this.retryAfter = options.retryAfter;
  }
}

/** Why a run was stopped from outside: a signal, the reader of stdout went away, or another partition of its run failed. */
export type AbortReason = 'SIGINT' | 'SIGTERM' | 'output-closed' | 'partition-failed';

const ABORT_EXIT_CODES = { SIGINT: 130, SIGTERM: 143, 'output-closed': 0, 'partition-failed': 0 } as const;

/**
 * The run was stopped from outside. Exit code 130 (SIGINT), 143 (SIGTERM), 0 (the reader of stdout left; or another
 * partition failed, whose error is that of the run).
 */
export class AbortError extends HostError {
  readonly exitCode: number;
  readonly reason: AbortReason;
  constructor(reason: AbortReason, options?: ErrorOptions) {
    super('AbortError', 'ABORTED', `stopped by ${reason}`, options);
    this.reason = reason;
    this.exitCode = ABORT_EXIT_CODES[reason];
  }
}

/** True for an error of this module, also one made by another copy of the package. */
export function isHostError(value: unknown): value is HostError {
  return typeof value === 'object' && value !== null && BRAND in value;
}
