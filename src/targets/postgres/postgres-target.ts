import { ConfigError, type HostError } from '../../sdk/errors.js';
import type { LockWait } from '../duckdb/when-free.js';
import type { RejectedStore } from '../rejected-rows.js';
import type { PartitionLedger } from '../partitions/partition-ledger.js';
import type {
  PartitionedSession,
  PipelineStore,
  PlanRequest,
  TableBefore,
  Target,
  TargetCapabilities,
  TargetRun,
  TargetSession,
  WriteMode,
} from '../target.js';
import { Bookkeeping } from './bookkeeping.js';
import type { ClaimParts } from './claim-pipeline.js';
import { readAddress, type PostgresAddress } from './connect-postgres.js';
import { beginPartitions } from './partitions/begin-partitions.js';
import { lookAtPartitions } from './partitions/look-at-partitions.js';
import { planTable } from './plan-table.js';
import { PostgresConnection, type ConnectionOptions } from './postgres-connection.js';
import { postgresError } from './postgres-error.js';
import { PostgresPipelineStore, type PipelineStoreParts } from './postgres-pipeline-store.js';
import { PostgresSession } from './postgres-session.js';
import { PostgresRejectedStore } from './rejected-store.js';
import { applicationName } from './run-connections.js';
import { TableFacts } from './table-facts.js';

/** How a {@link PostgresTarget} works; every field has a default. */
export interface PostgresOptions {
  /** Schema of tables and bookkeeping. Default `public`. */
  readonly schema?: string | undefined;
  /** How long to wait for a lock that another session holds. Default 60 s. */
  readonly wait?: Pick<LockWait, 'lockTimeoutMs'> | undefined;
  /** Rows with operations that gather before they are applied to a table that is loaded beside the old one. */
  readonly shadowRows?: number;
}

const DEFAULT_LOCK_MS = 60_000;
const SHADOW_ROWS = 500_000;

/** A PostgreSQL database. Each commit of a run is one transaction. */
export class PostgresTarget implements Target {
  readonly label: string;
  readonly capabilities: TargetCapabilities = {
    transactional: true,
    keepsState: true,
    upserts: true,
    deletes: true,
    concurrentWriters: true,
    immediate: false,
    // Measured: larger ones cost more of the garbage collector than they save (docs/adr/0003-small-batches.md).
    batchRows: 1000,
  };
  readonly #address: PostgresAddress;
  readonly #schema: string;
  readonly #lockTimeoutMs: number;
  readonly #shadowRows: number;
  /** Runs that are starting. */
  readonly #starting = new Set<Promise<unknown>>();

  private constructor(address: PostgresAddress, options: PostgresOptions) {
    const { schema = 'public', wait, shadowRows = SHADOW_ROWS } = options;
    this.label = address.label;
    this.#address = address;
    this.#schema = schema;
    // 0 would be to wait for ever.
    this.#lockTimeoutMs = Math.max(1, wait?.lockTimeoutMs ?? DEFAULT_LOCK_MS);
    this.#shadowRows = shadowRows;
  }

  /**
   * Opens a database, and makes sure that it answers.
   *
   * @param url `postgres://user@host/database`
   * @throws AuthError, ConfigError, TransientError where it cannot be reached
   */
  static async open(url: string, options: PostgresOptions = {}): Promise<PostgresTarget> {
    const { schema } = options;
    if (schema === '' || schema?.includes('\0') || schema?.startsWith('pg_')) {
      throw new ConfigError(`"${schema}" cannot be the schema of --pg-schema`, {
        code: 'CLI_USAGE',
        action: 'Name a schema of your own; one that is not there is made.',
      });
    }
    const target = new PostgresTarget(readAddress(url), options);
    await target.#withConnection(() => Promise.resolve());
    return target;
  }

  begin(run: TargetRun): Promise<TargetSession> {
    return this.#start(PostgresSession.begin({ ...this.#partsOf(run), shadowRows: this.#shadowRows }));
  }

  beginPartitions(run: TargetRun): Promise<PartitionedSession> {
    return this.#start(beginPartitions(this.#partsOf(run)));
  }

  partitionLedger(pipeline: string): Promise<PartitionLedger> {
    return lookAtPartitions(this.#storeParts, pipeline);
  }

  async pipelines(): Promise<PipelineStore> {
    return new PostgresPipelineStore(this.#storeParts);
  }

  async rejected(): Promise<RejectedStore> {
    return new PostgresRejectedStore((step) =>
      this.#withConnection(async (connection) => {
        const bookkeeping = new Bookkeeping(connection, this.#schema, this.label);
        if (!(await bookkeeping.isThere())) return step(undefined);
        await bookkeeping.prepare();
        return step(connection);
      }),
    );
  }

  look(table: string, mode: WriteMode): Promise<TableBefore | null> {
    return this.#withConnection(async (connection) => {
      const bookkeeping = new Bookkeeping(connection, this.#schema, this.label);
      // A schema that no host wrote to has nothing noted, and no table to ask for it.
      const known = (await bookkeeping.isThere()) ? bookkeeping : { find: () => Promise.resolve(undefined) };
      return new TableFacts(connection, this.label, known).before(table, mode === 'overwrite', true);
    });
  }

  async plan(table: string, request: PlanRequest): Promise<readonly string[]> {
    return planTable(table, await this.look(table, request.mode), request);
  }

  explain(error: unknown): HostError {
    return postgresError(error, this.label);
  }

  async close(): Promise<void> {
    // One that was stopped meanwhile has a run to end.
    await Promise.allSettled(this.#starting);
  }

  get #storeParts(): PipelineStoreParts {
    return {
      label: this.label,
      schema: this.#schema,
      withConnection: (step) => this.#withConnection(step),
      connect: () => this.#connect(),
    };
  }

  #partsOf(run: TargetRun): ClaimParts {
    return { address: this.#address, connecting: this.#connecting(applicationName(run.runId)), run };
  }

  /** Keeps in mind what is starting, so that nobody takes the target away from it. */
  #start<T>(starting: Promise<T>): Promise<T> {
    const forget = (): boolean => this.#starting.delete(starting);
    this.#starting.add(starting);
    starting.then(forget, forget);
    return starting;
  }

  #connecting(name: string): ConnectionOptions {
    return { applicationName: name, schema: this.#schema, lockTimeoutMs: this.#lockTimeoutMs };
  }

  #connect(): Promise<PostgresConnection> {
    return PostgresConnection.open(this.#address, this.#connecting('connector-host'));
  }

  async #withConnection<T>(step: (connection: PostgresConnection) => Promise<T>): Promise<T> {
    let connection: PostgresConnection | undefined;
    try {
      connection = await this.#connect();
      return await step(connection);
    } catch (error) {
      throw postgresError(error, this.label);
    } finally {
      await connection?.close();
    }
  }
}
