/**
 * Waits for a step of someone else's code, but not for ever: one that never answers must not keep the process.
 *
 * @param milliseconds the longest time to wait; what the step does afterwards is ignored
 */
export async function within(milliseconds: number, step: unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  try {
    await Promise.race([step, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
