import type { HostError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import { normaliseSchema } from '../../sync/normalise-schema.js';
import { SchemaTracker } from '../../sync/schema-tracker.js';
import type { TableColumn } from '../../targets/target.js';
import type { CheckName } from './check-name.js';
import type { Recording } from './recording.js';

/** Name of the table that rows are read into. */
export const TABLE = 'check';
const SCHEMA_CODES: ReadonlySet<string> = new Set(['SCHEMA_INVALID', 'ROW_INVALID', 'COLUMN_NAME_INVALID']);
/** What may be wrong before anything is yielded, although the source answers. */
const FIRST_PAGE_CODES: ReadonlySet<string> = new Set(['EMISSION_INVALID', 'PAGING_FAILED']);

/** One read of a connector's, through the engine. */
export interface Reading {
  readonly recording: Recording;
  /** What ended the read; undefined: its source or the check did. */
  readonly error: HostError | undefined;
}

/** The check that an error of a read belongs to; undefined: there was none. */
export function failedCheck({ error, recording }: Reading): CheckName | undefined {
  if (!error) return undefined;
  const { code, details } = error;
  if (SCHEMA_CODES.has(code) || details.column !== undefined) return 'schema';
  if (recording.emissions === 0) {
    // Several tables are declared before anything is yielded.
    if (code === 'SCHEMA_INVALID') return 'schema';
    return FIRST_PAGE_CODES.has(code) ? 'first page' : 'connection';
  }
  return recording.pages.length === 0 ? 'first page' : 'pages';
}

/** Why there is nothing to look at; undefined: there are rows. */
export function whyNoRows(reading: Reading): string | undefined {
  if (reading.recording.rows.length > 0) return undefined;
  const check = failedCheck(reading);
  return check ? `no row could be read: "${check}" failed` : 'no rows came';
}

/** The names that rows have, in the order in which they come. */
export function columnNames(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

/**
 * The columns that a run would have after the rows of a recording: those declared, then those inferred.
 * @throws HostError as the run does
 */
export function columnsSeen({ schema, rows }: Recording): readonly TableColumn[] {
  const tracker = new SchemaTracker(TABLE, normaliseSchema(schema).columns, null);
  tracker.observe({ rows, firstRow: 1 });
  return tracker.columns;
}
