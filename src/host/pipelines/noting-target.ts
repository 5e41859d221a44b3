import type { Target } from '../../targets/target.js';

/**
 * A target that tells when a run of a pipeline has begun.
 *
 * @param onBegun called once the pipeline is claimed; must not throw
 */
export function notingTarget(target: Target, onBegun: (pipeline: string) => Promise<void>): Target {
  return {
    label: target.label,
    capabilities: target.capabilities,
    begin: async (run) => {
      const session = await target.begin(run);
      await onBegun(run.pipeline);
      return session;
    },
    explain: (error) => target.explain?.(error),
    close: () => target.close(),
  };
}
