import type { RejectedSchema } from '../rejected-rows.js';
import type { TableColumn } from '../target.js';

/** What is kept of a table with its rejected rows; undefined: the source declared nothing. */
export function rejectedSchema(
  columns: readonly TableColumn[],
  primaryKey: readonly string[],
): RejectedSchema | undefined {
  const declared = columns.flatMap(({ name, type, declared: isDeclared, nullable }) =>
    isDeclared && type !== null ? [{ name, type, nullable }] : [],
  );
  if (declared.length === 0 && primaryKey.length === 0) return undefined;
  return {
    ...(declared.length > 0 ? { columns: declared } : {}),
    ...(primaryKey.length > 0 ? { primaryKey } : {}),
  };
}
