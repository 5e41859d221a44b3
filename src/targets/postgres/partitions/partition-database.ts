import { TargetError, TransientError, type HostError } from '../../../sdk/errors.js';
import type {
  KeptAside,
  PartitionDatabase,
  PartitionedTableBefore,
  PartitionStage,
} from '../../sql/partitions/partition-database.js';
import { StaleTable } from '../../sql/partitions/stale-table.js';
import type { RejectedRow, TableColumn, TargetRun } from '../../target.js';
import { within } from '../../within.js';
import { Bookkeeping, RESERVED_PREFIX } from '../bookkeeping.js';
import { checkTableName } from '../check-table-name.js';
import { alterTableSql, commentSql, createTableSql } from '../ddl.js';
import { columnIsExact } from '../integers-are-exact.js';
import { findKeyIndex, makeKeyIndex } from '../key-index.js';
import { lockTables } from '../lock-tables.js';
import { PostgresDatabase } from '../postgres-database.js';
import {
  changedMeanwhile,
  isChange,
  isConflict,
  isConnectionLoss,
  postgresError,
} from '../postgres-error.js';
import { refuseTwins } from '../refuse-twins.js';
import { saveRejected } from '../rejected-store.js';
import type { SessionLink } from '../session-link.js';
import { isOneOf, quoteName, quoteText, storedName } from '../sql.js';
import { TableFacts } from '../table-facts.js';
import { makePartitionIndex } from './partition-index.js';
import { PostgresPartitionStage } from './partition-stage.js';
import { TableMarks } from './table-marks.js';

/** How often a transaction that another one was in the way of is done again. */
const CONFLICT_RETRIES = 3;
/** Longest time to try for a connection when a run is given up, in milliseconds. */
const LAST_TRY_MS = 2000;
/** Longest time that the end of a statement may be on its way, in milliseconds. */
const INTERRUPT_MS = 1000;

/** What a {@link PostgresPartitionDatabase} works with. */
export interface PostgresPartitionDatabaseParts {
  readonly link: SessionLink;
  readonly label: string;
  readonly schema: string;
  readonly run: TargetRun;
  /** Asked on a new connection after a COMMIT whose answer was lost: whether it took place. */
  readonly hasCommitted: () => Promise<boolean>;
}

/**
 * A PostgreSQL database as a run of partitions uses it. A connection that is lost takes the stages of all partitions with
 * it; the next step has another one, on which they can be read again.
 */
export class PostgresPartitionDatabase extends PostgresDatabase implements PartitionDatabase {
  readonly label: string;
  readonly #parts: PostgresPartitionDatabaseParts;
  readonly #link: SessionLink;
  readonly #signal: AbortSignal;
  readonly #marks: TableMarks;
  #isInTransaction = false;
  #mayInterrupt = true;
  /** The end of a statement that is on its way. */
  #interrupting: Promise<void> | undefined;
  /** Why there is no connection any more. */
  #gone: HostError | undefined;

  constructor(parts: PostgresPartitionDatabaseParts) {
    super(parts.link);
    this.label = parts.label;
    this.#parts = parts;
    this.#link = parts.link;
    this.#signal = parts.run.signal;
    this.#marks = new TableMarks(parts.link);
  }

  /** Ends the statement that goes on, if one does. */
  interrupt(): void {
    if (!this.#mayInterrupt || this.#interrupting) return;
    this.#interrupting = this.#link
      .cancel()
      // It is called again until nothing goes on.
      .catch(() => undefined)
      .finally(() => (this.#interrupting = undefined));
  }

  quoteText(text: string): string {
    refuseNul(text, this.label);
    return quoteText(text);
  }

  isOneOf(column: string, texts: readonly string[]): string {
    for (const text of texts) refuseNul(text, this.label);
    return isOneOf(column, texts);
  }

  storedName(table: string): string {
    return storedName(table);
  }

  override run(sql: string): Promise<void> {
    return this.#ask(() => super.run(sql));
  }

  override change(sql: string): Promise<number> {
    return this.#ask(() => super.change(sql));
  }

  override row(sql: string): Promise<unknown[]> {
    return this.#ask(() => super.row(sql));
  }

  rows(sql: string): Promise<unknown[][]> {
    return this.#ask(() => this.#link.connection.query(sql));
  }

  async transact<T>(step: () => Promise<T>): Promise<T> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await this.#attempt(step);
      } catch (error) {
        if (isConflict(error) && retries < CONFLICT_RETRIES && !this.#signal.aborted) continue;
        if (error instanceof StaleTable) throw error;
        const reason = postgresError(error, this.label);
        throw isChange(error) ? new StaleTable(reason) : reason;
      }
    }
  }

  before(table: string): Promise<PartitionedTableBefore | null> {
    return this.#ask(async () => {
      checkTableName(table, this.#marks.othersThan(table));
      await this.#marks.take(table);
      const before = await this.#facts.before(table, false, false);
      return before && { ...before, pipeline: await this.#bookkeeping.ownerOf(table) };
    });
  }

  makeStage(number: number, table: string, columns: readonly TableColumn[]): PartitionStage {
    return new PostgresPartitionStage({
      link: this.#link,
      physicalName: `${RESERVED_PREFIX}stage_${number}`,
      table,
      columns,
      label: this.label,
      signal: this.#signal,
      ask: (step) => this.#ask(step),
    });
  }

  async createTable(name: string, columns: readonly TableColumn[]): Promise<void> {
    refuseTwins(name, columns);
    // Another run that makes it comes before or after this one.
    await lockTables(this.#link.connection, [name]);
    await this.#refuseStale(name);
    await this.run(createTableSql(name, columns));
    await makePartitionIndex(this.#link.connection, name);
    this.#marks.changed(name);
  }

  async alterTable(name: string, from: readonly TableColumn[], to: readonly TableColumn[]): Promise<void> {
    refuseTwins(name, to);
    for (const statement of alterTableSql(quoteName(name), from, to)) await this.run(statement);
    this.#marks.changed(name);
  }

  integersAreExact(table: string, column: string): Promise<boolean> {
    return this.#ask(() => columnIsExact(this.#link.connection, table, column));
  }

  async record(table: string, key: readonly string[], columns: readonly TableColumn[]): Promise<void> {
    for (const statement of commentSql(table, columns)) await this.run(statement);
    await this.#bookkeeping.record(table, this.#parts.run.pipeline, key, columns);
    this.#marks.changed(table);
  }

  tablesLike(prefix: string): Promise<readonly string[]> {
    return this.#ask(() => this.#facts.tablesLike(prefix, this.#parts.run.pipeline));
  }

  async lock(tables: readonly string[]): Promise<void> {
    const { connection } = this.#link;
    await lockTables(connection, tables);
    for (const table of [...tables].sort()) {
      await this.run(`LOCK TABLE ${quoteName(table)} IN ROW EXCLUSIVE MODE`);
      await this.#refuseStale(table);
    }
  }

  async hasUniqueKey(table: string, key: readonly string[]): Promise<boolean> {
    return (await findKeyIndex(this.#link.connection, table, key)) === 'unique';
  }

  makeKeyIndex(table: string, key: readonly string[]): Promise<void> {
    return makeKeyIndex(this.#link.connection, table, key);
  }

  keptAside(partition: string): KeptAside {
    const { runId: run, pipeline } = this.#parts.run;
    let kept: RejectedRow[] = [];
    return {
      add: (rows) => kept.push(...rows),
      save: async (settled) => {
        // Most partitions keep nothing aside.
        if (kept.length > 0 || settled.length > 0)
          await saveRejected(this.#link.connection, { run, pipeline, partition }, { settled }, kept, []);
      },
      clear: () => (kept = []),
    };
  }

  get #bookkeeping(): Bookkeeping {
    return new Bookkeeping(this.#link.connection, this.#parts.schema, this.label);
  }

  get #facts(): TableFacts {
    return new TableFacts(this.#link.connection, this.label, this.#bookkeeping);
  }

  /** A step of a run that is not stopped, outside of a transaction on a connection that works. */
  async #ask<T>(step: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    if (!this.#isInTransaction) await this.#restore();
    try {
      return await step();
    } catch (error) {
      throw isConnectionLoss(error) ? postgresError(error, this.label) : error;
    }
  }

  async #refuseStale(table: string): Promise<void> {
    if (!(await this.#marks.isAsTaken(table))) throw new StaleTable(changedMeanwhile(this.label));
  }

  async #attempt<T>(step: () => Promise<T>): Promise<T> {
    // It might hit what comes now, as the note of how the run ended.
    await this.#interrupted();
    await this.#restore();
    await this.#link.connection.run('BEGIN');
    this.#isInTransaction = true;
    try {
      const result = await step();
      const marks = await this.#marks.retake();
      await this.#commit();
      this.#marks.keep(marks);
      return result;
    } catch (error) {
      this.#marks.forgetChanges();
      await this.#rollBack();
      throw error;
    } finally {
      this.#isInTransaction = false;
    }
  }

  async #commit(): Promise<void> {
    try {
      await this.#link.connection.run('COMMIT');
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      await this.#restore();
      if (await this.#parts.hasCommitted()) return;
      throw new TransientError(
        `the connection to ${this.label} was lost during a commit, which did not take place`,
        { code: 'TARGET_UNAVAILABLE', cause: error },
      );
    }
  }

  async #rollBack(): Promise<void> {
    const { connection } = this.#link;
    if (connection.isLost) return;
    this.#mayInterrupt = false;
    try {
      await this.#interrupted();
      await connection.run('ROLLBACK');
    } catch (error) {
      // What a lost connection has not committed is taken back.
      if (!isConnectionLoss(error)) throw error;
    } finally {
      this.#mayInterrupt = true;
    }
  }

  /** Waits until no end of a statement is on its way, unless the server does not answer. */
  async #interrupted(): Promise<void> {
    if (this.#interrupting) await within(INTERRUPT_MS, this.#interrupting);
  }

  /** Opens a connection in the place of one that was lost. Where that cannot be done once, it is not tried again. */
  async #restore(): Promise<void> {
    if (this.#gone) throw this.#gone;
    if (!this.#link.connection.isLost) return;
    try {
      await this.#link.reconnect(this.#signal.aborted ? LAST_TRY_MS : undefined);
    } catch (error) {
      this.#gone = postgresError(error, this.label);
      throw this.#gone;
    }
  }
}

/** The library would end the statement there. @throws TargetError */
function refuseNul(text: string, label: string): void {
  if (!text.includes('\0')) return;
  throw new TargetError(`${label} cannot store an id or a state with a NUL character`, {
    action: 'Correct the ids of the partitions at the source.',
  });
}
