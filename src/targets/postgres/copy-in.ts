import { once } from 'node:events';
import type { CopyStreamQuery } from 'pg-copy-streams';
import { rowNumber, type RowBatch } from '../target.js';

/** Batches that are remembered: the server says soon which line it refuses. */
const REMEMBERED = 64;

/** Lines of one batch. */
interface SentBatch {
  /** Number of its first line in the COPY, from 1. */
  readonly firstLine: number;
  readonly lines: number;
  readonly firstRow: number;
  readonly numbers: readonly number[] | undefined;
}

/** One `COPY ... FROM STDIN` that goes on. */
export class CopyIn {
  readonly sql: string;
  readonly #stream: CopyStreamQuery;
  #lines = 0;
  #sent: SentBatch[] = [];
  #failure: Error | undefined;

  /** @param onFailure told of what the server, or the way to it, failed with */
  constructor(sql: string, stream: CopyStreamQuery, onFailure: (error: Error) => void) {
    this.sql = sql;
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure ??= this.#withRow(error);
      onFailure(error);
    });
  }

  /**
   * Sends the lines of a batch. An error of the server may come with a later call, or at the end.
   * @param lines whole ones; they are not to be changed any more
   */
  async write(
    lines: Buffer,
    { firstRow, numbers, rows }: Pick<RowBatch, 'firstRow' | 'numbers' | 'rows'>,
  ): Promise<void> {
    this.#throwIfFailed();
    this.#sent.push({ firstLine: this.#lines + 1, lines: rows.length, firstRow, numbers });
    if (this.#sent.length > REMEMBERED) this.#sent.shift();
    this.#lines += rows.length;
    if (this.#stream.write(lines)) return;
    await this.#settled('drain');
    this.#throwIfFailed();
  }

  /** Ends it; the rows are in the table afterwards. */
  async end(): Promise<void> {
    this.#throwIfFailed();
    this.#stream.end();
    await this.#settled('finish');
    this.#throwIfFailed();
  }

  /** Ends it without its rows. Never throws. */
  async drop(): Promise<void> {
    if (this.#failure) return;
    this.#stream.destroy(new Error('given up'));
    if (!this.#stream.closed) await this.#settled('close');
  }

  async #settled(event: 'drain' | 'finish' | 'close'): Promise<void> {
    // The listener of the constructor keeps the error.
    await once(this.#stream, event).catch(() => undefined);
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
  }

  /** The number of the row in the run, where the server named the line. */
  #withRow(error: Error): Error {
    const line = Number(/^COPY .*, line (\d+)/.exec((error as { where?: string }).where ?? '')?.[1]);
    const batch = this.#sent.find(({ firstLine, lines }) => line >= firstLine && line < firstLine + lines);
    if (!batch) return error;
    const { firstRow, numbers } = batch;
    const index = line - batch.firstLine;
    return Object.assign(error, {
      row: rowNumber({ rows: [], firstRow, ...(numbers && { numbers }) }, index),
    });
  }
}
