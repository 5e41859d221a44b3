import { ConnectorError } from '../sdk/errors.js';
import { isOperation, type Operation } from '../sdk/operations.js';

/** What a connector may yield. */
export type EmissionKind = 'row' | 'page' | 'operation';

const KINDS: ReadonlySet<string> = new Set(['upsert', 'update', 'delete', 'deleteWhere', 'truncate']);

/**
 * Tells rows, pages of rows and operations apart, and refuses everything else.
 *
 * @param rowsBefore how many rows came before, for errors
 * @throws ConnectorError for what is none of them
 */
export function emissionKind(emission: unknown, rowsBefore: number): EmissionKind {
  if (!Array.isArray(emission)) {
    if (typeof emission === 'object' && emission !== null && isOperation(emission)) {
      checkOperation(emission, rowsBefore);
      return 'operation';
    }
    checkRow(emission, rowsBefore);
    return 'row';
  }
  checkRows(emission, rowsBefore);
  return 'page';
}

function checkRows(rows: readonly unknown[], rowsBefore: number): void {
  // Not `entries`, which costs an object a row.
  for (let i = 0; i < rows.length; i += 1) checkRow(rows[i], rowsBefore + i, 'a page with ');
}

function checkRow(value: unknown, rowsBefore: number, container = ''): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw notARow(value, rowsBefore + 1, container);
  }
  if (isOperation(value)) {
    throw new ConnectorError(
      `generateRows yielded ${container}the operation "${value.kind}" after ${rowsBefore} rows`,
      { code: 'OPERATION_INVALID', action: 'Yield each operation by itself.' },
    );
  }
  if (isForeign(value)) throw notARow(value, rowsBefore + 1, container);
}

/** By hand, since an operation may come from another copy of the package, or be made by no copy at all. */
function checkOperation(operation: Operation, rowsBefore: number): void {
  if (operation.kind === 'checkpoint') return;
  const kind: string = operation.kind;
  if (!KINDS.has(kind)) throw invalid(`generateRows yielded the unknown operation ${JSON.stringify(kind)}`);
  if (typeof operation.table !== 'string' || operation.table === '') {
    throw invalid(`generateRows yielded the operation "${kind}" without the name of a table`);
  }
  if (operation.kind === 'deleteWhere') checkRow(operation.columns, rowsBefore, 'an operation with ');
  else if (operation.kind !== 'truncate') {
    const rows: unknown = operation.kind === 'delete' ? operation.keys : operation.rows;
    if (!Array.isArray(rows)) throw invalid(`the operation "${kind}" on "${operation.table}" has no rows`);
    checkRows(rows, rowsBefore);
  }
}

function invalid(message: string): ConnectorError {
  return new ConnectorError(message, { code: 'OPERATION_INVALID' });
}

/** Objects of the language's own: a promise without its await, a Map, a Date. They have no columns, so all would be lost. */
function isForeign(value: object): boolean {
  // Almost every row has a column, which is the cheapest to find out.
  for (const _name in value) return false;
  return Object.prototype.toString.call(value) !== '[object Object]';
}

function notARow(value: unknown, row: number, container = ''): ConnectorError {
  return new ConnectorError(
    `generateRows yielded ${container}${nameOf(value)} as row ${row}; a row must be an object`,
    { code: 'EMISSION_INVALID', details: { row } },
  );
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  return `a ${Object.prototype.toString.call(value).slice('[object '.length, -1)}`;
}
