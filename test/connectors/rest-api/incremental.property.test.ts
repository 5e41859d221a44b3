import { expect, it } from '@jest/globals';
import type { Row, State } from 'connector-host';
import fc from 'fast-check';
import RestApiConnector from '../../../python-connectors/my-plugin-rest-api/connector.js';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import { serveJson } from '../../helpers/serve-json.js';
import { FakeEngine } from '../../sdk/cursor/fake-engine.js';
import { FakeSource, type Clock } from '../../sdk/cursor/fake-source.js';
import { fakeContext, readRequest } from '../fake-context.js';

/** Each makes some 20 requests, and takes as many milliseconds. */
const RUNS = 100;
/** The real one: the connector has no other. Ticks are milliseconds. */
const CLOCK: Clock = {
  name: 'now',
  write: (tick) => new Date(tick).toISOString(),
  read: (value) => Date.parse(value as string),
};
/** Rows get the value of that many milliseconds ago at most. */
const LATEST = 4;

const change = fc.record({
  id: fc.nat(5),
  content: fc.nat(2),
  lateBy: fc.nat(LATEST),
});
const run = fc.record(
  {
    changes: fc.array(change, { maxLength: 8 }),
    crashAfter: fc.nat(5),
    limit: fc.integer({ min: 1, max: 6 }),
  },
  { requiredKeys: ['changes'] },
);

const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

it('after any runs against an API that changes meanwhile, the table is what the API has', async () => {
  let source = new FakeSource(CLOCK);
  let order: 'asc' | 'unknown' = 'asc';
  let changes: (() => void)[] = [];
  const { url } = await serveJson(({ query }) => {
    const size = Number(query.get('size'));
    const page = source.page(query.get('since') ?? undefined, order, size, query.get('after') ?? undefined);
    changes.shift()?.();
    return { json: { items: page.rows, next: page.next } };
  });
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 4 }), fc.boolean(), async (runs, isSorted) => {
      source = new FakeSource(CLOCK);
      order = isSorted ? 'asc' : 'unknown';
      const config: RestApiConfig = {
        base_url: url,
        endpoint: 'items',
        data_path: 'items',
        primary_key: ['id'],
        pagination_type: 'cursor',
        cursor_param: 'after',
        cursor_path: 'next',
        page_size: 2,
        page_size_param: 'size',
        incremental_field: 'at',
        incremental_param: 'since',
        incremental_order: order,
        look_back_seconds: LATEST / 1000,
      };
      const engine = new FakeEngine('id');
      const read = (state: State, limit = -1): ReturnType<RestApiConnector['generateRows']> =>
        new RestApiConnector(config, fakeContext()).generateRows(readRequest({ state, recordsLimit: limit }));
      for (const { changes: given, ...end } of runs) {
        changes = given.map((one) => () => {
          source.tick = Date.now();
          source.put(one.id, one.content, one.lateBy);
        });
        changes.shift()?.();
        await engine.run(
          (state) => read(state, end.limit),
          end,
          () => true,
        );
        for (const make of changes) make();
      }
      changes = [];
      await engine.run(
        (state) => read(state),
        {},
        () => true,
      );
      expect(sorted(engine.rows)).toEqual(sorted(source.rows));
    }),
    { numRuns: RUNS },
  );
});
