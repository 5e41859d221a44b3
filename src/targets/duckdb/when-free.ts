import { isHostError, type HostError } from '../../sdk/errors.js';

/** Milliseconds between two tries. */
const TRY_EVERY_MS = 200;

/** How long to wait for a database that another process holds. */
export interface LockWait {
  /** Default 0: not at all. */
  readonly lockTimeoutMs?: number | undefined;
  /** Told once, before the first wait, who holds the database. */
  readonly onWait?: ((busy: HostError) => void) | undefined;
  /** Ends the wait at once; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens something, again and again while another process holds it.
 *
 * @param open throws HostErrors
 * @throws what `open` threw last; TARGET_BUSY when the time was over
 */
export async function whenFree<T>(
  open: () => Promise<T>,
  { lockTimeoutMs = 0, onWait, signal }: LockWait,
): Promise<T> {
  const until = performance.now() + lockTimeoutMs;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await open();
    } catch (error) {
      const left = until - performance.now();
      if (!isHostError(error) || error.code !== 'TARGET_BUSY' || left <= 0) throw error;
      if (isFirst) onWait?.(error);
      await pause(Math.min(TRY_EVERY_MS, left), signal);
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
  signal?.throwIfAborted();
}
