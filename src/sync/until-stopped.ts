/** Does the work, but waits no longer than until the signal aborts. */
export async function untilStopped(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  let stop: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      // Once settled, the promise ignores whatever the work still says.
      work().then(resolve, reject);
    });
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
