import { isHostError, type Exchange, type HostError, type RowResult } from 'connector-host';
import { exchangeOf, readAnswer, type Answer } from './read-answer.js';
import type { AnswerSettings } from './answer-settings.js';

/** What became of a row that had a request of its own. */
export interface RowOutcome {
  readonly result: RowResult;
  /** Of a row that was refused. */
  readonly exchange?: Exchange;
}

export const TAKEN: RowOutcome = { result: { ok: true } };

/** Statuses that say that the row is wrong, and not the request. */
const OF_THE_ROW: ReadonlySet<number> = new Set([400, 409, 413, 422]);
const NOT_THERE: ReadonlySet<number> = new Set([404, 410]);

/** A row that is not sent at all, or that the API refused. */
export function refused(code: string, message: string, exchange?: Exchange): RowOutcome {
  return { result: { reject: { code, message } }, ...(exchange ? { exchange } : {}) };
}

/**
 * Sends one row and reads the answer.
 *
 * @param onMissing what an answer means that the row's address is not there
 * @throws HostError for all that is not the fault of the row
 */
export async function sendRow(
  send: () => Promise<Answer>,
  settings: AnswerSettings,
  onMissing: (error: HostError) => RowOutcome | Promise<RowOutcome>,
): Promise<RowOutcome> {
  try {
    const answer = await send();
    const verdict = readAnswer(answer, settings);
    return verdict.kind === 'taken' ? TAKEN : refused(verdict.code, verdict.message, exchangeOf(answer));
  } catch (error) {
    if (!isHostError(error) || error.name !== 'ConfigError') throw error;
    const { status = 0 } = error.details;
    if (NOT_THERE.has(status)) return onMissing(error);
    if (!OF_THE_ROW.has(status)) throw error;
    return refusedBy(error);
  }
}

/** A row that the API refused with an error. */
export function refusedBy({ message, details: { status, request, response } }: HostError): RowOutcome {
  return refused(String(status), message, {
    ...(request === undefined ? {} : { request }),
    ...(status === undefined ? {} : { status }),
    ...(response === undefined ? {} : { response }),
  });
}
