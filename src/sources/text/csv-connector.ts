import type { Emission, ReadRequest } from '../../sdk/connector.js';
import type { ColumnType } from '../../sdk/column-types.js';
import { readIncrementally } from '../../sdk/cursor/read-incrementally.js';
import { rowPages } from '../../sdk/decode/row-pages.js';
import type { ReadSchema, Row } from '../../sdk/schema.js';
import { setField } from '../../targets/values/row-field.js';
import { sourceCursor } from '../cursor/source-cursor.js';
import { checkColumns } from '../known-columns.js';
import type { SourceChoice } from '../source.js';
import { TextColumn } from './infer-text-type.js';
import { TextFile } from './text-file.js';
import { SourceConnector } from '../source-connector.js';

/** What a {@link CsvConnector} reads. */
export interface CsvOptions {
  /** The file, as the user wrote it. */
  readonly label: string;
  readonly path: string;
  readonly delimiter: ',' | '\t';
  readonly choice: SourceChoice;
  readonly didYouMean: (name: string, candidates: readonly string[]) => string;
  readonly signal: AbortSignal;
}

interface CsvColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** What the first read of the file found out. */
interface Facts {
  readonly columns: readonly CsvColumn[];
  /** Whether an empty text may stand in it, which is `""`. */
  readonly hasQuotedQuotes: boolean;
}

/** Reads a CSV file twice: the types of its columns first, from all of its values, then its rows. */
export class CsvConnector extends SourceConnector {
  readonly #options: CsvOptions;
  #file: TextFile | undefined;
  #facts: Facts | undefined;

  constructor(options: CsvOptions) {
    super();
    this.#options = options;
  }

  override async getReadSchema(): Promise<ReadSchema> {
    const { choice, label, path, didYouMean } = this.#options;
    this.#file = await TextFile.open(path, label);
    const facts = await this.#look(this.#file);
    this.#facts = facts;
    const names = facts.columns.map(({ name }) => name);
    if (names.length > 0) checkColumns(label, choice, names, didYouMean);
    return {
      columns: facts.columns,
      primaryKey: names.length > 0 ? (choice.primaryKey ?? []) : [],
      incremental: choice.cursor !== undefined,
    };
  }

  async *generateRows({ state, recordsLimit }: ReadRequest): AsyncGenerator<Emission, void> {
    const { choice } = this.#options;
    const column = this.#facts?.columns.find(({ name }) => name === choice.cursor);
    if (!column) {
      yield* this.#rows();
      return;
    }
    const key = choice.primaryKey ?? [];
    // The rows of a file have no order that could be asked for.
    const cursor = sourceCursor({ column: column.name, type: column.type, key, state, order: 'unknown' });
    yield* readIncrementally(cursor, this.#rows(), recordsLimit);
  }

  override async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** The first read. */
  async #look(file: TextFile): Promise<Facts> {
    const { delimiter, signal } = this.#options;
    let names: readonly string[] = [];
    const onHeader = (header: readonly string[]): void => void (names = header);
    let columns: TextColumn[] | undefined;
    const quotes = new QuotedQuotes();
    try {
      for await (const page of rowPages(quotes.watch(file.bytes()), 'csv', { delimiter, onHeader })) {
        signal.throwIfAborted();
        columns ??= names.map(() => new TextColumn());
        for (const [i, column] of columns.entries()) {
          const name = names[i] as string;
          for (const row of page) {
            const text = row[name] as string;
            if (text !== '') column.add(text);
          }
        }
      }
    } catch (error) {
      throw file.explain(error, 2);
    }
    return {
      columns: names.map((name, i) => ({ name, type: columns?.[i]?.type ?? 'string' })),
      hasQuotedQuotes: quotes.found,
    };
  }

  async *#rows(): AsyncGenerator<readonly Row[], void> {
    const file = this.#file;
    const facts = this.#facts;
    // getReadSchema comes first, always.
    if (!file || !facts) throw new Error('the file is not open');
    const { delimiter } = this.#options;
    const tellsNulls = facts.hasQuotedQuotes;
    const fields = facts.columns.map(({ name, type }) => ({ name, read: reader(type, tellsNulls) }));
    try {
      for await (const page of rowPages(file.bytes(), 'csv', { delimiter, tellsNulls })) {
        for (const { name, read } of fields) {
          for (const row of page) setField(row, name, read(row[name] as string | null));
        }
        yield page;
      }
    } catch (error) {
      throw file.explain(error, 2);
    }
  }
}

/** What a field says, as a value of its column's type. Text that does not read is left to the engine to refuse. */
function reader(type: ColumnType, tellsNulls: boolean): (text: string | null) => unknown {
  const orNull =
    (read: (text: string) => unknown) =>
    (text: string | null): unknown =>
      text === null || text === '' ? null : read(text);
  switch (type) {
    case 'bigint':
      return orNull(integer);
    case 'double':
      return orNull((text) => (Number.isNaN(Number(text)) ? text : Number(text)));
    case 'boolean':
      return orNull((text) => (text === 'true' ? true : text === 'false' ? false : text));
    case 'string':
      return tellsNulls ? (text) => text : orNull((text) => text);
    default:
      return orNull((text) => text);
  }
}

function integer(text: string): number | bigint | string {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  return /^-?\d+$/.test(text) ? BigInt(text) : text;
}

const QUOTE = 0x22;

/** Looks for two quotes in a row, the only way to write an empty text that is not null. */
class QuotedQuotes {
  found = false;

  async *watch(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let endsInQuote = false;
    for await (const chunk of bytes) {
      const isCompressed = chunk[0] === 0x1f;
      // What a compressed file holds shows only later.
      this.found ||= isCompressed || (endsInQuote && chunk[0] === QUOTE) || Buffer.from(chunk).includes('""');
      endsInQuote = chunk.at(-1) === QUOTE;
      yield chunk;
    }
  }
}
