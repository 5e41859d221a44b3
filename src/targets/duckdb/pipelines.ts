import { hostname } from 'node:os';
import type { DuckDBConnection } from '@duckdb/node-api';
import { TargetError, TransientError } from '../../sdk/errors.js';
import { killPoint } from '../kill-point.js';
import type {
  Commit,
  Fingerprint,
  PastState,
  PipelineRun,
  RunRecord,
  SavedState,
  StoredState,
} from '../target.js';
import { isoText } from './sql.js';

/** Age of a heartbeat from which on its run counts as dead, in seconds. */
const DEAD_AFTER_SECONDS = 30;
/** States of a pipeline that are kept besides the current one. */
const HISTORY = 10;
/** Runs of this process that have not ended. */
const liveRuns = new Set<string>();

/** How a run ended that was stopped before it knew of its session. */
const STOPPED_EARLY: RunRecord = {
  status: 'aborted',
  code: null,
  message: null,
  rowsRead: 0,
  rowsWritten: 0,
  rowsDeleted: 0,
  commits: 0,
};

/** A pipeline that is not cut into partitions. */
const WHOLE = '';

/** A run's hold on its pipeline. A commit needs both numbers to be what they were. */
export interface Claim {
  readonly run: string;
  readonly pipeline: string;
  readonly epoch: number;
  readonly version: number;
}

/**
 * The rows of pipelines in a database: `_host_state` with a row for each, `_host_state_history` with what it was before,
 * `_host_runs` with its runs. All calls run in the transaction of the connection, where there is one.
 */
export class Pipelines {
  readonly #connection: DuckDBConnection;
  readonly #label: string;

  constructor(connection: DuckDBConnection, label: string) {
    this.#connection = connection;
    this.#label = label;
  }

  /**
   * Takes a pipeline over for a run, in a transaction of its own. The database's file lock keeps other processes out, so
   * only a run of this process can be in the way.
   *
   * @param askedAt when the run wanted to start; a holder's heartbeat may have to wait as long as we did
   * @throws TransientError PIPELINE_BUSY while another run of the pipeline goes on
   */
  async claim(
    pipeline: string,
    run: string,
    askedAt = new Date(),
  ): Promise<{ claim: Claim; saved: SavedState }> {
    const claimed = await this.#inTransaction(async () => {
      await this.#refuseBusy(pipeline, askedAt);
      await this.#query(
        `UPDATE _host_runs SET status = 'lost' WHERE pipeline = $1 AND partition = $2 AND status = 'running'`,
        [pipeline, WHOLE],
      );
      await this.#query(
        `INSERT INTO _host_runs VALUES ($1, $2, $3, 'running', NULL, NULL, 0, 0, 0, 0, now(), now(), NULL, $4, $5)`,
        [run, pipeline, WHOLE, process.pid, hostname()],
      );
      const changed = await this.#change(
        `UPDATE _host_state SET epoch = epoch + 1 WHERE pipeline = $1 AND partition = $2`,
        [pipeline, WHOLE],
      );
      if (changed === 0) {
        await this.#query(`INSERT INTO _host_state VALUES ($1, $2, 1, 0, NULL, NULL, 1, $3, now())`, [
          pipeline,
          WHOLE,
          run,
        ]);
      }
      const [epoch] = (
        await this.#query(
          `SELECT CAST(epoch AS DOUBLE) FROM _host_state WHERE pipeline = $1 AND partition = $2`,
          [pipeline, WHOLE],
        )
      )[0] as [number];
      const saved = (await this.load(pipeline)) as SavedState;
      killPoint('duckdb.in-claim');
      return { claim: { run, pipeline, epoch, version: saved.version }, saved };
    });
    liveRuns.add(run);
    return claimed;
  }

  async load(pipeline: string, partition = WHOLE): Promise<SavedState | undefined> {
    const [row] = await this.#query(
      `SELECT state, CAST(version AS DOUBLE), fingerprint, format FROM _host_state
       WHERE pipeline = $1 AND partition = $2`,
      [pipeline, partition],
    );
    if (!row) return undefined;
    const [state, version, fingerprint, format] = row as [string | null, number, string | null, number];
    return {
      state,
      version,
      fingerprint: fingerprint === null ? null : (JSON.parse(fingerprint) as Fingerprint),
      format,
    };
  }

  /** {@link load}, with where it comes from. */
  async stored(pipeline: string, partition = WHOLE): Promise<StoredState | undefined> {
    const saved = await this.load(pipeline, partition);
    const [row] = await this.#query(
      `SELECT run, ${isoText('saved_at')} FROM _host_state WHERE pipeline = $1 AND partition = $2`,
      [pipeline, partition],
    );
    if (!saved || !row) return saved;
    const [run, savedAt] = row as [string, string];
    return { ...saved, run, savedAt };
  }

  /**
   * Saves the state of a commit, in its transaction. The parameters are noted also where the state stays as it is: the run
   * went on from it with them.
   *
   * @param isFirst true for the first commit of a run: the state before the run goes to the history
   * @returns the claim for the next commit
   * @throws TargetError PIPELINE_FENCED when another run took the pipeline over
   */
  async save(claim: Claim, { state, fingerprint, format }: Commit, isFirst: boolean): Promise<Claim> {
    const { pipeline, epoch, version, run } = claim;
    if (isFirst && state !== null) await this.#keepHistory(pipeline);
    const next = version + 1;
    const changed = await this.#change(
      `UPDATE _host_state SET version = $5, run = $6, saved_at = now()${
        state === null
          ? ', fingerprint = coalesce($7, fingerprint)'
          : ', fingerprint = $7, state = $8, format = $9'
      } WHERE pipeline = $1 AND partition = $2 AND epoch = $3 AND version = $4`,
      [
        pipeline,
        WHOLE,
        epoch,
        version,
        next,
        run,
        fingerprint && JSON.stringify(fingerprint),
        ...(state === null ? [] : [state, format]),
      ],
    );
    if (changed !== 1) throw fencedError(this.#label, pipeline);
    return { ...claim, version: next };
  }

  /** Whether a commit with this claim would be accepted. */
  async holds({ pipeline, epoch, version }: Claim): Promise<boolean> {
    const rows = await this.#query(
      `SELECT 1 FROM _host_state WHERE pipeline = $1 AND partition = $2 AND epoch = $3 AND version = $4`,
      [pipeline, WHOLE, epoch, version],
    );
    return rows.length === 1;
  }

  /** Replaces a state from outside of a run, as a commit of its own; without one and a partition, those of all partitions. */
  async replace(pipeline: string, state: string | null, reason: string, partition = WHOLE): Promise<number> {
    return this.#inTransaction(async () => {
      await this.#refuseBusy(pipeline);
      if (partition === WHOLE) await this.#keepHistory(pipeline);
      if (partition === WHOLE && state === null)
        await this.#query(`DELETE FROM _host_state WHERE pipeline = $1 AND partition <> $2`, [
          pipeline,
          WHOLE,
        ]);
      const changed = await this.#change(
        `UPDATE _host_state SET epoch = epoch + 1, version = version + 1, state = $3, run = $4, saved_at = now()
         ${state === null ? ', fingerprint = NULL' : ''} WHERE pipeline = $1 AND partition = $2`,
        [pipeline, partition, state, reason],
      );
      if (changed === 0) {
        await this.#query(`INSERT INTO _host_state VALUES ($1, $2, 1, 1, $3, NULL, 1, $4, now())`, [
          pipeline,
          partition,
          state,
          reason,
        ]);
      }
      return (await this.load(pipeline, partition))?.version ?? 0;
    });
  }

  /** Notes that a run lives. */
  async beat(run: string): Promise<void> {
    await this.#query(`UPDATE _host_runs SET heartbeat_at = now() WHERE run = $1 AND ended_at IS NULL`, [
      run,
    ]);
  }

  /** Lets go of the pipeline, whatever else happens to the run. */
  release(run: string): void {
    liveRuns.delete(run);
  }

  /** Notes how a run ended. */
  async end(run: string, record = STOPPED_EARLY): Promise<void> {
    const { status, code, message, rowsRead, rowsWritten, rowsDeleted, commits } = record;
    await this.#query(
      `UPDATE _host_runs SET status = $2, code = $3, message = $4, rows_read = $5, rows_written = $6,
       rows_deleted = $7, commits = $8, ended_at = now() WHERE run = $1`,
      [run, status, code, message, rowsRead, rowsWritten, rowsDeleted, commits],
    );
  }

  /** Notes what a run that goes on has committed. */
  async count(run: string, { rowsRead, rowsWritten, rowsDeleted, commits }: RunRecord): Promise<void> {
    await this.#query(
      `UPDATE _host_runs SET rows_read = $2, rows_written = $3, rows_deleted = $4, commits = $5, heartbeat_at = now()
       WHERE run = $1`,
      [run, rowsRead, rowsWritten, rowsDeleted, commits],
    );
  }

  async names(): Promise<string[]> {
    const rows = await this.#query(
      `SELECT pipeline FROM _host_state UNION SELECT pipeline FROM _host_runs ORDER BY 1`,
    );
    return rows.map(([name]) => name as string);
  }

  async history(pipeline: string): Promise<PastState[]> {
    const rows = await this.#query(
      `SELECT CAST(version AS DOUBLE), state, run, ${isoText('saved_at')} FROM _host_state_history
       WHERE pipeline = $1 AND partition = $2 ORDER BY version DESC LIMIT ${HISTORY}`,
      [pipeline, WHOLE],
    );
    return (rows as [number, string, string, string][]).map(([version, state, run, savedAt]) => ({
      version,
      state,
      run,
      savedAt,
    }));
  }

  /** Newest first. */
  async runs(pipeline: string | undefined, limit: number): Promise<PipelineRun[]> {
    const rows = await this.#query(
      `SELECT run, pipeline, CASE WHEN status = 'running' AND heartbeat_at < now() - INTERVAL ${DEAD_AFTER_SECONDS} SECOND
         THEN 'lost' ELSE status END, code, message, CAST(rows_read AS DOUBLE), CAST(rows_written AS DOUBLE),
         CAST(rows_deleted AS DOUBLE), CAST(commits AS DOUBLE), ${isoText('started_at')}, ${isoText('ended_at')},
         CAST(process AS DOUBLE), machine
       FROM _host_runs WHERE $1 IS NULL OR pipeline = $1 ORDER BY started_at DESC, rowid DESC LIMIT ${limit}`,
      [pipeline ?? null],
    );
    return rows.map((row) => {
      const [run, name, status, code, message, rowsRead, rowsWritten, rowsDeleted, commits, ...rest] = row;
      const [startedAt, endedAt, pid, machine] = rest;
      return {
        run,
        pipeline: name,
        // The file's lock keeps other processes out, so a run that is not of this one has died.
        status: status === 'running' && !liveRuns.has(run as string) ? 'lost' : status,
        code,
        message,
        rowsRead,
        rowsWritten,
        rowsDeleted,
        commits,
        startedAt,
        endedAt,
        process: pid,
        machine,
      } as PipelineRun;
    });
  }

  async #refuseBusy(pipeline: string, askedAt = new Date()): Promise<void> {
    const running = await this.#query(
      `SELECT run, process, machine, ${isoText('started_at')} FROM _host_runs
       WHERE pipeline = $1 AND partition = $2 AND status = 'running'
       AND heartbeat_at > CAST($3 AS TIMESTAMP WITH TIME ZONE) - INTERVAL ${DEAD_AFTER_SECONDS} SECOND`,
      [pipeline, WHOLE, askedAt.toISOString()],
    );
    const holder = running.find(([run]) => liveRuns.has(run as string));
    if (!holder) return;
    const [run, pid, machine, startedAt] = holder.map(String);
    throw new TransientError(
      `pipeline "${pipeline}" is being run already: run ${run} of process ${pid} on ${machine}, since ${startedAt}`,
      { code: 'PIPELINE_BUSY' },
    );
  }

  async #keepHistory(pipeline: string): Promise<void> {
    await this.#query(
      `INSERT INTO _host_state_history SELECT pipeline, partition, version, state, run, saved_at FROM _host_state
       WHERE pipeline = $1 AND partition = $2 AND state IS NOT NULL`,
      [pipeline, WHOLE],
    );
    await this.#query(
      `DELETE FROM _host_state_history WHERE pipeline = $1 AND partition = $2 AND version NOT IN (
         SELECT version FROM _host_state_history WHERE pipeline = $1 AND partition = $2 ORDER BY version DESC LIMIT ${HISTORY})`,
      [pipeline, WHOLE],
    );
  }

  async #inTransaction<T>(step: () => Promise<T>): Promise<T> {
    await this.#connection.run('BEGIN TRANSACTION');
    try {
      const result = await step();
      await this.#connection.run('COMMIT');
      return result;
    } catch (error) {
      await this.#connection.run('ROLLBACK');
      throw error;
    }
  }

  async #query(sql: string, values: Value[] = []): Promise<unknown[][]> {
    return (await this.#connection.runAndReadAll(sql, values)).getRows();
  }

  async #change(sql: string, values: Value[]): Promise<number> {
    return (await this.#connection.run(sql, values)).rowsChanged;
  }
}

type Value = string | number | null;

/** The error of a run that lost its pipeline to another one. */
export function fencedError(label: string, pipeline: string): TargetError {
  return new TargetError(
    `another run took pipeline "${pipeline}" of ${label} over, so this one was not committed`,
    {
      code: 'PIPELINE_FENCED',
    },
  );
}
