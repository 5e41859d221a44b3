import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;

/** What survives twice counts as old from then on, and goes with a search of all memory only. */
export function collectYoung(): void {
  gc({ type: 'minor' });
}

/** So that it does not happen in the middle of what follows. */
export function collectAll(): void {
  gc();
}

/** Bytes of what counts as old. */
export function oldBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => ['old_space', 'large_object_space'].includes(space_name))
    .reduce((sum, space) => sum + space.space_used_size, 0);
}
