import {
  BufferedWriter,
  ConfigError,
  RowError,
  type BatchInfo,
  type BatchResult,
  type Row,
} from 'connector-host';
import type { WriteCall } from './api-client.js';
import { KeyedRows } from './keyed-rows.js';
import type { PathTemplate } from './path-template.js';
import { exchangeOf, readAnswer } from './read-answer.js';
import { requestBody, withRowKeys } from './request-body.js';
import type { ApiWriterParts } from './writer-parts.js';

/** Sends the rows of one table to an API: in batches, or each with a request of its own. */
export class ApiWriter extends BufferedWriter {
  readonly #parts: ApiWriterParts;
  readonly #keyed: KeyedRows;
  #reset: Promise<void> | undefined;

  constructor(parts: ApiWriterParts) {
    super(parts.settings.buffer);
    this.#parts = parts;
    this.#keyed = new KeyedRows(parts);
  }

  override async close(): Promise<void> {
    await super.close();
    const { missing } = this.#keyed;
    if (missing === 0) return;
    const what = missing === 1 ? '1 row to change or delete was' : `${missing} rows to change or delete were`;
    this.#parts.logger.warn(`${what} not there (table ${this.#parts.request.table})`);
  }

  protected async writeBatch(rows: readonly Row[], batch: BatchInfo): Promise<BatchResult | undefined> {
    await this.#resetOnce(batch.signal);
    const { upsert, remove, insert } = this.#parts.settings;
    switch (batch.operation) {
      case 'insert':
        return this.#sendBatch(rows, batch, insert.method, insert.path);
      case 'upsert':
        if (upsert) return this.#keyed.write(rows, batch, upsert);
        this.#refuseWithoutKey(rows, batch);
        return this.#sendBatch(rows, batch, insert.method, insert.path);
      case 'update':
        return this.#keyed.update(rows, batch);
      case 'delete':
        if (remove.method === 'DELETE') return this.#keyed.remove(rows, batch);
        this.#refuseWithoutKey(rows, batch);
        return this.#sendBatch(rows, batch, 'POST', remove.path);
    }
  }

  /** Empties the resource before the first row of an overwrite, where that is wanted. */
  async #resetOnce(signal: AbortSignal): Promise<void> {
    const { settings, request, client } = this.#parts;
    const { reset } = settings;
    if (!reset || request.writeMode !== 'OVERWRITE') return;
    this.#reset ??= (async () => {
      const answer = await client.send(
        { method: 'DELETE', path: reset.fill(this.#keyed.place), signal },
        true,
      );
      const verdict = readAnswer(answer, settings.answer);
      if (verdict.kind === 'refused') {
        throw new ConfigError(`${answer.request} answered ${answer.status} and says that it failed`, {
          code: 'HTTP_REFUSED',
          action: 'Check reset_path, or remove the rows by hand and leave it out.',
        });
      }
      client.forgetEarlierRuns();
    })();
    try {
      await this.#reset;
    } catch (error) {
      // No row was sent yet, so it may be asked again.
      this.#reset = undefined;
      throw error;
    }
  }

  async #sendBatch(
    rows: readonly Row[],
    batch: BatchInfo,
    method: WriteCall['method'],
    template: PathTemplate,
  ): Promise<BatchResult | undefined> {
    const { client, settings } = this.#parts;
    const named = withRowKeys(rows, batch, settings);
    const answer = await client.send(
      {
        method,
        path: template.fill(this.#keyed.place),
        body: requestBody(named, settings.body),
        idempotencyKey: () => batch.idempotencyKey,
        signal: batch.signal,
      },
      false,
    );
    const idColumn = settings.answer.idColumn ?? (batch.key.length === 1 ? batch.key[0] : undefined);
    const { results } = settings.answer;
    const answerSettings =
      results && idColumn !== undefined
        ? { ...settings.answer, results: { ...results, idColumn } }
        : settings.answer;
    const verdict = readAnswer(answer, answerSettings, settings.body.shape === 'object' ? undefined : rows);
    if (verdict.kind === 'taken') {
      return verdict.results && { rows: verdict.results, exchange: exchangeOf(answer) };
    }
    const { code, message } = verdict;
    if (rows.length === 1) return { rows: [{ reject: { code, message } }], exchange: exchangeOf(answer) };
    // The writer halves the batch until it has found the rows.
    throw new RowError(`${answer.request} answered ${answer.status} and says that it failed: ${code}`, {
      code: 'ROW_REFUSED',
      details: exchangeOf(answer),
    });
  }

  /** @throws RowError for the first row that lacks a part of its key */
  #refuseWithoutKey(rows: readonly Row[], { key, table }: BatchInfo): void {
    for (const row of rows) {
      const column = key.find((name) => row[name] === undefined || row[name] === null);
      if (column === undefined) continue;
      throw new RowError(`the key column "${column}" of table "${table}" has no value`, {
        details: { table, column },
      });
    }
  }
}
