import { ConfigError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';
import {
  PARTITION,
  PARTITION_COLUMN,
  refusePartitionColumn,
} from '../targets/partitions/partition-column.js';
import type { TableColumn } from '../targets/target.js';

/** Column of --audit-columns: the run that wrote the row last. */
const RUN_ID = '_run_id';
/** Column of --audit-columns: when that run began. */
const LOADED_AT = '_loaded_at';

/** The audit columns, as if every connector declared them. */
const AUDIT_COLUMNS: readonly TableColumn[] = [
  { name: RUN_ID, type: 'string', declared: true, nullable: true },
  { name: LOADED_AT, type: 'timestamptz', declared: true, nullable: true },
];

/** What a run writes into the audit columns. */
export interface AuditValues {
  readonly runId: string;
  readonly loadedAt: Date;
}

/** What a run writes into columns of its own. */
export interface OwnValues {
  /** Absent: there are no audit columns. */
  readonly audit?: AuditValues | undefined;
  /** The partition that the row given last is of; absent: rows do not say so. */
  readonly partition?: (() => string) | undefined;
}

/** The columns that the host adds to every row of every table. */
export class OwnColumns {
  readonly columns: readonly TableColumn[];
  readonly #values: OwnValues;

  constructor(values: OwnValues) {
    this.#values = values;
    this.columns = [...(values.audit ? AUDIT_COLUMNS : []), ...(values.partition ? [PARTITION_COLUMN] : [])];
  }

  /** True: rows say which partition they are of. */
  get hasPartition(): boolean {
    return this.#values.partition !== undefined;
  }

  /**
   * What the source has under these names would be lost.
   * @throws ConfigError COLUMN_NAME_INVALID
   */
  refuseTaken(declared: readonly TableColumn[], table: string): void {
    const { audit, partition } = this.#values;
    if (audit && declared.some(({ name }) => AUDIT_COLUMNS.some((own) => own.name === name.toLowerCase())))
      throw auditColumnTaken(table);
    if (partition) refusePartitionColumn(declared, table);
  }

  /**
   * Fills its columns of a row, which must be nobody else's.
   * @throws ConfigError COLUMN_NAME_INVALID where the source has such a column
   */
  fill(row: Row, table: string): Row {
    const { audit, partition } = this.#values;
    if (audit) {
      if (Object.hasOwn(row, RUN_ID) || Object.hasOwn(row, LOADED_AT)) throw auditColumnTaken(table);
      row[RUN_ID] = audit.runId;
      row[LOADED_AT] = audit.loadedAt;
    }
    if (partition) {
      if (Object.hasOwn(row, PARTITION)) refusePartitionColumn([PARTITION_COLUMN], table);
      row[PARTITION] = partition();
    }
    return row;
  }
}

function auditColumnTaken(table: string): ConfigError {
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
