import { Connector, paginate, partitionValues, readPath } from 'connector-host';
import type {
  ConnectorContext,
  HttpClient,
  Partitioning,
  ReadRequest,
  ReadSchema,
  Row,
} from 'connector-host';
import { daysBetween } from './days.js';
import { readSettings, type DailyEventsConfig, type DailyEventsSettings } from './events-settings.js';

/** One partition is the events of one country on one day, for example `2026-11-21|FR`. */
const PARTITIONING: Partitioning = {
  dimensions: [
    { name: 'day', type: 'time', params: { period: 'DAY' } },
    { name: 'country', type: 'value' },
  ],
};

/** Reads events from an API that gives those of one day and country at a time. */
export default class DailyEventsConnector extends Connector<DailyEventsConfig> {
  readonly #settings: DailyEventsSettings;
  readonly #http: HttpClient;

  /** @throws ConfigError that lists everything that is wrong with the config */
  constructor(config: DailyEventsConfig, context: ConnectorContext) {
    super(config, context);
    this.#settings = readSettings(config);
    this.#http = context.createHttp({ baseURL: this.#settings.baseUrl });
  }

  override getReadSchema(): ReadSchema {
    return {
      columns: [
        { name: 'event_id', type: 'string', nullable: false },
        { name: 'at', type: 'timestamptz', nullable: false, comment: 'when it happened' },
        { name: 'country', type: 'string', nullable: false, comment: 'ISO 3166-1 alpha-2' },
        { name: 'user_id', type: 'bigint', nullable: false },
        { name: 'kind', type: 'string', nullable: false, comment: 'view, signup or purchase' },
        { name: 'amount', type: 'decimal(10,2)', comment: 'euros, of purchases' },
      ],
      primaryKey: ['event_id'],
    };
  }

  override getPartitioning(): Partitioning {
    return PARTITIONING;
  }

  /** A generator, so that a range of many years takes no memory. */
  override *listPartitions(): Generator<string> {
    const { from, to, countries } = this.#settings;
    for (const day of daysBetween(from, to)) for (const country of countries) yield `${day}|${country}`;
  }

  override partitionExists(partitioning: Partitioning, partitionId: string): boolean {
    const { day = '', country = '' } = partitionValues(partitionId, partitioning);
    const { from, to, countries } = this.#settings;
    // The days have one form, so that their texts are in the order of time.
    return from <= day && day <= to && countries.includes(country);
  }

  override async getRecordsCount(
    partitioning: Partitioning = PARTITIONING,
    partitionId?: string,
  ): Promise<number> {
    let count = 0;
    for (const id of this.#chosen(partitionId)) {
      const params = { ...this.#paramsOf(partitioning, id), per_page: 1 };
      const { data } = await this.#http.get<unknown>('events', { params });
      count += Number(readPath('total', data));
    }
    return count;
  }

  async *generateRows(request: ReadRequest): AsyncGenerator<readonly Row[]> {
    const { datasetPartitioning: partitioning, partitionId, recordsLimit: limit } = request;
    for (const id of this.#chosen(partitionId)) {
      yield* paginate(this.context, {
        http: this.#http,
        url: 'events',
        params: this.#paramsOf(partitioning ?? PARTITIONING, id),
        rows: 'items',
        paging: { type: 'page', size: this.#settings.pageSize, totalPath: 'total' },
        limit,
      });
    }
  }

  /** The host asks for one partition at a time; a test may ask for all of them. */
  #chosen(partitionId: string | null | undefined): Iterable<string> {
    return partitionId === null || partitionId === undefined ? this.listPartitions() : [partitionId];
  }

  #paramsOf(partitioning: Partitioning, partitionId: string): Record<string, unknown> {
    return { ...partitionValues(partitionId, partitioning), events: this.#settings.eventsPerDay };
  }
}
