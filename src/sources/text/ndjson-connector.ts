import type { Emission, ReadRequest } from '../../sdk/connector.js';
import { readIncrementally } from '../../sdk/cursor/read-incrementally.js';
import { rowPages } from '../../sdk/decode/row-pages.js';
import type { ReadSchema, Row } from '../../sdk/schema.js';
import { sourceCursor } from '../cursor/source-cursor.js';
import type { SourceChoice } from '../source.js';
import { TextFile } from './text-file.js';
import { SourceConnector } from '../source-connector.js';

/** What an {@link NdjsonConnector} reads. */
export interface NdjsonOptions {
  /** The file, as the user wrote it. */
  readonly label: string;
  readonly path: string;
  readonly choice: SourceChoice;
}

/** Reads a file with one JSON object a line. Its columns are inferred from the rows, as those of a connector are. */
export class NdjsonConnector extends SourceConnector {
  readonly #options: NdjsonOptions;
  #file: TextFile | undefined;

  constructor(options: NdjsonOptions) {
    super();
    this.#options = options;
  }

  override getReadSchema(): ReadSchema {
    const { primaryKey = [], cursor } = this.#options.choice;
    return { primaryKey, incremental: cursor !== undefined };
  }

  async *generateRows({ state, recordsLimit }: ReadRequest): AsyncGenerator<Emission, void> {
    const { cursor: column, primaryKey: key = [] } = this.#options.choice;
    if (column === undefined) {
      yield* this.#rows();
      return;
    }
    // The rows of a file have no order that could be asked for.
    const cursor = sourceCursor({ column, type: undefined, key, state, order: 'unknown' });
    yield* readIncrementally(cursor, this.#rows(), recordsLimit);
  }

  override async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async *#rows(): AsyncGenerator<readonly Row[], void> {
    const { path, label } = this.#options;
    const file = await TextFile.open(path, label);
    this.#file = file;
    try {
      yield* rowPages(file.bytes(), 'ndjson');
    } catch (error) {
      throw file.explain(error, 1);
    }
  }
}
