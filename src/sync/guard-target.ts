import { isHostError, TargetError } from '../sdk/errors.js';
import type { SyncTarget } from './sync-request.js';
import type { TargetSession, TargetTable } from '../targets/target.js';

/**
 * Wraps a target so that whatever it throws says that the target failed. Targets name the failures they know; the
 * rest is named here, once, so that each target may stay naive.
 */
export function guardTarget(target: SyncTarget): SyncTarget {
  const guard: Guard = (step) => guardStep(target, step);

  const guardTable = (table: TargetTable): TargetTable => ({
    existing: table.existing,
    ...(table.before === undefined ? {} : { before: table.before }),
    alter: (change) => guard(() => table.alter(change)),
    write: (batch) => guard(() => table.write(batch)),
    ...(table.take ? { take: (relation) => guard(async () => table.take?.(relation)) } : {}),
    integersAreExact: (column) => guard(async () => (await table.integersAreExact?.(column)) ?? true),
  });

  const guardSession = (session: TargetSession): TargetSession => ({
    ...(session.saved === undefined ? {} : { saved: session.saved }),
    openTable: (request) => guard(async () => guardTable(await session.openTable(request))),
    commit: (commit) => guard(async () => (await session.commit(commit)) ?? NOTHING_SAVED),
    rollback: (record) => guard(() => session.rollback(record)),
    ...optional(session, guard),
    get rowsWritten() {
      return session.rowsWritten;
    },
    get bytes() {
      return session.bytes;
    },
  });

  return {
    label: target.label,
    capabilities: target.capabilities,
    begin: (run) => guard(async () => guardSession(await target.begin(run))),
    close: () => guard(() => target.close()),
  };
}

/**
 * Does one step of a target.
 * @throws HostError whatever it fails with
 */
export async function guardStep<T>(
  target: Pick<SyncTarget, 'label' | 'explain'>,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (isHostError(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw target.explain?.(error) ?? new TargetError(`${target.label}: ${message}`, { cause: error });
  }
}

const NOTHING_SAVED = { rowsDeleted: 0, stateVersion: null };

type Guard = <T>(step: () => Promise<T>) => Promise<T>;

/** What a session has and what it leaves out stays as it is. */
function optional(
  session: TargetSession,
  guard: Guard,
): Pick<
  TargetSession,
  'discard' | 'finish' | 'reject' | 'rowsOfPartition' | 'tablesLike' | 'tablesOfPartition'
> {
  return {
    ...(session.discard ? { discard: () => guard(async () => session.discard?.()) } : {}),
    ...(session.finish ? { finish: (record) => guard(async () => session.finish?.(record)) } : {}),
    ...(session.reject ? { reject: (rows) => session.reject?.(rows) } : {}),
    ...(session.tablesLike
      ? { tablesLike: (prefix) => guard(async () => (await session.tablesLike?.(prefix)) ?? []) }
      : {}),
    ...(session.rowsOfPartition === undefined ? {} : { rowsOfPartition: session.rowsOfPartition }),
    ...(session.tablesOfPartition
      ? { tablesOfPartition: () => guard(async () => (await session.tablesOfPartition?.()) ?? []) }
      : {}),
  };
}
