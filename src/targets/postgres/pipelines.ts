import { parseJson } from '../../sdk/parse-json.js';
import { TargetError, TransientError } from '../../sdk/errors.js';
import { hasEnded, thisProcess } from '../journal/holder.js';
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
import { LOCK_SPACE } from './bookkeeping.js';
import type { PostgresConnection } from './postgres-connection.js';
import { endConnections } from './run-connections.js';

/** Age of a heartbeat from which on its run counts as dead, in seconds. */
const DEAD_AFTER_SECONDS = 30;
/** States of a pipeline that are kept besides the current one. */
const HISTORY = 10;

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

/** A pipeline that was claimed. */
export interface ClaimedPipeline {
  readonly claim: Claim;
  readonly saved: SavedState;
}

/**
 * The rows of pipelines in a schema: `_host_state` with a row for each, `_host_state_history` with what it was before,
 * `_host_runs` with its runs. All calls run in the transaction of the connection, where there is one.
 */
export class Pipelines {
  readonly #connection: PostgresConnection;
  readonly #label: string;

  constructor(connection: PostgresConnection, label: string) {
    this.#connection = connection;
    this.#label = label;
  }

  /**
   * Takes a pipeline over for a run, in a transaction of its own.
   *
   * @throws TransientError PIPELINE_BUSY while another run of the pipeline goes on
   */
  async claim(pipeline: string, run: string): Promise<ClaimedPipeline> {
    const { pid, startTime, bootId, pidNamespace, machine } = await thisProcess();
    return this.#inTransaction(pipeline, async () => {
      // They may hold locks on what follows, and must do nothing more.
      for (const lost of await this.#refuseBusy(pipeline)) await endConnections(this.#connection, lost);
      await this.#query(
        `UPDATE _host_runs SET status = 'lost' WHERE pipeline = $1 AND partition = $2 AND status = 'running'`,
        [pipeline, WHOLE],
      );
      await this.#query(
        `INSERT INTO _host_runs (run, pipeline, partition, status, started_at, heartbeat_at, process, machine,
           start_time, boot_id, pid_namespace)
         VALUES ($1, $2, $3, 'running', now(), now(), $4, $5, $6, $7, $8)`,
        [run, pipeline, WHOLE, pid, machine, startTime, bootId, pidNamespace],
      );
      const [row] = await this.#query(
        `INSERT INTO _host_state AS s VALUES ($1, $2, 1, 0, NULL, NULL, 1, $3, now())
         ON CONFLICT (pipeline, partition) DO UPDATE SET epoch = s.epoch + 1 RETURNING epoch`,
        [pipeline, WHOLE, run],
      );
      const saved = (await this.load(pipeline)) as SavedState;
      killPoint('postgres.in-claim');
      return { claim: { run, pipeline, epoch: Number(row?.[0]), version: saved.version }, saved };
    });
  }

  async load(pipeline: string, partition = WHOLE): Promise<SavedState | undefined> {
    const stored = await this.stored(pipeline, partition);
    if (!stored) return undefined;
    const { state, version, fingerprint, format } = stored;
    return { state, version, fingerprint, format };
  }

  /** {@link load}, with where it comes from. */
  async stored(pipeline: string, partition = WHOLE): Promise<StoredState | undefined> {
    const [row] = await this.#query(
      `SELECT state, version, fingerprint, format, run, ${isoText('saved_at')} FROM _host_state
       WHERE pipeline = $1 AND partition = $2`,
      [pipeline, partition],
    );
    if (!row) return undefined;
    const [state, version, fingerprint, format, run, savedAt] = row as StateRow;
    return {
      state,
      version,
      fingerprint: fingerprint === null ? null : (JSON.parse(fingerprint) as Fingerprint),
      format,
      run,
      savedAt,
    };
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
    const changed = await this.#connection.change(
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

  /**
   * Whether a commit that was sent with this claim, and never answered, took place. Waits until the server is done with it:
   * that transaction has changed the row.
   */
  async hasCommitted({ pipeline, version }: Claim): Promise<boolean> {
    const [row] = await this.#query(
      `SELECT version FROM _host_state WHERE pipeline = $1 AND partition = $2 FOR UPDATE`,
      [pipeline, WHOLE],
    );
    return Number(row?.[0] ?? 0) > version;
  }

  /** Replaces the state from outside of a run, as a commit of its own. */
  async replace(pipeline: string, state: string | null, reason: string, partition = WHOLE): Promise<number> {
    return this.#inTransaction(pipeline, async () => {
      await this.#refuseBusy(pipeline);
      if (partition === WHOLE) await this.#keepHistory(pipeline);
      if (partition === WHOLE && state === null)
        await this.#query(`DELETE FROM _host_state WHERE pipeline = $1 AND partition <> $2`, [
          pipeline,
          WHOLE,
        ]);
      const [row] = await this.#query(
        `INSERT INTO _host_state AS s VALUES ($1, $2, 1, 1, $3, NULL, 1, $4, now())
         ON CONFLICT (pipeline, partition) DO UPDATE SET epoch = s.epoch + 1, version = s.version + 1,
           state = excluded.state, run = excluded.run, saved_at = now(),
           fingerprint = CASE WHEN excluded.state IS NULL THEN NULL ELSE s.fingerprint END
         RETURNING version`,
        [pipeline, partition, state, reason],
      );
      return Number(row?.[0]);
    });
  }

  /** Notes that a run lives. */
  async beat(run: string): Promise<void> {
    await this.#query(`UPDATE _host_runs SET heartbeat_at = now() WHERE run = $1 AND ended_at IS NULL`, [
      run,
    ]);
  }

  /** Notes how a run ended. */
  async end(run: string, record = STOPPED_EARLY): Promise<void> {
    const { status, code, message, rowsRead, rowsWritten, rowsDeleted, commits } = record;
    await this.#query(
      `UPDATE _host_runs SET status = $2, code = $3, message = $4, rows_read = $5, rows_written = $6,
       rows_deleted = $7, commits = $8, ended_at = now() WHERE run = $1`,
      [
        run,
        status,
        code,
        message?.replaceAll('\0', '\ufffd') ?? null,
        rowsRead,
        rowsWritten,
        rowsDeleted,
        commits,
      ],
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
      `SELECT pipeline FROM (SELECT pipeline FROM _host_state UNION SELECT pipeline FROM _host_runs) AS p
       ORDER BY pipeline COLLATE "C"`,
    );
    return rows.map(([name]) => name as string);
  }

  async history(pipeline: string): Promise<PastState[]> {
    const rows = await this.#query(
      `SELECT version, state, run, ${isoText('saved_at')} FROM _host_state_history
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
      `SELECT json_build_object('run', run, 'pipeline', pipeline, 'status', CASE WHEN status = 'running'
           AND heartbeat_at < now() - INTERVAL '${DEAD_AFTER_SECONDS} s' THEN 'lost' ELSE status END,
         'code', code, 'message', message, 'rowsRead', rows_read, 'rowsWritten', rows_written,
         'rowsDeleted', rows_deleted, 'commits', commits, 'startedAt', ${isoText('started_at')},
         'endedAt', ${isoText('ended_at')}, 'process', process, 'machine', machine)
       FROM _host_runs WHERE $1::text IS NULL OR pipeline = $1 ORDER BY started_at DESC, number DESC LIMIT ${limit}`,
      [pipeline ?? null],
    );
    return rows.map(([json]) => parseJson(json as string) as PipelineRun);
  }

  /** @returns the runs that hold the pipeline no more, though they never ended */
  async #refuseBusy(pipeline: string): Promise<string[]> {
    const running = await this.#query(
      `SELECT run, process, machine, ${isoText('started_at')}, start_time, boot_id, pid_namespace,
         heartbeat_at > now() - INTERVAL '${DEAD_AFTER_SECONDS} s'
       FROM _host_runs WHERE pipeline = $1 AND partition = $2 AND status = 'running'`,
      [pipeline, WHOLE],
    );
    const lost: string[] = [];
    for (const row of running as RunningRow[]) {
      const [run, pid, machine, startedAt, startTime, bootId, pidNamespace, isBeating] = row;
      if (isBeating && !(await hasEnded({ pid, startTime, bootId, pidNamespace, machine }))) {
        throw new TransientError(
          `pipeline "${pipeline}" is being run already: run ${run} of process ${pid} on ${machine}, since ${startedAt}`,
          { code: 'PIPELINE_BUSY' },
        );
      }
      lost.push(run);
    }
    return lost;
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

  /** Claims and changes of one pipeline come one after the other. */
  async #inTransaction<T>(pipeline: string, step: () => Promise<T>): Promise<T> {
    await this.#connection.run('BEGIN');
    try {
      await this.#query(
        `SELECT pg_advisory_xact_lock(${LOCK_SPACE}, hashtext(current_schema() || ' pipeline ' || $1))`,
        [pipeline],
      );
      const result = await step();
      await this.#connection.run('COMMIT');
      return result;
    } catch (error) {
      if (!this.#connection.isLost) await this.#connection.run('ROLLBACK');
      throw error;
    }
  }

  #query(sql: string, values: (string | number | null)[] = []): Promise<unknown[][]> {
    return this.#connection.query(sql, values);
  }
}

type StateRow = [
  state: string | null,
  version: number,
  fingerprint: string | null,
  format: number,
  run: string,
  savedAt: string,
];

type RunningRow = [
  run: string,
  pid: number,
  machine: string,
  startedAt: string,
  startTime: string | null,
  bootId: string | null,
  pidNamespace: string | null,
  isBeating: boolean,
];

/** The error of a run that lost its pipeline to another one. */
export function fencedError(label: string, pipeline: string): TargetError {
  return new TargetError(
    `another run took pipeline "${pipeline}" of ${label} over, so this one was not committed`,
    {
      code: 'PIPELINE_FENCED',
    },
  );
}

function isoText(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
