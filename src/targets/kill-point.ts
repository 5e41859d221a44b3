/**
 * Every place where a crash test may end the process, in the order in which a run comes by. Before and after each step
 * that a crash may separate from the next.
 */
export const KILL_POINTS = [
  'claim.before-link',
  'claim.after-link',
  'claim.after-folder-sync',
  'claim.before-ready',
  'claim.after-ready',
  'recover.before-rename',
  'recover.after-rename',
  'recover.after-folder-sync',
  'recover.after-part-removed',
  'recover.before-cut',
  'recover.after-cut',
  'recover.after-copy',
  'recover.before-replace',
  'recover.after-replace',
  'recover.after-all',
  'claim.after-old-removed',
  'folder.after-made',
  'partition-folder.after-made',
  'file.before-part',
  'file.after-part',
  'file.after-part-made',
  'file.before-pending',
  'file.after-pending',
  'file.before-rows',
  'folded.after-spill-made',
  'folded.before-pour',
  'folded.after-pour',
  'parquet.after-folder-made',
  'parquet.before-copy',
  'parquet.after-copy',
  'parquet.after-poured',
  'file.before-data-sync',
  'file.after-data-sync',
  'journal.before-commit',
  'journal.after-commit',
  'journal.after-commit-sync',
  'journal.after-check',
  'file.before-rename',
  'file.after-rename',
  'file.after-folder-sync',
  'sends.before-ready',
  'sends.after-ready',
  'sends.after-old-removed',
  'sends.before-note',
  'sends.after-note',
  'sends.after-answer',
  'rejected.before-rows',
  'rejected.after-rows',
  'rejected.after-sync',
  'writer.after-flush',
  'sends.before-clear',
  'sends.after-clear',
  'rejected.before-drop',
  'rejected.after-drop',
  'partition-file.before-removed',
  'partition-file.after-removed',
  'scratch.before-removed',
  'journal.before-end',
  'journal.after-end',
  'ledger.before-commit',
  'ledger.after-commit',
  'sync.after-offer',
  'sync.before-flush',
  'sync.after-flush',
  'sync.before-commit',
  'sync.before-final-commit',
  'sync.after-commit',
  'duckdb.before-made',
  'duckdb.after-made',
  'duckdb.after-open',
  'duckdb.after-bookkeeping',
  'duckdb.after-leftovers',
  'duckdb.in-claim',
  'duckdb.after-claim',
  'duckdb.after-table-opened',
  'duckdb.before-stage',
  'duckdb.after-stage',
  'duckdb.after-shadow-rows',
  'duckdb.before-shadow-applied',
  'duckdb.after-shadow-applied',
  'duckdb.before-loader-commit',
  'duckdb.after-loader-commit',
  'duckdb.before-begin',
  'duckdb.before-ddl',
  'duckdb.after-ddl',
  'duckdb.before-deletes',
  'duckdb.after-deletes',
  'duckdb.after-removals',
  'duckdb.before-insert',
  'duckdb.after-insert',
  'duckdb.after-patches',
  'duckdb.before-drop',
  'duckdb.after-drop',
  'duckdb.after-rename',
  'duckdb.after-table-noted',
  'duckdb.before-state',
  'duckdb.after-state',
  'duckdb.before-commit',
  'duckdb.after-commit',
  'duckdb.after-stages-cleared',
  'duckdb.before-finish',
  'duckdb.after-finish',
  'duckdb.before-close',
  'duckdb.after-close',
  'postgres.after-bookkeeping',
  'postgres.in-claim',
  'postgres.after-claim',
  'postgres.after-leftovers',
  'postgres.after-table-opened',
  'postgres.before-stage',
  'postgres.after-stage',
  'postgres.after-direct-rows',
  'postgres.before-shadow-applied',
  'postgres.after-shadow-applied',
  'postgres.before-begin',
  'postgres.before-ddl',
  'postgres.after-ddl',
  'postgres.before-deletes',
  'postgres.after-deletes',
  'postgres.after-removals',
  'postgres.before-insert',
  'postgres.after-insert',
  'postgres.after-patches',
  'postgres.before-drop',
  'postgres.after-drop',
  'postgres.after-swap',
  'postgres.after-table-noted',
  'postgres.before-state',
  'postgres.before-commit',
  'postgres.after-commit',
  'postgres.before-finish',
  'postgres.after-finish',
  'partitions.before-group',
  'partitions.staged',
  'partitions.after-columns',
  'partitions.after-deletes',
  'partitions.after-rows',
  'partitions.after-ledger',
  'partitions.before-commit',
  'partitions.after-group',
] as const;

/** Name of one place; see {@link KILL_POINTS}. */
export type KillPoint = (typeof KILL_POINTS)[number];

interface Wanted {
  readonly name: string;
  /** How often the place is passed before it counts. */
  left: number;
}

const killAt = wanted(process.env['CONNECTOR_HOST_KILL_AT']);
const stopAt = wanted(process.env['CONNECTOR_HOST_STOP_AT']);

/**
 * A place where a crash test ends the process as a power cut would: with the environment variable
 * CONNECTOR_HOST_KILL_AT set to its name, or `name:n` for the n-th time that it is reached, it never returns. With
 * CONNECTOR_HOST_STOP_AT it stands still there until it gets SIGCONT. Does nothing otherwise.
 */
export function killPoint(name: KillPoint): void {
  if (killAt === undefined && stopAt === undefined) return;
  if (isDue(stopAt, name)) process.kill(process.pid, 'SIGSTOP');
  if (isDue(killAt, name)) {
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment, in which nothing may happen.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
}

function isDue(at: Wanted | undefined, name: KillPoint): boolean {
  if (at?.name !== name) return false;
  at.left -= 1;
  return at.left === 0;
}

function wanted(text: string | undefined): Wanted | undefined {
  if (text === undefined || text === '') return undefined;
  const [name = '', times = '1'] = text.split(':');
  return { name, left: Number(times) };
}
