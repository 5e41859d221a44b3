import { ConfigError, Connector, op, paginate } from 'connector-host';
import type {
  ConnectorContext,
  HttpClient,
  Operation,
  PagingProblem,
  ReadRequest,
  Row,
  State,
  SyncSchema,
} from 'connector-host';
import { readSettings, type CdsRecordsConfig } from './cds-settings.js';

const TABLE = 'cds_records';
const RECORDS_PER_CHECKPOINT = 100;

/** What an answer says of the page after it. Cursors are the API's own, and never looked into. */
type Cursor = string | number | bigint;

/** A page as it came, before the host's limit cut it. */
interface WholePage {
  readonly length: number;
  /** Undefined: it is the last one. */
  readonly next: Cursor | undefined;
}

/**
 * Reads the records of a CDS API. The state is the cursor of the page that is being read: it moves on when every record
 * of the page has been emitted, so a run that ends in mid-page reads that page again from its first record.
 */
export default class CdsRecordsConnector extends Connector<CdsRecordsConfig> {
  readonly #http: HttpClient;
  readonly #pageSize: number;

  /** @throws ConfigError that lists everything that is wrong with the config */
  constructor(config: CdsRecordsConfig, context: ConnectorContext) {
    super(config, context);
    const { apiKey, baseUrl, pageSize } = readSettings(config);
    this.#pageSize = pageSize;
    this.#http = context.createHttp({
      baseURL: baseUrl,
      auth: { type: 'apiKey', in: 'header', name: 'api_key', value: apiKey },
    });
  }

  /** Table and key only: the columns are those of the records. */
  override getReadSchema(): SyncSchema {
    return { tables: [{ name: TABLE, primaryKey: ['record_id'] }] };
  }

  async *generateRows({ state, recordsLimit }: ReadRequest): AsyncGenerator<Operation> {
    let cursor = savedCursor(state);
    const wholePages = new WeakMap<Row, WholePage>();
    let sinceCheckpoint = 0;
    for await (const records of this.#pages(cursor, recordsLimit, wholePages)) {
      for (let done = 0; done < records.length;) {
        const part = records.slice(done, done + RECORDS_PER_CHECKPOINT - sinceCheckpoint);
        yield op.upsert(TABLE, part);
        done += part.length;
        sinceCheckpoint += part.length;
        const page = wholePages.get(records[0] as Row);
        // The cursor of the last page stays: the next run reads it again, and finds there what has come since.
        if (done === page?.length) cursor = page.next ?? cursor;
        if (sinceCheckpoint < RECORDS_PER_CHECKPOINT) continue;
        yield op.checkpoint(stateAt(cursor));
        sinceCheckpoint = 0;
      }
    }
    yield op.checkpoint(stateAt(cursor));
  }

  /** @param wholePages gets, under the first record of each page, what its answer said */
  #pages(
    start: Cursor | undefined,
    limit: number,
    wholePages: WeakMap<Row, WholePage>,
  ): AsyncGenerator<readonly Row[]> {
    return paginate(this.context, {
      http: this.#http,
      url: '/cds_data',
      params: start === undefined ? {} : { cursor: start },
      paging: {
        type: 'cursor',
        param: 'cursor',
        path: 'next_cursor',
        size: this.#pageSize,
        sizeParam: 'page_size',
      },
      rows: (answer) => {
        const { cds_records: records, next_cursor: next } = (answer ?? {}) as Row;
        if (!Array.isArray(records)) throw noRecords();
        const [first] = records as unknown[];
        if (typeof first === 'object' && first !== null) {
          const { length } = records;
          wholePages.set(first as Row, { length, next: isCursor(next) ? next : undefined });
        }
        return records as readonly Row[];
      },
      limit,
      advise: (problem) => adviceFor(problem, start !== undefined),
    });
  }
}

function noRecords(): ConfigError {
  return new ConfigError('/cds_data of the API was answered without a list "cds_records"', {
    code: 'PAGING_FAILED',
    action: 'Check base_url.',
  });
}

/** @throws ConfigError for a state that this connector has not saved */
function savedCursor({ next_cursor: saved }: State): Cursor | undefined {
  if (saved === undefined || saved === null) return undefined;
  if (isCursor(saved)) return saved;
  throw new ConfigError('"next_cursor" of the saved state is no cursor: a text or a number is expected', {
    action: 'Set the state to one that was saved, or read from the start with --full-refresh.',
  });
}

function stateAt(cursor: Cursor | undefined): State {
  return cursor === undefined ? {} : { next_cursor: cursor };
}

function isCursor(value: unknown): value is Cursor {
  return (
    (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'bigint'
  );
}

/** In the names of connector.json. Undefined: what `paginate` says by itself. */
function adviceFor(problem: PagingProblem, isResumed: boolean): string | undefined {
  switch (problem) {
    case 'refused-first-page':
      return isResumed
        ? 'Check base_url; if the API no longer knows the cursor of the last run, read from the start with --full-refresh.'
        : 'Check base_url.';
    case 'refused-page':
      return 'Run again: it goes on from the last checkpoint. If it stays, read from the start with --full-refresh.';
    case 'no-rows':
      return 'Check base_url: "cds_records" must be a list of objects.';
    case 'wrong-type':
      return 'Check base_url: "next_cursor" must be a text, a number, or null on the last page.';
    case 'same-first-page':
    case 'same-last-page':
    case 'began-anew':
    case 'same-cursor':
    case 'overlap':
      return 'Run again; if it stays, the API pages wrongly, and its owner must correct it.';
    default:
      return undefined;
  }
}
