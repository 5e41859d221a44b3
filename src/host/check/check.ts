import type { ErrorCode, HostError } from '../../sdk/errors.js';
import type { CheckName, LineName } from './check-name.js';
import type { CheckSubject } from './check-subject.js';

/** What one check found out. */
export type Finding =
  | { readonly status: 'ok' | 'skipped'; readonly seen: string }
  | { readonly status: 'warning'; readonly seen: string; readonly action: string }
  /** The message of the error is what was seen. */
  | { readonly status: 'failed'; readonly error: HostError };

/** One promise of a connector's that is held against what it does. */
export interface Check {
  readonly name: CheckName;
  /** Skipped: `source`, for a connector that cannot be read; `rows`, also where no rows came. */
  readonly looksAt: 'folder' | 'source' | 'rows';
  /** Earlier checks without which this one cannot run: where one of them failed or was skipped, this one is skipped; one that is not for the connector is no hindrance. */
  readonly needs: readonly CheckName[];
  /** Says whether the report has this check at all. Default: it always has. */
  readonly isFor?: (subject: CheckSubject) => Promise<boolean>;
  /**
   * Called once, after the checks before it. May return `skipped` where there is nothing to look at, with the reason.
   * Whatever it throws counts as failed. It says names, types, counts and row numbers, never a value of a row.
   */
  run(subject: CheckSubject): Promise<Finding>;
}

/** What the report says of one check, or of one warning that was logged. */
export interface CheckResult {
  readonly name: LineName;
  readonly status: Finding['status'];
  /** What was seen, or why the check was skipped; secrets redacted. */
  readonly seen: string;
  /** How to mend it; null where nothing needs to be. */
  readonly action: string | null;
  /** Code of the error; null where the check did not fail. */
  readonly code: ErrorCode | null;
}

export function ok(seen: string): Finding {
  return { status: 'ok', seen };
}

export function skipped(reason: string): Finding {
  return { status: 'skipped', seen: reason };
}

export function warning(seen: string, action: string): Finding {
  return { status: 'warning', seen, action };
}

export function failed(error: HostError): Finding {
  return { status: 'failed', error };
}
