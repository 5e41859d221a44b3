import { ConnectorError, RowError, type HostError } from '../../sdk/errors.js';
import { normaliseSchema } from '../../sync/normalise-schema.js';
import { jsonText } from '../../targets/values/json-text.js';
import { valueReader } from '../../targets/values/read-value.js';
import { fieldReader } from '../../targets/values/row-field.js';
import { failed, ok, type Check } from './check.js';
import { columnNames, columnsSeen, failedCheck, isSync, tablesSeen, type SeenTable } from './reading.js';
import type { Recording } from './recording.js';
import { counted, listed } from './wording.js';

/** A key may be the connector's own, or come from whoever runs it. */
const KEY_PLACE = 'in getReadSchema or in the parameter that it comes from';

/** Every row has the declared key, and none has that of another, across pages too. */
export const keyCheck: Check = {
  name: 'key',
  looksAt: 'rows',
  needs: ['config', 'partition'],
  async run(subject) {
    const reading = await subject.reading();
    const { recording } = reading;
    if (reading.error && failedCheck(reading) === 'key') return failed(reading.error);
    if (isSync(recording)) return ok(tablesSeen(recording).map(keyText).join('; '));
    const { primaryKey } = normaliseSchema(recording.schema);
    if (primaryKey.length === 0) return ok('no key is declared: rows are only appended or overwritten');
    const missing = unknownColumn(recording, primaryKey) ?? missingKey(recording, primaryKey);
    if (missing) return failed(missing);
    const [table] = tablesSeen(recording);
    const keys = table ? keysOf(table, primaryKey) : [];
    const repeated = repeatedKey(recording, primaryKey, keys);
    if (repeated) return failed(repeated);
    const unfit = keys.filter((key) => key === undefined).length;
    const among = unfit === 0 ? '' : ` of the ${keys.length - unfit} that fit their type`;
    return ok(
      `${primaryKey.join(', ')}: in each of ${counted(keys.length, 'row')}, and no two${among} are the same`,
    );
  },
};

/** In a sync a run refuses a row without its key, and one that comes again replaces the one before. */
function keyText(table: SeenTable): string {
  const { name = '', declared, rows } = table;
  const key = declared?.primaryKey ?? [];
  if (key.length === 0) return `${name}: no key, so rows are only added`;
  const again = rows.length - new Set(keysOf(table, key)).size;
  const what = `${name} (${key.join(', ')})`;
  if (rows.length === 0) return `${what}: no rows`;
  return `${what}: in each of ${counted(rows.length, 'row')}, ${again === 0 ? 'and no two are the same' : `${again} of them written again`}`;
}

function unknownColumn({ rows }: Recording, primaryKey: readonly string[]): HostError | undefined {
  const seen = columnNames(rows);
  const unknown = primaryKey.find((name) => !seen.includes(name));
  if (unknown === undefined) return undefined;
  return new RowError(
    `the key names the column "${unknown}", but there is no such column in ${counted(rows.length, 'row')}; the columns: ${listed(seen)}`,
    { action: `Correct the primary key ${KEY_PLACE}.`, details: { column: unknown, row: 1 } },
  );
}

function missingKey({ rows }: Recording, primaryKey: readonly string[]): HostError | undefined {
  for (const name of primaryKey) {
    const read = fieldReader(name);
    const missing = rows.flatMap((row, index) => ((read(row) ?? null) === null ? [index + 1] : []));
    const [row] = missing;
    if (row === undefined) continue;
    return new RowError(
      `column "${name}" of the key has no value in ${missing.length} of ${counted(rows.length, 'row')}, first in row ${row}`,
      {
        action: `Give every row a value at the source, or choose another primary key ${KEY_PLACE}.`,
        details: { column: name, row },
      },
    );
  }
  return undefined;
}

/** The key of each row as a text; undefined: a value does not fit its column's type, which the schema check says. */
function keysOf(table: SeenTable, primaryKey: readonly string[]): (string | undefined)[] {
  const types = new Map(columnsSeen(table).map(({ name, type }) => [name, type]));
  // In the form of the column's type: 1 and "1" are the same key of a column of text.
  const fields = primaryKey.map((name) => ({
    read: fieldReader(name),
    form: valueReader(types.get(name) ?? null),
  }));
  return table.rows.map((row) => {
    const values = fields.map(({ read, form }) => form(read(row)));
    return values.includes(undefined) ? undefined : jsonText(values);
  });
}

function repeatedKey(
  { rows, pageNumbers }: Recording,
  primaryKey: readonly string[],
  keys: readonly (string | undefined)[],
): HostError | undefined {
  const firstByKey = new Map<string, number>();
  let count = 0;
  let pair: [first: number, second: number] | undefined;
  for (const [index, key] of keys.entries()) {
    if (key === undefined) continue;
    const first = firstByKey.get(key);
    if (first === undefined) firstByKey.set(key, index);
    else {
      count += 1;
      pair ??= [first, index];
    }
  }
  if (!pair) return undefined;
  const [first, second] = pair;
  const pages = [pageNumbers[first], pageNumbers[second]];
  const areApart = pages[0] !== pages[1];
  const where = areApart ? ` of pages ${pages[0] ?? 0} and ${pages[1] ?? 0}` : '';
  return new ConnectorError(
    `${counted(count, 'row')} of ${rows.length} ${count === 1 ? 'has' : 'have'} the key (${primaryKey.join(', ')}) of an earlier row: first rows ${first + 1} and ${second + 1}${where}`,
    {
      code: 'SCHEMA_INVALID',
      action: `${areApart ? 'Where pages overlap, correct the paging; else choose' : 'Choose'} as primary key the columns that together identify a row, ${KEY_PLACE}.`,
      details: { row: second + 1 },
    },
  );
}
