import type { RowsRun } from './run-rows.js';
import type { TargetPlace } from './target-check.js';

/** Runs, and throws what the run failed with. */
export async function succeed(place: TargetPlace, run: Omit<RowsRun, 'target'>): Promise<void> {
  const { error } = await place.run(run);
  if (error) throw error;
}

/** A source that gives a page and fails. */
export function failAfter(
  rows: readonly Record<string, unknown>[],
): () => AsyncGenerator<Record<string, unknown>[]> {
  return async function* () {
    yield [...rows];
    throw new Error('the source broke');
  };
}
