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
  if (typeof emission !== 'object' || emission === null) throw notARow(emission, rowsBefore + 1);
  if (Array.isArray(emission)) {
    for (let i = 0; i < emission.length; i += 1) {
      const item: unknown = emission[i];
      if (typeof item !== 'object' || item === null || Array.isArray(item)) {
        throw notARow(item, rowsBefore + i + 1, 'a page with ');
      }
    }
    return true;
  }
  if (isOperation(emission)) {
    throw new ConnectorError(
      `generateRows yielded the operation "${emission.kind}" after ${rowsBefore} rows`,
      {
        code: 'OPERATION_UNSUPPORTED',
      },
    );
  }
  return false;
}

function notARow(value: unknown, row: number, container = ''): ConnectorError {
  return new ConnectorError(
    `generateRows yielded ${container}${nameOf(value)} as row ${row}; a row must be an object`,
    { code: 'EMISSION_INVALID', details: { row } },
  );
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}
