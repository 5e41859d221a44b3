/**
 * Orders ids of one scheme by their first dimension, then by the next: times from the first to the last, other values by
 * their characters' codes.
 */
export function comparePartitions(a: string, b: string): number {
  const others = b.split('|');
  for (const [index, value] of a.split('|').entries()) {
    const other = others[index];
    if (other === undefined) return 1;
    // Periods have a fixed width, so that their text sorts as their time does.
    if (value !== other) return value < other ? -1 : 1;
  }
  return others.length > a.split('|').length ? -1 : 0;
}
