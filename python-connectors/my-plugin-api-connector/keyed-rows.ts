import { ConfigError, type BatchInfo, type BatchResult, type HostError, type Row } from 'connector-host';
import type { WriteCall } from './api-client.js';
import { keySegment, type PathPlace, type PathTemplate } from './path-template.js';
import { requestBody, withRowKey } from './request-body.js';
import { refused, refusedBy, sendRow, TAKEN, type RowOutcome } from './row-requests.js';
import type { WriteSettings } from './write-settings.js';
import type { ApiWriterParts } from './writer-parts.js';

/** Rows that are sent one after the other, each to the address that its key names. */
export class KeyedRows {
  readonly place: PathPlace;
  readonly #parts: ApiWriterParts;
  /** What became of rows of batches that are not done, so that a further try leaves them out. */
  readonly #done = new WeakMap<Row, RowOutcome>();
  #missing = 0;

  constructor(parts: ApiWriterParts) {
    this.#parts = parts;
    this.place = { resource: parts.settings.resource, table: parts.request.table };
  }

  /** Rows to change or delete that were not there. */
  get missing(): number {
    return this.#missing;
  }

  /** Writes whole rows. */
  async write(
    rows: readonly Row[],
    batch: BatchInfo,
    { method, path }: NonNullable<WriteSettings['upsert']>,
  ): Promise<BatchResult> {
    return this.#each(rows, batch, (row, index) =>
      this.#send(row, index, batch, { method, path }, (error) => this.#written(error, row, index, batch)),
    );
  }

  /** Changes some columns. */
  async update(rows: readonly Row[], batch: BatchInfo): Promise<BatchResult> {
    const path = this.#parts.settings.upsert?.path;
    return this.#each(rows, batch, (row, index) =>
      this.#send(row, index, batch, { method: 'PATCH', path }, () => this.#gone()),
    );
  }

  async remove(rows: readonly Row[], batch: BatchInfo): Promise<BatchResult> {
    const { path } = this.#parts.settings.remove;
    return this.#each(rows, batch, (row, index) =>
      this.#send(row, index, batch, { method: 'DELETE', path }, () => this.#gone()),
    );
  }

  /** A further try of a batch, or of parts of it, goes on where this one failed. */
  async #each(
    rows: readonly Row[],
    batch: BatchInfo,
    send: (row: Row, index: number) => Promise<RowOutcome>,
  ): Promise<BatchResult> {
    if (batch.key.length === 0) {
      throw new ConfigError(
        `table "${batch.table}" has no primary key, and rows go to the API by their key`,
        {
          action: 'Name the key, as in --primary-key id.',
          details: { table: batch.table },
        },
      );
    }
    for (const [index, row] of rows.entries()) {
      if (!this.#done.has(row)) this.#done.set(row, await send(row, index));
    }
    const outcomes = rows.map((row) => this.#done.get(row) ?? TAKEN);
    for (const row of rows) this.#done.delete(row);
    const refusals = outcomes.filter(({ result }) => 'reject' in result);
    // There is room for one exchange: where several rows were refused, each has the request in its message.
    const exchange = refusals.length === 1 ? refusals[0]?.exchange : undefined;
    return { rows: outcomes.map(({ result }) => result), ...(exchange ? { exchange } : {}) };
  }

  async #send(
    row: Row,
    index: number,
    batch: BatchInfo,
    { method, path }: { readonly method: WriteCall['method']; readonly path: PathTemplate | undefined },
    onMissing: (error: HostError) => RowOutcome | Promise<RowOutcome>,
  ): Promise<RowOutcome> {
    const { client, settings } = this.#parts;
    const { key, signal } = batch;
    const wrong = key.find((column) => keySegment(row[column]) === undefined);
    if (!path || wrong !== undefined) {
      return refused('ROW_INVALID', `the key column "${wrong ?? ''}" has no value that a path can have`);
    }
    const call = {
      method,
      path: path.fill(this.place, row, key),
      idempotencyKey: () => batch.rowKeys[index] ?? '',
      signal,
      ...(method === 'DELETE' ? {} : { body: { data: withRowKey(row, index, batch, settings) } }),
    };
    return sendRow(() => client.send(call, true), settings.answer, onMissing);
  }

  /** What becomes of a row to write whose address is not there. */
  async #written(error: HostError, row: Row, index: number, batch: BatchInfo): Promise<RowOutcome> {
    const { missing } = this.#parts.settings;
    if (missing === 'reject') return refusedBy(error);
    if (missing === 'insert') return this.#insert(row, index, batch);
    throw new ConfigError(error.message, {
      code: error.code,
      action:
        'Check upsert_path; where rows that are not there are to be made or kept aside, set upsert_missing to insert or reject.',
      details: error.details,
      cause: error,
    });
  }

  async #insert(row: Row, index: number, batch: BatchInfo): Promise<RowOutcome> {
    const { client, settings } = this.#parts;
    const { method, path } = settings.insert;
    const call = {
      method,
      path: path.fill(this.place),
      body: requestBody([withRowKey(row, index, batch, settings)], settings.body),
      // The request before it had the row's own name, and was another one.
      idempotencyKey: () => `${batch.rowKeys[index] ?? ''}-new`,
      signal: batch.signal,
    };
    return sendRow(
      () => client.send(call, true),
      settings.answer,
      (error) => {
        throw error;
      },
    );
  }

  #gone(): RowOutcome {
    this.#missing += 1;
    return TAKEN;
  }
}
