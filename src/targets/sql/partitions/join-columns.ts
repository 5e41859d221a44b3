import { ConfigError } from '../../../sdk/errors.js';
import type { TableColumn } from '../../target.js';
import { widen, type InferredType } from '../../values/inferred-type.js';

/** Whether all integers that one side has in a column are exact as doubles. */
export type ExactOn = (side: 'table' | 'partition', column: string) => Promise<boolean>;

/**
 * The columns of a table that has the rows of both: those of the table, then those that only the partition has, each with
 * the narrowest type that holds the values of both. It does not depend on which of two partitions came first, but for the
 * order of the columns.
 *
 * @param table the columns that it has, or gets by partitions before this one; null: there is no table
 * @throws ConfigError SCHEMA_CONFLICT where a declared column is another type on the other side
 */
export async function joinColumns(
  name: string,
  table: readonly TableColumn[] | null,
  partition: readonly TableColumn[],
  exactOn: ExactOn,
): Promise<readonly TableColumn[]> {
  if (table === null) return partition;
  const mine = new Map(partition.map((column) => [column.name, column]));
  const joined: TableColumn[] = [];
  let isChanged = false;
  for (const there of table) {
    const here = mine.get(there.name);
    mine.delete(there.name);
    const column = here ? await joinColumn(name, there, here, exactOn) : there;
    isChanged ||= column !== there;
    joined.push(column);
  }
  refuseTwins(name, joined, mine);
  return isChanged || mine.size > 0 ? [...joined, ...mine.values()] : table;
}

async function joinColumn(
  table: string,
  there: TableColumn,
  here: TableColumn,
  exactOn: ExactOn,
): Promise<TableColumn> {
  const { name } = there;
  const type = await joinTypes(table, there, here, exactOn);
  const declared = there.declared || here.declared;
  // Declared as not null by one, and already null in rows of the other: nobody promises it of all rows.
  const nullable = there.nullable || here.nullable;
  const comment = here.comment ?? there.comment;
  const isSame =
    type === there.type &&
    declared === there.declared &&
    nullable === there.nullable &&
    comment === there.comment;
  return isSame ? there : { name, type, declared, nullable, ...(comment === undefined ? {} : { comment }) };
}

async function joinTypes(
  table: string,
  there: TableColumn,
  here: TableColumn,
  exactOn: ExactOn,
): Promise<TableColumn['type']> {
  if (there.type === here.type || here.type === null) return there.type;
  if (there.type === null) return here.type;
  if (there.declared || here.declared) {
    throw new ConfigError(
      `column "${there.name}" of table "${table}" is ${there.type} there, and ${here.type} in a partition`,
      { code: 'SCHEMA_CONFLICT', details: { table, column: there.name } },
    );
  }
  const sideOfIntegers =
    there.type === 'bigint' && here.type === 'double'
      ? 'table'
      : there.type === 'double' && here.type === 'bigint'
        ? 'partition'
        : undefined;
  const isExact = sideOfIntegers !== undefined && (await exactOn(sideOfIntegers, there.name));
  return widen(there.type as InferredType, here.type as InferredType, isExact);
}

/** A partition knows only its own columns, so another one may have used the name in another case. */
function refuseTwins(
  table: string,
  joined: readonly TableColumn[],
  added: ReadonlyMap<string, TableColumn>,
): void {
  if (added.size === 0) return;
  const folded = new Map(joined.map(({ name }) => [name.toLowerCase(), name]));
  for (const name of added.keys()) {
    const twin = folded.get(name.toLowerCase());
    if (twin === undefined) continue;
    throw new ConfigError(`columns "${twin}" and "${name}" of table "${table}" differ in case only`, {
      code: 'COLUMN_NAME_INVALID',
      details: { table, column: name },
    });
  }
}
