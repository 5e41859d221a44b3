import { ConfigError } from '../../sdk/errors.js';
import type { TableColumn } from '../target.js';
import { valueReader } from '../values/read-value.js';
import { fieldReader } from '../values/row-field.js';
import type { Segment, StagedRemoval } from './segments.js';

/** The removals of a segment in the terms of its table. */
export interface PossibleRemovals {
  /** The columns by which they remove, as the table has them; none: they remove every row. */
  readonly columns: readonly TableColumn[];
  readonly removals: readonly StagedRemoval[];
}

/**
 * Leaves out the removals that no row can equal: those that name a value in a column that the table does not have, or a
 * value that its inferred type cannot hold. In a column that is not there every row has no value, which equals null.
 *
 * @param table name of the table, for errors
 * @throws ConfigError for a column that has another name but for case
 */
export function possibleRemovals(
  { columns: names, removals }: Segment,
  columns: readonly TableColumn[],
  table: string,
): PossibleRemovals {
  const known = columns.filter(({ name }) => names.includes(name));
  const unknown = names.filter((name) => !known.some((column) => column.name === name));
  for (const name of unknown) refuseOtherCase(name, columns, table);
  const fields = [
    ...unknown.map((name) => ({ read: fieldReader(name), takes: () => false })),
    // A value that does not fit a declared column is an error, as in a row.
    ...known
      .filter(({ declared }) => !declared)
      .map(({ name, type }) => {
        const convert = valueReader(type);
        return { read: fieldReader(name), takes: (value: unknown) => convert(value) !== undefined };
      }),
  ];
  return {
    columns: known.map((column) => ({ ...column, nullable: true })),
    removals: removals.filter(({ where }) =>
      fields.every(({ read, takes }) => (read(where) ?? null) === null || takes(read(where))),
    ),
  };
}

function refuseOtherCase(name: string, columns: readonly TableColumn[], table: string): void {
  const twin = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (!twin) return;
  throw new ConfigError(`columns "${twin.name}" and "${name}" of table "${table}" differ in case only`, {
    code: 'COLUMN_NAME_INVALID',
    details: { table, column: name },
  });
}
