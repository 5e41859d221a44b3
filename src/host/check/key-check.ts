import { ConnectorError, RowError, type HostError } from '../../sdk/errors.js';
import { normaliseSchema } from '../../sync/normalise-schema.js';
import { jsonText } from '../../targets/values/json-text.js';
import { valueReader } from '../../targets/values/read-value.js';
import { fieldReader } from '../../targets/values/row-field.js';
import { failed, ok, type Check } from './check.js';
import { columnsSeen } from './reading.js';
import type { Recording } from './recording.js';
import { counted } from './wording.js';

/** Every row has the declared key, and none has that of another, across pages too. */
export const keyCheck: Check = {
  name: 'key',
  looksAt: 'rows',
  needs: ['config'],
  async run(subject) {
    const { recording } = await subject.reading();
    const { primaryKey } = normaliseSchema(recording.schema);
    if (primaryKey.length === 0) return ok('no key is declared: rows are only appended or overwritten');
    const error = missingKey(recording, primaryKey) ?? repeatedKey(recording, primaryKey);
    if (error) return failed(error);
    return ok(
      `${primaryKey.join(', ')}: in each of ${counted(recording.rows.length, 'row')}, and no two are the same`,
    );
  },
};

function missingKey({ rows }: Recording, primaryKey: readonly string[]): HostError | undefined {
  for (const name of primaryKey) {
    const read = fieldReader(name);
    const missing = rows.flatMap((row, index) => ((read(row) ?? null) === null ? [index + 1] : []));
    const [row] = missing;
    if (row === undefined) continue;
    return new RowError(
      `column "${name}" of the key has no value in ${missing.length} of ${counted(rows.length, 'row')}, first in row ${row}`,
      {
        action: 'Give every row a value at the source, or declare a primaryKey that every row has.',
        details: { column: name, row },
      },
    );
  }
  return undefined;
}

function repeatedKey(recording: Recording, primaryKey: readonly string[]): HostError | undefined {
  const { rows, pageNumbers } = recording;
  const types = new Map(columnsSeen(recording).map(({ name, type }) => [name, type]));
  // In the form of the column's type: 1 and "1" are the same key of a column of text.
  const fields = primaryKey.map((name) => ({
    read: fieldReader(name),
    form: valueReader(types.get(name) ?? null),
  }));
  const firstByKey = new Map<string, number>();
  let count = 0;
  let pair: [first: number, second: number] | undefined;
  rows.forEach((row, index) => {
    const key = jsonText(fields.map(({ read, form }) => form(read(row)))) ?? '';
    const first = firstByKey.get(key);
    if (first === undefined) firstByKey.set(key, index);
    else {
      count += 1;
      pair ??= [first, index];
    }
  });
  if (!pair) return undefined;
  const [first, second] = pair;
  const pages = [pageNumbers[first], pageNumbers[second]];
  const areApart = pages[0] !== pages[1];
  const where = areApart ? ` of pages ${pages[0] ?? 0} and ${pages[1] ?? 0}` : '';
  return new ConnectorError(
    `${counted(count, 'row')} of ${rows.length} ${count === 1 ? 'has' : 'have'} the key (${primaryKey.join(', ')}) of an earlier row: first rows ${first + 1} and ${second + 1}${where}`,
    {
      code: 'SCHEMA_INVALID',
      action: areApart
        ? 'Where pages overlap, correct the paging; else declare as primaryKey the columns that together identify a row.'
        : 'Declare as primaryKey the columns that together identify a row.',
      details: { row: second + 1 },
    },
  );
}
