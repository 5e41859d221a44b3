import { RowError } from '../../sdk/errors.js';
import { problemText } from '../../sdk/problem-text.js';
import type { Row } from '../../sdk/schema.js';
import { normaliseSchema } from '../../sync/normalise-schema.js';
import type { TableColumn } from '../../targets/target.js';
import { valueReader } from '../../targets/values/read-value.js';
import { fieldReader } from '../../targets/values/row-field.js';
import { failed, ok, skipped, warning, type Check, type Finding } from './check.js';
import { columnsSeen, failedCheck, isSync, tablesSeen, whyNoRows, type SeenTable } from './reading.js';
import type { Recording } from './recording.js';
import { counted, listed } from './wording.js';

/** The declared columns hold for the rows; the others are inferred. */
export const schemaCheck: Check = {
  name: 'schema',
  looksAt: 'source',
  needs: ['config', 'partition'],
  async run(subject) {
    const reading = await subject.reading();
    const { error, recording } = reading;
    if (error && failedCheck(reading) === 'schema') {
      // A run says the first value that does not fit; here are all columns that have one.
      const problems = error.code === 'ROW_INVALID' ? declaredProblems(recording) : [];
      return failed(problems.length === 0 ? error : new RowError(problemText(problems), { cause: error }));
    }
    const reason = whyNoRows(reading);
    if (reason !== undefined) return skipped(reason);
    const [table] = tablesSeen(recording);
    if (!table || isSync(recording)) return tablesFinding(tablesSeen(recording), error !== undefined);
    const columns = columnsSeen(table);
    const unseen = unseenOf(table);
    if (unseen.length === 0) return ok(summary(columns, recording.rows.length));
    return warning(
      `declared, but not seen in ${counted(recording.rows.length, 'row')}: ${listed(unseen)}${inferredText(columns, ' besides')}`,
      'Correct the names in getReadSchema, or leave the columns out.',
    );
  },
};

/** Every table of a sync in one sentence. */
function tablesFinding(tables: readonly SeenTable[], wasCut: boolean): Finding {
  const unknown = tables.filter(({ declared }) => !declared).map(({ name }) => name ?? '');
  if (unknown.length > 0 && unknown.length < tables.length) {
    return warning(
      `operations name tables that are not declared, so their rows are only added: ${listed(unknown)}`,
      'Declare them in getReadSchema, with their primaryKey.',
    );
  }
  const unseen = tables.flatMap((table) =>
    wasCut || table.allRows.length === 0
      ? []
      : unseenOf(table).map((column) => `${table.name ?? ''}.${column}`),
  );
  if (unseen.length > 0) {
    return warning(
      `declared, but not seen in any row: ${listed(unseen)}`,
      'Correct the names in getReadSchema, or leave the columns out.',
    );
  }
  return ok(
    tables
      .map((table) => {
        const rows = table.allRows.length;
        return `${table.name ?? ''}: ${rows === 0 ? 'no rows' : summary(columnsSeen(table), rows)}`;
      })
      .join('; '),
  );
}

function unseenOf(table: SeenTable): string[] {
  return columnsSeen(table)
    .filter((column) => !isSeen(column, table.allRows))
    .map(({ name }) => name);
}

function summary(columns: readonly TableColumn[], rows: number): string {
  const declared = columns.filter((column) => column.declared).length;
  if (declared === 0) return `no columns declared${inferredText(columns, ` from ${counted(rows, 'row')}`)}`;
  const hold = declared === 1 ? 'holds' : 'hold';
  return `${counted(declared, 'declared column')} ${hold} for ${counted(rows, 'row')}${inferredText(columns, ' besides')}`;
}

function inferredText(columns: readonly TableColumn[], how: string): string {
  const inferred = columns.filter((column) => !column.declared).map(typeText);
  return inferred.length === 0 ? '' : `; inferred${how}: ${listed(inferred)}`;
}

function typeText({ name, type }: TableColumn): string {
  return `${name} ${type ?? '(only nulls)'}`;
}

function isSeen({ name }: TableColumn, rows: readonly Row[]): boolean {
  const read = fieldReader(name);
  return rows.some((row) => read(row) !== undefined);
}

/** A sentence for each declared column that has values it does not take, or no value where there must be one. */
function declaredProblems({ schema, rows }: Recording): string[] {
  return normaliseSchema(schema).columns.flatMap((column) => {
    const read = fieldReader(column.name);
    const convert = valueReader(column.type);
    const missing: number[] = [];
    const unfit: number[] = [];
    rows.forEach((row, index) => {
      const value = read(row);
      if (value === null || value === undefined) missing.push(index + 1);
      else if (convert(value) === undefined) unfit.push(index + 1);
    });
    const name = `column "${column.name}"`;
    return [
      ...inRows(unfit, rows, `${name} does not take the value as ${column.type ?? 'string'}`),
      ...(column.nullable ? [] : inRows(missing, rows, `${name} has no value, but must have one,`)),
    ];
  });
}

function inRows(numbers: readonly number[], rows: readonly Row[], what: string): string[] {
  const [first] = numbers;
  if (first === undefined) return [];
  return [`${what} in ${numbers.length} of ${counted(rows.length, 'row')}, first in row ${first}`];
}
