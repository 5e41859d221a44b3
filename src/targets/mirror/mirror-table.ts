import type { RowBatch, SchemaChange, TableBefore, TableRequest, TargetTable } from '../target.js';
import { ConfigError } from '../../sdk/errors.js';
import type { LedgerTable } from './ledger-table.js';
import { RowTexts } from './row-texts.js';

/** What a {@link MirrorTable} works with. */
export interface MirrorTableParts {
  readonly request: TableRequest;
  readonly ledger: LedgerTable;
  readonly during: <T>(step: () => Promise<T>) => Promise<T>;
}

/** Stages the rows of one table until all of them were read. */
export class MirrorTable implements TargetTable {
  readonly existing = null;
  readonly before: TableBefore | null;
  readonly request: TableRequest;
  readonly ledger: LedgerTable;
  readonly #during: MirrorTableParts['during'];
  readonly #texts: RowTexts;
  #columns: readonly string[];

  /** @throws ConfigError where the table has no key, or another one than before */
  constructor({ request, ledger, during }: MirrorTableParts) {
    const { name, columns, primaryKey } = request;
    this.request = request;
    this.ledger = ledger;
    this.#during = during;
    refuseKey(request, ledger);
    this.#columns = columns.map((column) => column.name);
    this.#texts = new RowTexts(name, columns, primaryKey);
    // Columns are no concern of the engine here: hashes are compared.
    this.before = ledger.rows === 0 ? null : { columns: [], primaryKey, rows: ledger.rows };
  }

  /** Names of all columns so far. */
  get columns(): readonly string[] {
    return this.#columns;
  }

  /** Columns that rows had when they were sent last, and that none has now. */
  get goneColumns(): readonly string[] {
    return this.ledger.columns.filter((column) => !this.#columns.includes(column));
  }

  async alter({ columns }: SchemaChange): Promise<void> {
    this.#columns = columns.map(({ name }) => name);
  }

  async write(batch: RowBatch): Promise<void> {
    const rows = this.#texts.of(batch);
    await this.#during(() => this.ledger.stage(rows));
  }
}

function refuseKey({ name, primaryKey }: TableRequest, ledger: LedgerTable): void {
  if (primaryKey.length === 0) {
    throw new ConfigError(`--mode mirror needs a primary key, and table "${name}" has none`, {
      code: 'CLI_USAGE',
      action: 'Declare primaryKey in getReadSchema, or name the key of a file or query.',
      details: { table: name },
    });
  }
  const { key, rows } = ledger;
  if (rows === 0 || key.length === 0 || key.join('\0') === primaryKey.join('\0')) return;
  throw new ConfigError(
    `the primary key of table "${name}" was (${key.join(', ')}) and is (${primaryKey.join(', ')}) now`,
    {
      code: 'PRIMARY_KEY_CHANGED',
      action: 'Give the pipeline another --name, which sends every row anew.',
      details: { table: name },
    },
  );
}
