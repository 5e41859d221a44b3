import type { Row } from '../schema.js';
import { CSV_OPTIONS, CsvRecords, type CsvForm } from './csv-records.js';

type Done = (error?: Error | null) => void;

/**
 * Gives the rows that each part of a CSV body completes.
 *
 * @throws DecodeError for what `decodeCsv` refuses
 */
export async function* csvBatches(
  body: AsyncIterable<Uint8Array>,
  form: CsvForm = {},
): AsyncGenerator<readonly Row[]> {
  const { parse } = await import('csv-parse');
  const { delimiter = ',', tellsNulls = false } = form;
  const rows = new CsvRecords(form);
  const parser = parse({ ...CSV_OPTIONS, delimiter, ...(tellsNulls ? { cast: nullOrText } : {}) });
  // Buffered and read one by one, as streams do it, the records would cost as much again.
  let records: (string | null)[][] = [];
  const end = parser.push.bind(parser, null);
  parser.push = (record: (string | null)[] | null) => (record === null ? end() : records.push(record) > 0);
  // A failure reaches the callback of the step that caused it.
  parser.on('error', () => undefined);

  const step = async (start: (done: Done) => void): Promise<Row[]> => {
    const failure = await new Promise<Error | null | undefined>(start);
    const batch = rows.toRows(records);
    records = [];
    if (failure) throw rows.explain(failure);
    return batch;
  };
  for await (const chunk of body) yield await step((done) => parser.write(chunk, done));
  yield await step((done) => parser.end(done));
}

/** A field that is empty and not in quotes. */
function nullOrText(text: string, { quoting }: { readonly quoting: boolean }): string | null {
  return text === '' && !quoting ? null : text;
}
