let isLeaving = false;

/** Ends the process. The only way out that {@link whenLeftOtherwise} does not take for somebody else's. */
export function leave(exitCode: number): never {
  isLeaving = true;
  process.exit(exitCode);
}

/**
 * Listens for an end of the process that the host did not decide on: a connector that calls process.exit. Whatever it
 * asked for, the command has not done its work.
 *
 * @param explain says so, synchronously
 * @returns the exit code is 3 then
 */
export function whenLeftOtherwise(explain: () => void): void {
  process.on('exit', () => {
    if (isLeaving) return;
    explain();
    process.exitCode = 3;
  });
}
