import { ConfigError, type State } from 'connector-host';
import { isInstant } from './instant.js';

/** Cursor of a company that is known while none of its departments is read. As null it would be no key of the state. */
export const NOTHING_READ = '';

/** Where the tables stand: each cursor is the `updated_at` of the last row read, as it came. */
export interface Cursors {
  /** Undefined: no company is read. */
  readonly company: string | undefined;
  /** By company id: every company that is known has an entry. */
  readonly departments: ReadonlyMap<string, string>;
}

/** @throws ConfigError where another connector, or a hand, wrote the state */
export function readCursors(state: State): Cursors {
  const { company_cursor: company, department_cursor: departments = {} } = state;
  if (!(company === undefined || isInstant(company)) || !isDepartmentCursor(departments)) {
    throw new ConfigError('the saved state has cursors that this connector did not write', {
      action: 'Run with --full-refresh, or reset the state of the pipeline.',
    });
  }
  return { company, departments: new Map(Object.entries(departments)) };
}

function isDepartmentCursor(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((cursor) => cursor === NOTHING_READ || isInstant(cursor));
}
