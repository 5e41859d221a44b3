import { describe, expect, it } from '@jest/globals';
import { AbortError } from '../../../src/sdk/errors.js';
import { checkConnector, statuses } from './check-connector.js';

/** Two pages of 4 rows and more, as many as are asked for, closed well. */
const GOOD = `  getReadSchema() {
    return { columns: [{ name: 'id', type: 'bigint' as const }], primaryKey: ['id'] };
  }
  async *generateRows({ recordsLimit }: { recordsLimit: number }) {
    for (let page = 0; page < 5; page += 1) {
      const ids = [1, 2, 3, 4].map((n) => page * 4 + n);
      const wanted = recordsLimit < 0 ? ids : ids.slice(0, Math.max(0, recordsLimit - page * 4));
      if (wanted.length === 0) return;
      yield wanted.map((id) => ({ id, name: 'n' + id, seen: null }));
    }
  }`;

describe('a good connector', () => {
  it('passes every check', async () => {
    const outcome = await checkConnector({
      members: GOOD,
      manifest: { params: [{ name: 'a', type: 'INT' }] },
    });
    expect(outcome.error).toBeUndefined();
    expect(outcome.report).toEqual({
      connector: 'p-rows',
      status: 'ok',
      counts: { ok: 9, warning: 0, failed: 0, skipped: 0 },
      checks: [
        ['manifest', 'connector.json is valid and the class loads; it can be read; 1 parameter'],
        ['config', 'all values are valid, and the constructor takes them'],
        ['connection', expect.stringMatching(/^the first rows came after 0\.\d\d s$/)],
        ['first page', '4 rows with 3 columns: id, name, seen'],
        ['schema', '1 declared column holds for 8 rows; inferred besides: name string, seen (only nulls)'],
        ['key', 'id: in each of 8 rows, and no two are the same'],
        ['limit', 'asked for 3 rows, it yielded 3'],
        ['pages', 'page 2 (4 rows) differs from page 1 (4 rows)'],
        ['stop', expect.stringMatching(/^the generator ended 0\.\d\d s after it was stopped$/)],
      ].map(([name, seen]) => ({ name, status: 'ok', seen, action: null, code: null })),
    });
  });

  it('is read for two pages, whatever their size, and for more with a limit', async () => {
    const pages = async (limit?: number): Promise<[schema: string, pages: string]> => {
      const { results } = await checkConnector({ members: GOOD, ...(limit === undefined ? {} : { limit }) });
      return [results.key.seen.replace(/.*each of | and.*/g, ''), results.pages.seen];
    };
    const two = 'page 2 (4 rows) differs from page 1 (4 rows)';
    expect(await pages()).toEqual(['8 rows,', two]);
    expect(await pages(1)).toEqual(['8 rows,', two]);
    expect(await pages(9)).toEqual(['12 rows,', `${two}; none of 3 pages came twice`]);
    expect(await pages(1000)).toEqual(['20 rows,', `${two}; none of 5 pages came twice`]);
  });

  it('may yield rows one by one: 1000 of them are looked at, or as many as the limit says', async () => {
    const members = '  *generateRows() { for (let id = 1; ; id += 1) yield { id }; }';
    const { results, report } = await checkConnector({ members });
    expect(report.counts).toEqual({ ok: 8, warning: 0, failed: 0, skipped: 1 });
    expect(results['first page'].seen).toBe('1000 rows one by one with 1 column: id');
    expect(results.schema.seen).toBe('no columns declared; inferred from 1000 rows: id bigint');
    expect(results.key.seen).toBe('no key is declared: rows are only appended or overwritten');
    expect(results.pages).toMatchObject({ status: 'skipped', seen: 'rows come one by one, not in pages' });
    const few = await checkConnector({ members, limit: 10 });
    expect(few.results['first page'].seen).toBe('10 rows one by one with 1 column: id');
  });

  it('may yield one object again and again', async () => {
    const members = `  getReadSchema() { return { primaryKey: ['id'] }; }
  *generateRows() { const row = { id: 0 }; for (let id = 1; id < 9; id += 1) { row.id = id; yield row; } }`;
    const { results } = await checkConnector({ members });
    expect(results.key).toMatchObject({
      status: 'ok',
      seen: 'id: in each of 8 rows, and no two are the same',
    });
  });

  it('may have more columns than a line should name', async () => {
    const members =
      "  *generateRows() { yield Object.fromEntries(Array.from({ length: 32 }, (_, i) => ['c' + i, i])); }";
    const { results } = await checkConnector({ members });
    expect(results['first page'].seen).toMatch(
      /^1 row one by one with 32 columns: c0, c1, .+, c29 and 2 more$/,
    );
  });

  it('may have one page, and few rows', async () => {
    const { results, report } = await checkConnector({ members: '  *generateRows() { yield [{ id: 1 }]; }' });
    expect(report.status).toBe('ok');
    expect(results.pages).toMatchObject({ status: 'skipped', seen: 'all rows came in one page' });
    expect(results.limit).toMatchObject({ status: 'skipped', seen: '1 row came, too few to tell' });
  });
});

describe('the key', () => {
  it('is not compared where its type does not take it', async () => {
    const members = `  getReadSchema() {
    return { columns: [{ name: 'id', type: 'int' as const }], primaryKey: ['id'] };
  }
  *generateRows() { yield [{ id: 'a' }, { id: 'b' }, { id: 3 }]; }`;
    expect((await checkConnector({ members })).results.key).toMatchObject({
      status: 'ok',
      seen: 'id: in each of 3 rows, and no two of the 1 that fit their type are the same',
    });
  });
});

describe('pages', () => {
  const endless = (pages: string): string => `  *generateRows() { ${pages} }`;
  const seen = async (members: string, limit: number): Promise<string> =>
    (await checkConnector({ members, limit })).results.pages.seen;

  it('are found to come again, however many lie between', async () => {
    const members = endless('for (let n = 0; n < 50; n += 1) yield [{ n: n % 30 }, { n: 1n }];');
    expect(await seen(members, 100)).toBe('page 31 has the same rows as page 1');
  });

  it('are looked at whole before they are the same', async () => {
    const members = endless('for (let n = 0; n < 9; n += 1) yield [{ a: 0 }, { a: n }, { a: 0 }];');
    expect(await seen(members, 100)).toMatch(/^page 2 .*none of 9 pages came twice$/);
  });

  it('are compared in time that grows as their number does', async () => {
    const members = endless('for (let n = 0; n < 20_000; n += 1) yield [{ n }, { n: 0 }];');
    const began = performance.now();
    expect(await seen(members, 40_000)).toMatch(/none of 20000 pages came twice$/);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('what is logged', () => {
  const code = `import { Connector } from 'connector-host';
let reads = 0;
export default class extends Connector<{ token?: string }> {
  async *generateRows() {
    reads += 1;
    this.context.logger.warn('only one page, token ' + this.config.token);
    this.context.logger.warn('only one page, token ' + this.config.token);
    this.context.logger.warn('read number ' + reads);
    this.context.logger.error('this is bad');
    yield [1, 2, 3, 4].map((id) => ({ id }));
    yield [5, 6, 7, 8].map((id) => ({ id }));
  }
}`;
  const params = [
    { name: 'token', type: 'PASSWORD' },
    { name: 'size', type: 'INT', visibilityCondition: false },
  ];

  it('as a warning by the first read is a line of the report, once', async () => {
    const told: string[] = [];
    const log: string[] = [];
    const { report, error } = await checkConnector({
      code,
      manifest: { params },
      sets: ['token=swordfish', 'size=5'],
      log,
      told,
    });
    const warnings = [
      'param "size" is set, but its visibilityCondition hides it, so it may have no effect: false does not hold',
      'only one page, token ***',
      'read number 1',
    ];
    expect(report.checks.filter(({ name }) => name === 'log')).toEqual(
      warnings.map((seen) => ({ name: 'log', status: 'warning', seen, action: null, code: null })),
    );
    expect(told.slice(0, 6)).toEqual(['manifest', 'config', 'log', 'connection', 'log', 'log']);
    expect(report.status).toBe('warning');
    expect(report.counts).toEqual({ ok: 8, warning: 4, failed: 0, skipped: 0 });
    expect(error).toBeUndefined();
    expect(log.filter((line) => line.startsWith('warn'))).toEqual([]);
    expect(log).toContain('debug read number 2');
    expect(log).toContain('error this is bad');
  });
});

describe('a check that cannot run', () => {
  const NO_ROWS = 'skipped skipped skipped skipped skipped';

  it('is skipped where the manifest is broken', async () => {
    const outcome = await checkConnector({ code: 'export default 1;' });
    expect(statuses(outcome)).toBe('failed skipped skipped skipped skipped skipped skipped skipped skipped');
    expect(outcome.error?.exitCode).toBe(3);
    expect(outcome.results.manifest).toMatchObject({ code: 'CONNECTOR_CLASS_INVALID' });
    expect(new Set(outcome.report.checks.slice(1).map(({ seen }) => seen))).toEqual(
      new Set(['"manifest" failed']),
    );
  });

  it('is skipped where the config is wrong, which is said as a whole', async () => {
    const params = [
      { name: 'url', type: 'STRING', mandatory: true },
      { name: 'size', type: 'INT' },
    ];
    const outcome = await checkConnector({
      members: GOOD,
      manifest: { params },
      sets: ['size=ten', 'sise=1'],
    });
    expect(statuses(outcome)).toBe('ok failed skipped skipped skipped skipped skipped skipped skipped');
    expect(outcome.results.config).toMatchObject({
      code: 'CONFIG_INVALID',
      seen: [
        '3 problems:',
        'unknown param "sise" (did you mean "size"?)',
        'param "url" is mandatory but has no value',
        'param "size" must be an integer (got "ten")',
      ].join('\n  - '),
    });
    expect(outcome.error?.exitCode).toBe(2);
    expect(outcome.results.stop.seen).toBe('"config" failed');
  });

  it('is skipped where the constructor refuses the config', async () => {
    const code = `import { ConfigError, Connector } from 'connector-host';
export default class extends Connector {
  constructor(config: Record<string, unknown>, context: never) {
    super(config, context);
    throw new ConfigError('from lies after to', { action: 'Swap them.' });
  }
  *generateRows() {}
}`;
    const { results } = await checkConnector({ code });
    expect(results.config).toMatchObject({
      status: 'failed',
      seen: 'from lies after to',
      action: 'Swap them.',
      code: 'CONFIG_INVALID',
    });
    expect(results.connection.status).toBe('skipped');
  });

  it('is skipped where the connector can only be written to', async () => {
    const writable = {
      manifest: {
        readable: false,
        writable: true,
        params: [{ name: 'url', type: 'STRING', mandatory: true }],
      },
      members: '  *generateRows() {}\n  getWriter() { return { writeRow() {}, async close() {} }; }',
    };
    const outcome = await checkConnector({ ...writable, sets: ['url=x'] });
    expect(statuses(outcome)).toBe(`ok ok skipped skipped ${NO_ROWS}`);
    expect(outcome.results.manifest.seen).toBe(
      'connector.json is valid and the class loads; it can be written; 1 parameter',
    );
    expect(outcome.results.limit.seen).toBe('the connector cannot be read');
    expect(outcome.report.status).toBe('ok');
    expect((await checkConnector(writable)).results.config).toMatchObject({
      status: 'failed',
      seen: 'param "url" is mandatory but has no value',
    });
  });

  it('is skipped where the source cannot be reached', async () => {
    const code = `import { AuthError, Connector } from 'connector-host';
export default class extends Connector {
  async *generateRows() { yield* this.none(); throw new AuthError('GET /users answered 401'); }
  *none() {}
}`;
    const outcome = await checkConnector({ code });
    expect(statuses(outcome)).toBe(`ok ok failed skipped ${NO_ROWS}`);
    expect(outcome.results.connection).toEqual({
      name: 'connection',
      status: 'failed',
      seen: 'GET /users answered 401',
      action: 'Check the credentials and what they are allowed to do.',
      code: 'AUTH_FAILED',
    });
    expect(outcome.results['first page'].seen).toBe('no row could be read: "connection" failed');
    expect(outcome.error?.exitCode).toBe(4);
  });

  it('is skipped where no rows come, which is a warning', async () => {
    const empty = await checkConnector({ members: '  async *generateRows() {}' });
    expect(statuses(empty)).toBe(`ok ok ok warning ${NO_ROWS}`);
    expect(empty.results.connection.seen).toMatch(/^the source answered, without rows, after 0\.\d\d s$/);
    expect(empty.results['first page']).toMatchObject({
      seen: 'no rows came',
      action: 'Check the parameters that choose the rows: most checks need some.',
    });
    expect(empty.error).toBeUndefined();
    const endless = await checkConnector({ members: '  async *generateRows() { for (;;) yield []; }' });
    expect(statuses(endless)).toBe(`ok ok ok warning ${NO_ROWS}`);
  });

  it('is skipped where the answer has no rows where they should be', async () => {
    const code = `import { ConfigError, Connector } from 'connector-host';
export default class extends Connector {
  async *generateRows() { yield* this.none(); throw new ConfigError('no list at "items"', { code: 'PAGING_FAILED' }); }
  *none() {}
}`;
    const outcome = await checkConnector({ code });
    expect(statuses(outcome)).toBe(`ok ok skipped failed ${NO_ROWS}`);
    expect(outcome.results['first page'].seen).toBe('no list at "items"');
    expect(outcome.results.connection.seen).toBe('the read ended before the first row: "first page" failed');
  });

  it('is skipped where getReadSchema gives no schema', async () => {
    const outcome = await checkConnector({
      members: `  getReadSchema() { return { primaryKey: 'id' } as never; }\n  *generateRows() { yield { id: 1 }; }`,
    });
    expect(statuses(outcome)).toBe('ok ok skipped skipped failed skipped skipped skipped skipped');
    expect(outcome.results.connection.seen).toBe('the read ended before the first row: "schema" failed');
    expect(outcome.results.schema.code).toBe('SCHEMA_INVALID');
    expect(outcome.results.stop.seen).toBe('no row could be read: "schema" failed');
  });
});

describe('all checks', () => {
  it('end when they are stopped', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new AbortError('SIGTERM')), 50);
    const members = '  async *generateRows() { yield [{ id: 1 }]; await new Promise(() => {}); }';
    await expect(checkConnector({ members, signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
      exitCode: 143,
    });
  });

  it('say no secret and no value', async () => {
    const code = `import { Connector, TransientError } from 'connector-host';
export default class extends Connector {
  getReadSchema() { return { columns: [{ name: 'id', type: 'int' as const }], primaryKey: ['id'] }; }
  *generateRows() {
    yield [{ id: 'value-of-a-row' }, { id: 1 }, { id: 1 }];
    throw new TransientError('the token ' + this.config.token + ' was not taken');
  }
}`;
    const manifest = { params: [{ name: 'token', type: 'PASSWORD' }] };
    const { report } = await checkConnector({ code, manifest, sets: ['token=swordfish'] });
    expect(JSON.stringify(report)).not.toMatch(/value-of-a-row|swordfish/);
    expect(report.checks.find(({ name }) => name === 'pages')).toMatchObject({
      status: 'failed',
      seen: 'the token *** was not taken',
    });
  });
});
