import { parseJson } from '../../../sdk/parse-json.js';
import type { SavedBatch } from '../../../sdk/writer/index.js';
import { decodeChecked, encodeChecked } from '../../journal/checked-line.js';
import { jsonText } from '../../values/json-text.js';

/** Version of what a file of sends holds. */
export const SENDS_FORMAT = 1;

/** A batch as it is noted. */
export interface NotedBatch extends SavedBatch {
  readonly table: string;
  /** Place of its last row in all rows that the pipeline read. */
  readonly upTo: number;
}

/** One line of a file of sends. */
export type SendLine =
  /** The first one. */
  | {
      readonly type: 'sends';
      readonly format: number;
      /** Version of the saved state that what follows was sent from. */
      readonly version: number;
      /** Version of the state from which on the rows are counted. */
      readonly since: number;
    }
  /** Names of rows that runs before noted. */
  | { readonly type: 'seen'; readonly rowKeys: readonly string[]; readonly upTo: number }
  /** What the runs before noted is complete, so that their files are not needed any more. */
  | { readonly type: 'ready' }
  | { readonly type: 'batch'; readonly batch: NotedBatch }
  | { readonly type: 'answered'; readonly idempotencyKey: string }
  /** The state was saved; of what came before, only these batches are still to be sent. */
  | { readonly type: 'committed'; readonly version: number; readonly open: readonly string[] };

export function encodeSendLine(line: SendLine): Buffer {
  const json = jsonText(line);
  // Rows were converted before, and what the text of a batch cannot say could not be sent either.
  if (json === undefined) throw new TypeError('a row of the batch is not JSON');
  return encodeChecked(json);
}

/** @returns undefined for a line that is torn or damaged */
export function decodeSendLine(bytes: Buffer): SendLine | undefined {
  const json = decodeChecked(bytes);
  return json === undefined ? undefined : (parseJson(json) as SendLine);
}
