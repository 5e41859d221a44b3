import { RowError } from '../../sdk/errors.js';
import type { RefusedRow } from '../../sdk/writer/index.js';
import type { RejectedRow, RejectedSchema } from '../rejected-rows.js';

/** A code is a word; what is longer may be a sentence with values of the row. */
const CODE = /^[\w.:-]{1,60}$/;

/** A refused row as it is kept aside. */
export function toRejected(
  table: string,
  schema: RejectedSchema | undefined,
  refused: RefusedRow,
): RejectedRow {
  const { row, number, operation, code, message, attempts, request, status, response } = refused;
  return {
    table,
    number,
    code,
    reason: message,
    row,
    operation,
    attempts,
    ...(schema ? { schema } : {}),
    ...(request === undefined ? {} : { request }),
    ...(status === undefined ? {} : { status }),
    ...(response === undefined ? {} : { response }),
  };
}

/** The error of a run that takes no refused rows. Says nothing of the row but its number. */
export function refusedRow({ table, number, code, status }: RejectedRow, connector: string): RowError {
  const words = [...(status === undefined ? [] : [String(status)]), ...(CODE.test(code) ? [code] : [])];
  const answer = [...new Set(words)].join(' ');
  return new RowError(
    `row ${number} of table "${table}" was refused by ${connector}${answer === '' ? '' : `: ${answer}`}`,
    { code: 'ROW_REFUSED', details: { table, row: number, ...(status === undefined ? {} : { status }) } },
  );
}
