import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { getUsers } from '../../python-connectors/my-plugin-data-patterns/mock-api.js';
import { fakeContext } from '../connectors/fake-context.js';
import { tempFolders } from '../fixtures/temp-folder.js';
import { kill, Warehouse, type StoredTable } from './warehouse.js';

const ID = 'my-plugin-data-patterns';
const tempFolder = tempFolders();

const USER = ['user_id', 'VARCHAR'] as const;
const ORDER = ['order_id', 'VARCHAR'] as const;
const NAME = ['name', 'VARCHAR'] as const;
const AMOUNT = ['amount', 'DOUBLE'] as const;

/** What the seed says of users, made without the connector. */
async function seed(count: number): Promise<Record<string, StoredTable>> {
  const users = await getUsers({ count, seed: 42 }, fakeContext().logger);
  users.sort((a, b) => (a.user_id < b.user_id ? -1 : 1));
  const orders = users.flatMap(({ user_id, name, orders: own }) =>
    own.map((order) => ({ user_id, order_id: order.order_id, name, amount: order.amount })),
  );
  return {
    orders: {
      columns: [USER, ORDER, AMOUNT],
      key: ['user_id', 'order_id'],
      rows: orders.map(({ user_id, order_id, amount }) => ({ user_id, order_id, amount })),
    },
    users: {
      columns: [USER, NAME],
      key: ['user_id'],
      rows: users.map(({ user_id, name }) => ({ user_id, name })),
    },
    users_data: {
      columns: [USER, NAME, ['data', 'JSON']],
      key: ['user_id'],
      rows: users.map(({ user_id, name, orders: own }) => ({ user_id, name, data: { orders: own } })),
    },
    users_flattened: { columns: [USER, ORDER, NAME, AMOUNT], key: ['user_id', 'order_id'], rows: orders },
  };
}

describe('host run my-plugin-data-patterns', () => {
  it('fills four tables with 10 users and no param; a second run leaves them as they are', async () => {
    const warehouse = new Warehouse(await tempFolder(), ID);
    const expected = await seed(10);
    const before = new Date().toISOString();
    expect((await warehouse.run()).exitCode).toBe(0);
    expect(await warehouse.tables()).toEqual(expected);
    expect(expected.users?.rows).toHaveLength(10);
    const first = await warehouse.states();
    const synced = (state: Record<string, unknown>): string =>
      (state[ID] as { last_synced_at: string }).last_synced_at;
    expect(first).toEqual({ [ID]: { last_synced_at: synced(first), seed: 42, num_users: 10 } });
    expect(synced(first) >= before).toBe(true);
    expect((await warehouse.run()).exitCode).toBe(0);
    expect(await warehouse.tables()).toEqual(expected);
    expect(synced(await warehouse.states()) > synced(first)).toBe(true);
  });

  it('goes on with the same users after kills, until all are there', async () => {
    const warehouse = new Warehouse(await tempFolder(), ID, '--set', 'num_users=3000');
    for (const milliseconds of [0, 60, 150, 400]) {
      const run = warehouse.start('--verbose');
      await run.until('stderr', /mock GET/);
      await sleep(milliseconds);
      await kill(run);
    }
    expect((await warehouse.run()).exitCode).toBe(0);
    expect(await warehouse.tables()).toEqual(await seed(3000));
  });

  it('refuses another seed for tables that are there, and says how to go on', async () => {
    const warehouse = new Warehouse(await tempFolder(), ID);
    await warehouse.run();
    const { exitCode, stderr } = await warehouse.run('--set', 'seed=7');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('PARAMS_CHANGED');
    expect(stderr).toContain('"seed"');
    expect(stderr).toContain('--full-refresh');
    expect(await warehouse.tables()).toEqual(await seed(10));
  });
});
