import type { Target, TargetRun } from '../../targets/target.js';

/** The calls that a target may leave out. */
const OPTIONAL = ['pipelines', 'partitionLedger', 'rejected', 'look', 'plan', 'explain'] as const;

/**
 * A target that tells when a run of a pipeline has begun.
 *
 * @param onBegun called once the pipeline is claimed; must not throw
 */
export function notingTarget(target: Target, onBegun: (pipeline: string) => Promise<void>): Target {
  const noting =
    <Session>(begin: (run: TargetRun) => Promise<Session>) =>
    async (run: TargetRun): Promise<Session> => {
      const session = await begin(run);
      await onBegun(run.pipeline);
      return session;
    };
  const beginPartitions = target.beginPartitions?.bind(target);
  return {
    ...Object.fromEntries(OPTIONAL.flatMap((name) => optionalCall(target, name))),
    label: target.label,
    capabilities: target.capabilities,
    begin: noting((run) => target.begin(run)),
    ...(beginPartitions ? { beginPartitions: noting(beginPartitions) } : {}),
    close: () => target.close(),
  };
}

/** What the target leaves out stays left out. */
function optionalCall(target: Target, name: (typeof OPTIONAL)[number]): [string, unknown][] {
  const call: unknown = Reflect.get(target, name);
  if (typeof call !== 'function') return [];
  return [[name, (...args: unknown[]): unknown => Reflect.apply(call, target, args)]];
}
