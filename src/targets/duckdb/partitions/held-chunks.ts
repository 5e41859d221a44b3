import type { DuckDBDataChunk } from '@duckdb/node-api';

/** Chunks that all stages of a run may hold in memory: 2,048 rows each, about 300 KB and what long texts take. */
const MAX_CHUNKS = 400;

/** Types of columns that empty chunks are kept for: those of a few tables. */
const MAX_FORMS = 8;

/**
 * The chunks that the stages of a run hold. What they no longer need is written again: left to the garbage collector, which
 * takes a chunk for a few bytes, it would stay for long.
 */
export class HeldChunks {
  #count = 0;
  /** Empty ones, by the types of their columns. */
  readonly #spare = new Map<string, DuckDBDataChunk[]>();
  #spareCount = 0;

  /** Takes room for further chunks. @returns false: they have to go elsewhere */
  take(chunks: number): boolean {
    if (this.#count + chunks > MAX_CHUNKS) return false;
    this.#count += chunks;
    return true;
  }

  /** Gives room back, where no chunk was made of it. */
  give(chunks: number): void {
    this.#count -= chunks;
  }

  /** An empty chunk; undefined: there is none. @param form the types of its columns */
  spare(form: string): DuckDBDataChunk | undefined {
    const chunk = this.#spare.get(form)?.pop();
    if (chunk) this.#spareCount -= 1;
    return chunk;
  }

  /** Takes chunks back, whose rows nobody needs any more, with the room that they had. */
  release(form: string, chunks: readonly DuckDBDataChunk[]): void {
    this.give(chunks.length);
    for (const chunk of chunks) chunk.reset();
    // Those of types that have widened, or of tables before, are not wanted again.
    if (
      (!this.#spare.has(form) && this.#spare.size >= MAX_FORMS) ||
      this.#spareCount + chunks.length > MAX_CHUNKS
    ) {
      this.#spare.clear();
      this.#spareCount = 0;
    }
    this.#spare.set(form, [...(this.#spare.get(form) ?? []), ...chunks]);
    this.#spareCount += chunks.length;
  }
}
