import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import RestApiConnector from '../../../python-connectors/my-plugin-rest-api/connector.js';
import { readSettings } from '../../../python-connectors/my-plugin-rest-api/rest-settings.js';
import { HostError, paginate, type Row } from '../../../src/index.js';
import { startFakeApi, type FakeApi, type Fault, type FaultScript } from '../../../src/testing/index.js';
import { fakeContext, readRequest, type FakeContext } from '../fake-context.js';
import { randomApi, type RandomApi } from './random-api.js';

const MOST_TRIES = 5;
/** A read that never ends fails with its seed, before the test does without. */
const WITHIN = { interruptAfterTimeLimit: 25_000, markInterruptAsFailure: true };
/** What may be said of a config that is wrong, or of an API that is. */
const CODES = ['PAGING_FAILED', 'HTTP_REFUSED'];

const fault = fc.constantFrom<Fault>(
  'reset',
  'cut',
  'cut-chunked',
  'truncate',
  'gzip-cut',
  { status: 429, headers: { 'Retry-After': '0' } },
  { status: 500 },
);
/** By the number of the request; one may last as long as the tries do. */
const faults = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: MOST_TRIES }), fault), {
    maxLength: 4,
  })
  .map((list) =>
    Object.fromEntries(
      list.flatMap(([from, times, each]) =>
        Array.from({ length: times }, (_, index) => [String(from + index), each] as const),
      ),
    ),
  );

/** What came of a read. */
interface Outcome {
  readonly pages: readonly (readonly unknown[])[];
  readonly error: HostError | undefined;
  readonly context: FakeContext;
}

describe('any API: each row exactly once and in order, or an error', () => {
  it('through my-plugin-rest-api', async () => {
    await fc.assert(
      fc.asyncProperty(randomApi, faults, async (api, script) => {
        await withServer(api, endingFaults(script), async (server) => {
          const context = fakeContext();
          const connector = new RestApiConnector(configAt(server, api), context);
          judge(api, await outcomeOf(connector.generateRows(readRequest()), context));
        });
      }),
      { numRuns: 120, ...WITHIN },
    );
  });

  it('the same pages, and the same error, with prefetch and without', async () => {
    await fc.assert(
      fc.asyncProperty(randomApi, faults, async (api, script) => {
        await withServer(api, endingFaults(script), async (server) => {
          const read = async (prefetch: boolean): Promise<unknown> => {
            server.reset();
            const context = fakeContext();
            const { client, read: options } = readSettings(configAt(server, api));
            const http = context.createHttp(client);
            const { pages, error } = await outcomeOf(
              paginate(context, { ...options, http, prefetch }),
              context,
            );
            // How much of a refusal's body had arrived is no part of it.
            return {
              pages,
              error: error?.message.replace(/: "[^]*$/, ''),
              code: error?.code,
              pagings: context.pagings,
            };
          };
          expect(await read(true)).toEqual(await read(false));
        });
      }),
      { numRuns: 40, ...WITHIN },
    );
  });

  it('an error where a fault never ends', async () => {
    const right = randomApi.filter(({ isRight }) => isRight);
    await fc.assert(
      fc.asyncProperty(right, fault, fc.integer({ min: 1, max: 12 }), async (api, lasting, from) => {
        await withServer(
          api,
          (_request, number) => (number < from ? undefined : lasting),
          async (server) => {
            const context = fakeContext();
            const connector = new RestApiConnector(configAt(server, api), context);
            const outcome = await outcomeOf(connector.generateRows(readRequest()), context);
            if (!outcome.error) {
              judge(api, outcome);
              return;
            }
            expect(outcome.error.code).toBe('SOURCE_UNAVAILABLE');
            const ids = outcome.pages.flat();
            expect(ids).toEqual(ids.map((_, index) => index + 1));
          },
        );
      }),
      { numRuns: 20, ...WITHIN },
    );
  });
});

function judge({ route: { rows }, isRight, lies }: RandomApi, { pages, error, context }: Outcome): void {
  if (error) {
    if (isRight) throw error;
    expect(CODES).toContain(error.code);
    return;
  }
  const ids = pages.flat();
  const all = Array.from({ length: rows }, (_, index) => index + 1);
  // Who asks for it gets the rows before the first repetition, and the report says so.
  const mayEndEarly = !isRight && (lies || context.pagings[0]?.end === 'repeat');
  expect(ids).toEqual(mayEndEarly ? all.slice(0, ids.length) : all);
}

async function outcomeOf(read: AsyncIterable<unknown>, context: FakeContext): Promise<Outcome> {
  const pages: unknown[][] = [];
  try {
    for await (const page of read) pages.push((page as Row[]).map(({ id }) => id));
    return { pages, error: undefined, context };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { pages, error, context };
  }
}

function configAt(server: FakeApi, { config }: RandomApi): RandomApi['config'] {
  return { ...config, base_url: server.url, endpoint: 'items' };
}

async function withServer(
  { route }: RandomApi,
  script: FaultScript,
  work: (server: FakeApi) => Promise<void>,
): Promise<void> {
  const server = await startFakeApi({ routes: { '/items': { ...route, faults: script } } });
  try {
    await work(server);
  } finally {
    await server.close();
  }
}

/** Faults by the number of the request, but never so many of one request that the last try fails. */
function endingFaults(script: Readonly<Record<string, Fault>>): FaultScript {
  const failed = new Map<string, number>();
  return ({ target, body }, number) => {
    const fault = script[number];
    const request = JSON.stringify([target, body]);
    const before = failed.get(request) ?? 0;
    if (fault === undefined || before >= MOST_TRIES - 1) return undefined;
    failed.set(request, before + 1);
    return fault;
  };
}
