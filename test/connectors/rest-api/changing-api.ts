import type { Emission, Row, State } from 'connector-host';
import RestApiConnector from '../../../python-connectors/my-plugin-rest-api/connector.js';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import { serveJson, type JsonRequest } from '../../helpers/serve-json.js';
import { fakeContext, readRequest } from '../fake-context.js';

/** What the API of a test answers from: change it between runs, or from within `onRequest`. */
export interface ChangingApi {
  readonly config: RestApiConfig;
  rows: Row[];
  /** Called before each answer; a status refuses the request. */
  onRequest: (request: JsonRequest) => number | undefined;
  /** Whether the filter takes a row, given what it asks for. */
  matches: (row: Row, since: string) => boolean;
  readonly requests: readonly JsonRequest[];
  /** Emptied by the test as it likes. */
  readonly lines: string[];
  /** What `generateRows` yields from a state on. */
  readonly read: (state: State, limit?: number) => AsyncIterable<Emission>;
}

/** An API of `/items?since=` with pages of two rows, in the order of `rows`, and a connector that is set to read it. */
export async function startChangingApi(given: RestApiConfig, rows: readonly Row[]): Promise<ChangingApi> {
  const { url, requests } = await serveJson((request) => {
    const status = api.onRequest(request);
    if (status !== undefined) return { status, json: {} };
    const since = request.query.get('since');
    const from = Number(request.query.get('offset') ?? 0);
    const found = api.rows.filter((row) => since === null || api.matches(row, since));
    return { json: found.slice(from, from + 2) };
  });
  const lines: string[] = [];
  const config: RestApiConfig = {
    base_url: url,
    endpoint: 'items',
    pagination_type: 'offset',
    incremental_field: 'updated_at',
    incremental_param: 'since',
    ...given,
  };
  const api: ChangingApi = {
    config,
    rows: [...rows],
    onRequest: () => undefined,
    matches: (row, since) => Date.parse(row.updated_at as string) >= Date.parse(since),
    requests,
    lines,
    read: async function* (state, limit = -1) {
      const context = fakeContext();
      const connector = new RestApiConnector(config, context);
      const request = { datasetSchema: connector.getReadSchema(), state, recordsLimit: limit };
      yield* connector.generateRows(readRequest(request));
      lines.push(...context.lines);
    },
  };
  return api;
}
