import type { HostError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import { normaliseSchema, type NormalisedTable } from '../../sync/normalise-schema.js';
import { SchemaTracker } from '../../sync/schema-tracker.js';
import type { MemoryTableContent } from '../../targets/memory/memory-table.js';
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
  /** What was read into each table. */
  readonly tables: ReadonlyMap<string, MemoryTableContent>;
}

/** The check that an error of a read belongs to; undefined: there was none. */
export function failedCheck({ error, recording }: Reading): CheckName | undefined {
  if (!error) return undefined;
  const { code, details } = error;
  if (code === 'KEY_MISSING') return 'key';
  if (code === 'STATE_INVALID') return 'state';
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

/** One table as a read showed it. */
export interface SeenTable {
  /** Undefined: the table of a dataset. */
  readonly name: string | undefined;
  /** Undefined: the schema does not have it. */
  readonly declared: NormalisedTable | undefined;
  /** Rows that were written whole. */
  readonly rows: readonly Row[];
  /** Rows, and those of which some columns came. */
  readonly allRows: readonly Row[];
}

/** True: operations on named tables came, or were declared. */
export function isSync({ schema, tables }: Recording): boolean {
  return tables.length > 0 || normaliseSchema(schema).tables !== null;
}

/** The table of a dataset; the tables of a sync, first those that are declared. */
export function tablesSeen({ schema, rows, tables }: Recording): readonly SeenTable[] {
  const normalised = normaliseSchema(schema);
  if (!normalised.tables && tables.length === 0) {
    return [{ name: undefined, declared: normalised, rows, allRows: rows }];
  }
  const names = new Set([...(normalised.tables?.keys() ?? []), ...tables.map(({ name }) => name)]);
  return [...names].map((name) => {
    const recorded = tables.find((table) => table.name === name);
    const whole = recorded?.rows ?? [];
    return {
      name,
      declared: normalised.tables?.get(name),
      rows: whole,
      allRows: [...whole, ...(recorded?.patches ?? [])],
    };
  });
}

/**
 * The columns that a run would have after these rows: those declared, then those inferred.
 * @throws HostError as the run does
 */
export function columnsSeen({ name, declared, allRows }: SeenTable): readonly TableColumn[] {
  const tracker = new SchemaTracker(name ?? TABLE, declared?.columns ?? [], null);
  tracker.observe({ rows: allRows, firstRow: 1 });
  return tracker.columns;
}
