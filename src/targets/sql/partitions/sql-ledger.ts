import type { Partitioning } from '../../../sdk/partitioning.js';
import { IdSet } from '../../partitions/id-set.js';
import type {
  CompletedPartitions,
  PartitionBatch,
  PartitionLedger,
  PartitionRecord,
  PartitionStatus,
} from '../../partitions/partition-ledger.js';
import type { Fingerprint, SavedState } from '../../pipeline-store.js';
import type { PartitionDatabase } from './partition-database.js';

/** Records in a page of a list. */
const PAGE = 10_000;

/** What reading a ledger needs of a database. */
export interface LedgerDatabase extends Pick<PartitionDatabase, 'quoteText' | 'isOneOf' | 'rows'> {
  /** Keeps a connection for questions that belong together, until it is closed. Absent: one for each costs nothing. */
  readonly hold?: () => Promise<HeldConnection>;
}

/** A connection that several questions share. */
export interface HeldConnection extends Pick<PartitionDatabase, 'rows'> {
  close(): Promise<void>;
}

/** A state that a partition leaves with a commit. */
export interface PartitionState extends SavedState {
  readonly partition: string;
}

/**
 * What a database knows of the partitions of a pipeline: `_host_batches` has a row for the pipeline, `_host_partitions` one
 * for each partition that was tried, `_host_state` one for each that has saved a state. Whoever writes is in a transaction.
 */
export class SqlLedger implements PartitionLedger {
  readonly #database: LedgerDatabase;
  readonly #name: string;
  /** As a literal. */
  readonly #pipeline: string;
  /** True: a table that it spoke of is gone, so it knows nothing. */
  readonly #isVoid: boolean;
  #tables: readonly string[];

  private constructor(
    database: LedgerDatabase,
    pipeline: string,
    isVoid: boolean,
    tables: readonly string[],
  ) {
    this.#database = database;
    this.#name = pipeline;
    this.#pipeline = database.quoteText(pipeline);
    this.#isVoid = isVoid;
    this.#tables = tables;
  }

  /**
   * Writes nothing.
   * @param isThere whether a table is in the database, and cut into partitions
   */
  static async open(
    database: LedgerDatabase,
    pipeline: string,
    isThere: (table: string) => Promise<boolean>,
  ): Promise<SqlLedger> {
    const [row] = await database.rows(
      `SELECT table_names FROM _host_batches WHERE pipeline = ${database.quoteText(pipeline)}`,
    );
    const tables = row ? (JSON.parse(row[0] as string) as string[]) : [];
    const there: string[] = [];
    for (const table of tables) if (await isThere(table)) there.push(table);
    // Where one of several is gone, so are its rows of every partition.
    return new SqlLedger(database, pipeline, there.length < tables.length, there);
  }

  /** The same, asked by way of another. */
  through(database: LedgerDatabase): SqlLedger {
    return new SqlLedger(database, this.#name, this.#isVoid, this.#tables);
  }

  /** The tables that it speaks of and that are there. */
  get tables(): readonly string[] {
    return this.#tables;
  }

  /** True: a table that it speaks of is gone. {@link clear} makes a new one of it. */
  get isVoid(): boolean {
    return this.#isVoid;
  }

  /** True: it is void, and some of its tables have rows of partitions that nothing knows of any more. */
  get leavesRows(): boolean {
    return this.#isVoid && this.#tables.length > 0;
  }

  async batch(): Promise<PartitionBatch | null> {
    // A run that was killed before its first commit has a batch and no table.
    return (await this.stored())?.batch ?? null;
  }

  /** The batch as it is stored, and whether others have written to the tables of the pipeline. */
  async stored(): Promise<{ readonly batch: PartitionBatch; readonly isShared: boolean } | undefined> {
    const [row] = await this.#database.rows(
      `SELECT batch, selection, resolved_at, partitioning, is_shared FROM _host_batches WHERE pipeline = ${this.#pipeline}`,
    );
    if (!row) return undefined;
    const [id, selection, now, partitioning, isShared] = row as [
      string,
      string | null,
      string,
      string,
      boolean,
    ];
    return {
      batch: { id, selection, now, partitioning: JSON.parse(partitioning) as Partitioning },
      isShared,
    };
  }

  async find(ids: readonly string[]): Promise<ReadonlyMap<string, PartitionRecord>> {
    const found = new Map<string, PartitionRecord>();
    if (this.#isVoid || ids.length === 0) return found;
    for (const record of await this.#records(this.#database.isOneOf('partition', ids)))
      found.set(record.partition, record);
    return found;
  }

  async completed(batch?: string): Promise<CompletedPartitions> {
    const completed = new IdSet();
    if (this.#isVoid) return completed;
    const { quoteText, rows } = this.#database;
    const isOfBatch = batch === undefined ? 'true' : `batch = ${quoteText(batch)}`;
    // A text of thousands of ids costs a tenth of thousands of rows. Ids have no control characters.
    const texts = await rows(
      `SELECT string_agg(partition, chr(10)) FROM (
         SELECT partition, floor((row_number() OVER () - 1) / ${PAGE}.0) AS page FROM _host_partitions
         WHERE pipeline = ${this.#pipeline} AND status = 'completed' AND ${isOfBatch}
       ) AS pages GROUP BY page`,
    );
    for (const [text] of texts as [string][]) {
      for (const id of text.split('\n')) completed.add(id);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return completed;
  }

  async *list(status?: PartitionStatus): AsyncGenerator<readonly PartitionRecord[]> {
    if (this.#isVoid) return;
    const { quoteText } = this.#database;
    const isOfStatus = status === undefined ? 'true' : `status = ${quoteText(status)}`;
    const held = await this.#database.hold?.();
    try {
      for (let last: string | undefined; ;) {
        const isLater = last === undefined ? 'true' : `partition > ${quoteText(last)}`;
        const isOfPage = `${isOfStatus} AND ${isLater} ORDER BY partition LIMIT ${PAGE}`;
        const page = await this.#records(isOfPage, held);
        if (page.length > 0) yield page;
        if (page.length < PAGE) return;
        last = page.at(-1)?.partition;
      }
    } finally {
      await held?.close();
    }
  }

  async states(ids: readonly string[]): Promise<ReadonlyMap<string, SavedState>> {
    const found = new Map<string, SavedState>();
    if (this.#isVoid || ids.length === 0) return found;
    const rows = await this.#database.rows(
      `SELECT partition, state, version, fingerprint, format FROM _host_state
       WHERE pipeline = ${this.#pipeline} AND ${this.#database.isOneOf('partition', ids)}`,
    );
    for (const [partition, state, version, fingerprint, format] of rows as StateRow[]) {
      found.set(partition, {
        state,
        version: Number(version),
        fingerprint: fingerprint === null ? null : (JSON.parse(fingerprint) as Fingerprint),
        format: Number(format),
      });
    }
    return found;
  }

  /** Notes what a run begins with. */
  async begin(
    run: (sql: string) => Promise<void>,
    { id, selection, now, partitioning }: PartitionBatch,
    isShared: boolean,
  ): Promise<void> {
    const text = (value: string | null): string =>
      value === null ? 'NULL' : this.#database.quoteText(value);
    await run(`DELETE FROM _host_batches WHERE pipeline = ${this.#pipeline}`);
    await run(
      `INSERT INTO _host_batches (pipeline, batch, selection, resolved_at, partitioning, is_shared, table_names)
       VALUES (${this.#pipeline}, ${text(id)}, ${text(selection)}, ${text(now)}, ${text(JSON.stringify(partitioning))}, ${isShared}, ${text(JSON.stringify(this.#tables))})`,
    );
  }

  /** Notes tables that get rows, where one of them is new. Called in the transaction that writes them. */
  async noteTables(run: (sql: string) => Promise<void>, names: readonly string[]): Promise<void> {
    const added = names.filter((name) => !this.#tables.includes(name));
    if (added.length === 0) return;
    // Where the transaction does not take place, one that is not there only makes the ledger void.
    this.#tables = [...this.#tables, ...added];
    await run(
      `UPDATE _host_batches SET table_names = ${this.#database.quoteText(JSON.stringify(this.#tables))}
       WHERE pipeline = ${this.#pipeline}`,
    );
  }

  /** Notes that the tables have rows that the ledger does not know of. */
  async share(run: (sql: string) => Promise<void>): Promise<void> {
    await run(`UPDATE _host_batches SET is_shared = true WHERE pipeline = ${this.#pipeline}`);
  }

  /**
   * Called in the transaction that makes a table: what other pipelines had in one of that name is gone, although a table is
   * there again.
   * @param storedName gives tables that are one the same name
   */
  async forgetOthers(
    run: (sql: string) => Promise<void>,
    table: string,
    storedName: (table: string) => string,
  ): Promise<void> {
    const others = await this.#database.rows(
      `SELECT pipeline, table_names FROM _host_batches WHERE pipeline <> ${this.#pipeline}`,
    );
    for (const [other, names] of others as [string, string][]) {
      const isOne = (JSON.parse(names) as string[]).some((name) => storedName(name) === storedName(table));
      if (!isOne) continue;
      const pipeline = this.#database.quoteText(other);
      await run(`DELETE FROM _host_partitions WHERE pipeline = ${pipeline}`);
      await run(`DELETE FROM _host_state WHERE pipeline = ${pipeline} AND partition <> ''`);
      // Rows of its partitions may be in its other tables.
      await run(`UPDATE _host_batches SET is_shared = true WHERE pipeline = ${pipeline}`);
    }
  }

  /** Forgets everything: the tables are gone. */
  async clear(run: (sql: string) => Promise<void>): Promise<void> {
    await run(`DELETE FROM _host_batches WHERE pipeline = ${this.#pipeline}`);
    await run(`DELETE FROM _host_partitions WHERE pipeline = ${this.#pipeline}`);
    await run(`DELETE FROM _host_state WHERE pipeline = ${this.#pipeline} AND partition <> ''`);
  }

  /** @param known which of them have a record already */
  async write(
    run: (sql: string) => Promise<void>,
    records: readonly PartitionRecord[],
    known: ReadonlySet<string>,
  ): Promise<void> {
    if (records.length === 0) return;
    const text = (value: string | null): string =>
      value === null ? 'NULL' : this.#database.quoteText(value.replaceAll('\0', ''));
    const replaced = records.filter(({ partition }) => known.has(partition));
    if (replaced.length > 0) await this.#remove(run, '_host_partitions', replaced);
    const values = records.map(
      ({ partition, status, batch, run: by, rows, code, message, endedAt }) =>
        `(${this.#pipeline}, ${text(partition)}, ${text(status)}, ${text(batch)}, ${text(by)}, ${rows}, ${text(code)}, ${text(message)}, ${text(endedAt)})`,
    );
    await run(
      `INSERT INTO _host_partitions (pipeline, partition, status, batch, run, row_count, code, message, ended_at)
       VALUES ${values.join(', ')}`,
    );
  }

  /** Saves the states of partitions. */
  async saveStates(
    run: (sql: string) => Promise<void>,
    states: readonly PartitionState[],
    by: string,
  ): Promise<void> {
    if (states.length === 0) return;
    const text = (value: string | null): string =>
      value === null ? 'NULL' : this.#database.quoteText(value);
    await this.#remove(run, '_host_state', states);
    const values = states.map(
      ({ partition, state, version, fingerprint, format }) =>
        `(${this.#pipeline}, ${text(partition)}, 0, ${version}, ${text(state)}, ${text(fingerprint && JSON.stringify(fingerprint))}, ${format}, ${text(by)}, now())`,
    );
    await run(
      `INSERT INTO _host_state (pipeline, partition, epoch, version, state, fingerprint, format, run, saved_at)
       VALUES ${values.join(', ')}`,
    );
  }

  /** Forgets partitions whose rows are removed. */
  async forget(run: (sql: string) => Promise<void>, ids: readonly string[]): Promise<void> {
    const gone = ids.map((partition) => ({ partition }));
    await this.#remove(run, '_host_partitions', gone);
    await this.#remove(run, '_host_state', gone);
  }

  async #remove(
    run: (sql: string) => Promise<void>,
    table: string,
    partitions: readonly { readonly partition: string }[],
  ): Promise<void> {
    if (partitions.length === 0) return;
    const isGone = this.#database.isOneOf(
      'partition',
      partitions.map(({ partition }) => partition),
    );
    await run(`DELETE FROM ${table} WHERE pipeline = ${this.#pipeline} AND ${isGone}`);
  }

  async #records(
    condition: string,
    connection: Pick<PartitionDatabase, 'rows'> = this.#database,
  ): Promise<PartitionRecord[]> {
    const rows = await connection.rows(
      `SELECT partition, status, batch, run, row_count, code, message, ended_at FROM _host_partitions
       WHERE pipeline = ${this.#pipeline} AND ${condition}`,
    );
    return (rows as RecordRow[]).map(([partition, status, batch, run, count, code, message, endedAt]) => ({
      partition,
      status,
      batch,
      run,
      rows: Number(count),
      code,
      message,
      endedAt,
    }));
  }
}

type StateRow = [
  partition: string,
  state: string | null,
  version: unknown,
  fingerprint: string | null,
  format: unknown,
];
type RecordRow = [
  partition: string,
  status: PartitionStatus,
  batch: string,
  run: string,
  count: unknown,
  code: string | null,
  message: string | null,
  endedAt: string,
];
