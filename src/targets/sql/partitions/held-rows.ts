/** Rows that one partition may hold in memory. */
const MAX_ROWS = 512;
/** Bytes that all partitions together may hold, about. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Bounds the rows that partitions hold in memory until their commit. */
export class HeldRows {
  #bytes = 0;

  /**
   * Takes room for further rows.
   *
   * @param rows of the partition, with those that it holds already
   * @returns false: they need a stage
   */
  take(rows: number, bytes: number): boolean {
    if (rows > MAX_ROWS || this.#bytes + bytes > MAX_BYTES) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}
