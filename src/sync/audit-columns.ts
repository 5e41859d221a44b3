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

/** Fills the audit columns of a row, which must be nobody else's. */
export function addAudit(row: Row, { runId, loadedAt }: AuditValues): Row {
  row[RUN_ID] = runId;
  row[LOADED_AT] = loadedAt;
  return row;
}
