/** Text on one line, cut between words, so that no part of a secret is left that would not be known as one. */
export function shortened(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length).replace(/\S*$/, '')}…`;
}
