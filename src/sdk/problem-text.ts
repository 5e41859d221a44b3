/** One problem as its sentence; several as a count and a line each. */
export function problemText(problems: readonly string[]): string {
  const [only] = problems;
  if (problems.length === 1 && only !== undefined) return only;
  return [`${problems.length} problems:`, ...problems].join('\n  - ');
}
