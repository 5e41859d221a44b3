import { describe, expect, it } from '@jest/globals';
import { connectorCode } from '../../helpers/temp-plugin.js';
import type { CheckName } from '../../../src/host/check/check-name.js';
import type { CheckOutcome } from '../../../src/host/check/check-service.js';
import { checkConnector, type Results } from './check-connector.js';

/** A sync of two tables; `body` is what it does for each id that it has not read yet. */
function syncOf(body: string, { log = "{ name: 'log' }", after = '' } = {}): string {
  const code = connectorCode(`  getReadSchema() {
    return { tables: [
      { name: 'users', columns: [{ name: 'id', type: 'int' as const }], primaryKey: ['id'] },
      ${log},
    ] };
  }
  *generateRows({ state, recordsLimit }: { state: { next?: number }; recordsLimit: number }) {
    let rows = 0;
    const isEnough = () => recordsLimit >= 0 && (rows += 1) > recordsLimit;
    for (let id = state.next ?? 1; id <= 4; id += 1) {
      ${body}
    }
    ${after}
  }`);
  return code.replace('{ Connector }', '{ Connector, op }');
}

const GOOD = `if (isEnough()) return;
      yield op.upsert('users', { id, name: 'user ' + id });
      if (isEnough()) return;
      yield op.upsert('log', { seen: id });
      yield op.checkpoint({ next: id + 1 });`;

async function check(code: string, limit?: number): Promise<CheckOutcome & { results: Results }> {
  return checkConnector({ code, ...(limit === undefined ? {} : { limit }) });
}

describe('a sync', () => {
  it('that keeps its promises passes every check', async () => {
    const outcome = await check(syncOf(GOOD));
    expect(outcome.report.checks.map(({ name, status, seen }) => [name, status, seen])).toEqual([
      ['manifest', 'ok', 'connector.json is valid and the class loads; it can be read; 0 parameters'],
      ['config', 'ok', 'all values are valid, and the constructor takes them'],
      ['connection', 'ok', expect.stringMatching(/^the first rows came after/)],
      ['first page', 'ok', '8 rows of 2 tables: users, log'],
      [
        'schema',
        'ok',
        'users: 1 declared column holds for 4 rows; inferred besides: name string; ' +
          'log: no columns declared; inferred from 4 rows: seen bigint',
      ],
      [
        'key',
        'ok',
        'users (id): in each of 4 rows, and no two are the same; log: no key, so rows are only added',
      ],
      ['limit', 'ok', 'asked for 3 rows, it yielded 3'],
      ['pages', 'skipped', 'operations come one by one, not in pages'],
      ['state', 'ok', '4 states offered, each is JSON'],
      [
        'resume',
        'ok',
        'after reads that went on from state 2 and 3 of 4, all 4 rows of tables with a key are the same',
      ],
      ['stop', 'ok', expect.stringMatching(/^the generator ended/)],
    ]);
  });

  it('may write a key again, which is said', async () => {
    const again = GOOD.replace('id, name', 'id: id % 2, name');
    const { results } = await check(syncOf(again));
    expect(results.key).toMatchObject({
      status: 'ok',
      seen: 'users (id): in each of 4 rows, 2 of them written again; log: no key, so rows are only added',
    });
  });

  it('is cut where it has many rows, and then not read on', async () => {
    const { results } = await check(syncOf(GOOD), 3);
    expect(results.state.status).toBe('ok');
    expect(results.resume).toMatchObject({
      status: 'skipped',
      seen: 'the read was cut after 3 rows, so there is no whole one to compare with',
    });
  });

  it('may change and delete rows', async () => {
    const changes = `if (isEnough()) return;
      yield op.upsert('users', { id, name: 'user ' + id });
      if (isEnough()) return;
      yield op.update('users', { id, more: 1 });
      if (id === 3) { yield op.delete('users', { id: 1 }); yield op.deleteWhere('users', { name: 'user 2' }); }
      yield op.checkpoint({ next: id + 1 });`;
    const { report, results } = await check(syncOf(changes, { log: "{ name: 'log', primaryKey: ['id'] }" }));
    expect(report.status).toBe('ok');
    expect(results.schema.seen).toContain('users: 1 declared column holds for 8 rows');
    expect(results.key.seen).toContain('log (id): no rows');
    expect(results.resume.seen).toContain('all 2 rows of tables with a key are the same');
  });
});

interface Broken {
  readonly title: string;
  readonly code: string;
  readonly check: CheckName;
  readonly status: 'warning' | 'failed';
  readonly seen: string;
  readonly errorCode?: string;
}

const BROKEN: readonly Broken[] = [
  {
    title: 'rows without a key after the last checkpoint',
    code: syncOf(GOOD, { after: "if (!isEnough()) yield op.upsert('log', { seen: 0 });" }),
    check: 'state',
    status: 'failed',
    seen: 'rows of tables without a key came after the last checkpoint; the next run would add them again: log (1 row)',
    errorCode: 'OPERATION_INVALID',
  },
  {
    title: 'rows without a key and no checkpoint',
    code: syncOf(GOOD.replace(/yield op\.checkpoint.*/, '')),
    check: 'state',
    status: 'warning',
    seen: 'no state was offered in 8 rows: each run reads everything, and adds the rows of tables without a key again: log (4 rows)',
  },
  {
    title: 'a state that is not JSON',
    code: syncOf(GOOD.replace('next: id + 1', 'next: id + 1, at: new Map()')),
    check: 'state',
    status: 'failed',
    seen: expect.stringContaining('at') as unknown as string,
    errorCode: 'STATE_INVALID',
  },
  {
    title: 'a state that is offered before its rows',
    code: syncOf(`yield op.checkpoint({ next: id + 1 }); ${GOOD}`),
    check: 'resume',
    status: 'failed',
    seen: 'after a read that went on from state 5, table "users" lacks 1 row of 4 and has 0 more',
    errorCode: 'OPERATION_INVALID',
  },
  {
    title: 'values of the read itself',
    code: syncOf(GOOD.replace("'user ' + id", '(globalThis.checkTicks = (globalThis.checkTicks ?? 0) + 1)')),
    check: 'resume',
    status: 'warning',
    seen: 'after reads that went on from state 2 and 3 of 4, columns have other values: users.name',
  },
  {
    title: 'a row without its key',
    code: syncOf(GOOD.replace('{ id, name', '{ name')),
    check: 'key',
    status: 'failed',
    seen: 'row 1: the key column "id" of table "users" has no value',
    errorCode: 'KEY_MISSING',
  },
  {
    title: 'a table that is not declared',
    code: syncOf(GOOD.replace("'log'", "'logs'")),
    check: 'schema',
    status: 'warning',
    seen: 'operations name tables that are not declared, so their rows are only added: logs',
  },
  {
    title: 'a value that does not fit',
    code: syncOf(GOOD.replace('{ id, name', "{ id: id === 3 ? 'x' : id, name")),
    check: 'schema',
    status: 'failed',
    seen: 'row 5: column "id" of table "users" does not take this text as int',
    errorCode: 'ROW_INVALID',
  },
];

describe('a sync with', () => {
  it.each(BROKEN)('$title', async ({ code, check: name, status, seen, errorCode = null }) => {
    const { results, report } = await check(code);
    expect(results[name]).toMatchObject({ status, seen, code: errorCode });
    expect(
      report.checks.filter((line) => line.status === 'failed' || line.status === 'warning'),
    ).toHaveLength(1);
  });
});

it('a dataset that is not incremental has no lines for states', async () => {
  const { report } = await checkConnector({ members: '  *generateRows() { yield { id: 1 }; }' });
  expect(report.checks.map(({ name }) => name)).not.toContain('state');
  expect(report.checks.map(({ name }) => name)).not.toContain('resume');
});
