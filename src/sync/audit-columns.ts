import { ConfigError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';
import type { TableColumn } from '../targets/target.js';

/** Column of --audit-columns: the run that wrote the row last. */
const RUN_ID = '_run_id';
/** Column of --audit-columns: when that run began. */
const LOADED_AT = '_loaded_at';

/** What a run writes into the audit columns. */
export interface AuditValues {
  readonly runId: string;
  readonly loadedAt: Date;
}

/** The audit columns, as if every connector declared them. */
export const AUDIT_COLUMNS: readonly TableColumn[] = [
  { name: RUN_ID, type: 'string', declared: true, nullable: true },
  { name: LOADED_AT, type: 'timestamptz', declared: true, nullable: true },
];

/**
 * Fills the audit columns of a row, which must be nobody else's.
 * @throws ConfigError where the source has such a column
 */
export function addAudit(row: Row, { runId, loadedAt }: AuditValues, table: string): Row {
  if (Object.hasOwn(row, RUN_ID) || Object.hasOwn(row, LOADED_AT)) throw auditColumnTaken(table);
  row[RUN_ID] = runId;
  row[LOADED_AT] = loadedAt;
  return row;
}

/** What the source has under these names would be lost. */
export function auditColumnTaken(table: string): ConfigError {
  return new ConfigError(
    `table "${table}" has a column "${RUN_ID}" or "${LOADED_AT}", names that --audit-columns needs itself`,
    {
      code: 'COLUMN_NAME_INVALID',
      action:
        'Give it another name with --rename, leave it out with --exclude, or run without --audit-columns.',
      details: { table },
    },
  );
}
