import type { BatchInfo, Row } from 'connector-host';
import { jsonText } from './json-text.js';
import type { WriteSettings } from './write-settings.js';

/** What is sent, and its type where the client does not know it. */
export interface RequestBody {
  readonly data: unknown;
  readonly contentType?: string;
}

/** Puts rows into a body. @param rows one row where the shape is `object` */
export function requestBody(rows: readonly Row[], { shape, recordsKey }: WriteSettings['body']): RequestBody {
  switch (shape) {
    case 'array':
      return { data: rows };
    case 'records':
      return { data: { [recordsKey]: rows } };
    case 'object':
      return { data: rows[0] };
    case 'ndjson':
      return {
        data: rows.map((row) => `${jsonText(row)}\n`).join(''),
        contentType: 'application/x-ndjson',
      };
  }
}

/** A row with its row key in the field that the settings name, where they name one. */
export function withRowKey(
  row: Row,
  index: number,
  batch: Pick<BatchInfo, 'rowKeys'>,
  { keys: { field } }: WriteSettings,
): Row {
  // Row keys are hashes that are made when they are asked for.
  return field === '' ? row : { ...row, [field]: batch.rowKeys[index] };
}

/** The same for a whole batch. */
export function withRowKeys(
  rows: readonly Row[],
  batch: Pick<BatchInfo, 'rowKeys'>,
  settings: WriteSettings,
): readonly Row[] {
  return settings.keys.field === ''
    ? rows
    : rows.map((row, index) => withRowKey(row, index, batch, settings));
}
