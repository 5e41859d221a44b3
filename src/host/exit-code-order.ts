/** Of the exit codes of several runs, the first of these is the one of all. Others come after them. */
const EXIT_CODES = [130, 143, 4, 2, 3, 6, 5, 75];

/** How bad an exit code is beside others: the smallest rank decides. 0 is no failure, and comes last. */
export function exitCodeRank(exitCode: number): number {
  if (exitCode === 0) return EXIT_CODES.length + 1;
  const rank = EXIT_CODES.indexOf(exitCode);
  return rank === -1 ? EXIT_CODES.length : rank;
}

/** The exit code of several runs together. */
export function worstExitCode(exitCodes: Iterable<number>): number {
  let worst = 0;
  for (const exitCode of exitCodes) if (exitCodeRank(exitCode) < exitCodeRank(worst)) worst = exitCode;
  return worst;
}
