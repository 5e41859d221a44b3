import { ConnectorError } from '../sdk/errors.js';
import { isOperation } from '../sdk/operations.js';
import type { Row } from '../sdk/schema.js';

/**
 * Tells a page of rows from a single row, and refuses everything else that a connector may yield.
 *
 * @param rowsBefore how many rows came before, for errors
 * @throws ConnectorError for what is neither a row nor a page of rows
 */
export function isPage(emission: unknown, rowsBefore: number): emission is readonly Row[] {
  if (!Array.isArray(emission)) {
    checkRow(emission, rowsBefore);
    return false;
  }
  // Not `entries`, which costs an object a row.
  for (let i = 0; i < emission.length; i += 1) checkRow(emission[i], rowsBefore + i, 'a page with ');
  return true;
}

function checkRow(value: unknown, rowsBefore: number, container = ''): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw notARow(value, rowsBefore + 1, container);
  }
  if (isOperation(value)) {
    throw new ConnectorError(
      `generateRows yielded ${container}the operation "${value.kind}" after ${rowsBefore} rows`,
      { code: 'OPERATION_UNSUPPORTED' },
    );
  }
  if (isForeign(value)) throw notARow(value, rowsBefore + 1, container);
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
