import { isHostError, TargetError } from '../sdk/errors.js';
import type { Target, TargetSession, TargetTable } from '../targets/target.js';

/**
 * Wraps a target so that whatever it throws says that the target failed. Targets name the failures they know; the
 * rest is named here, once, so that each target may stay naive.
 */
export function guardTarget(target: Target): Target {
  const guard = async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      if (isHostError(error)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw target.explain?.(error) ?? new TargetError(`${target.label}: ${message}`, { cause: error });
    }
  };

  const guardTable = (table: TargetTable): TargetTable => ({
    existing: table.existing,
    alter: (change) => guard(() => table.alter(change)),
    write: (batch) => guard(() => table.write(batch)),
    integersAreExact: (column) => guard(async () => (await table.integersAreExact?.(column)) ?? true),
  });

  const guardSession = (session: TargetSession): TargetSession => ({
    openTable: (request) => guard(async () => guardTable(await session.openTable(request))),
    commit: (commit) => guard(() => session.commit(commit)),
    rollback: () => guard(() => session.rollback()),
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
