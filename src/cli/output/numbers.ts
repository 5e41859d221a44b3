const THOUSANDS = new Intl.NumberFormat('en-US');

/** `1 row`, `12,000 rows` */
export function rowCount(rows: number): string {
  return `${THOUSANDS.format(rows)} ${rows === 1 ? 'row' : 'rows'}`;
}

/** `3.1 MB`, in powers of 1000 */
export function byteCount(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? ''}`;
}

/** `0.42 s`, `3 min 20 s` */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(2)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
