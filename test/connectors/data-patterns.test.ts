import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import DataPatternsConnector, {
  type DataPatternsConfig,
} from '../../python-connectors/my-plugin-data-patterns/connector.js';
import { getUsers, type User } from '../../python-connectors/my-plugin-data-patterns/mock-api.js';
import type { ConnectorManifest, Operation, Row, State } from '../../src/index.js';
import { fakeContext } from './fake-context.js';
import { playOperations } from './play-operations.js';
import { PlayedDatabase } from './played-database.js';

const FOLDER = join(__dirname, '../../python-connectors/my-plugin-data-patterns');
const ORDER = ['users_flattened', 'users', 'orders', 'users_data'];

function connector(config: DataPatternsConfig = {}, context = fakeContext()): DataPatternsConnector {
  return new DataPatternsConnector(config, context);
}

async function fullRun(config: DataPatternsConfig = {}): Promise<PlayedDatabase> {
  const database = new PlayedDatabase();
  await playOperations(connector(config), database);
  return database;
}

function usersOf(count: number, seed: number): Promise<User[]> {
  return getUsers({ count, seed }, fakeContext().logger);
}

/** The tables that the users must become, made without the connector. */
function tablesOf(users: readonly User[]): Record<string, Row[]> {
  const byKey = (row: Row): string => JSON.stringify([row.user_id, row.order_id]);
  const sorted = (rows: Row[]): Row[] => rows.sort((a, b) => (byKey(a) < byKey(b) ? -1 : 1));
  const orders = users.flatMap(({ user_id, name, orders: own }) =>
    own.map((order) => ({ user_id, name, ...order })),
  );
  return {
    users_flattened: sorted([...orders]),
    users: sorted(users.map(({ user_id, name }) => ({ user_id, name }))),
    orders: sorted(orders.map(({ user_id, order_id, amount }) => ({ user_id, order_id, amount }))),
    users_data: sorted(
      users.map(({ user_id, name, orders: own }) => ({ user_id, name, data: { orders: own } })),
    ),
  };
}

/** Rows of each upsert by table, and the position of each checkpoint. */
function trace(operations: readonly Operation[]): unknown[] {
  return operations.map((operation) => {
    if (operation.kind === 'checkpoint') return operation.state.next ?? 'complete';
    if (operation.kind !== 'upsert') throw new Error(`${operation.kind} was not expected`);
    return [operation.table, operation.rows.length];
  });
}

describe('my-plugin-data-patterns', () => {
  it('declares four tables with their keys', () => {
    const text = (name: string): object => ({ name, type: 'STRING' });
    const amount = { name: 'amount', type: 'DOUBLE' };
    const [user, order, name] = [text('user_id'), text('order_id'), text('name')];
    expect(connector().getReadSchema()).toEqual({
      tables: [
        {
          name: 'users_flattened',
          primaryKey: ['user_id', 'order_id'],
          columns: [user, order, name, amount],
        },
        { name: 'users', primaryKey: ['user_id'], columns: [user, name] },
        { name: 'orders', primaryKey: ['user_id', 'order_id'], columns: [user, order, amount] },
        {
          name: 'users_data',
          primaryKey: ['user_id'],
          columns: [user, name, { name: 'data', type: 'JSON' }],
        },
      ],
    });
  });

  it('writes 10 users without any param, each in three ways', async () => {
    const { contents } = await fullRun();
    expect(contents).toEqual(tablesOf(await usersOf(10, 42)));
    expect(contents.users).toHaveLength(10);
    for (const { user_id, data } of contents.users_data ?? []) {
      const { orders } = data as { orders: Row[] };
      const ids = orders.map(({ order_id }) => order_id);
      expect(ids).toEqual(['ORD-1', 'ORD-2', 'ORD-3', 'ORD-4', 'ORD-5'].slice(0, ids.length));
      expect(ids.length).toBeGreaterThan(0);
      expect(contents.orders?.filter((row) => row.user_id === user_id).map((row) => row.order_id)).toEqual(
        ids,
      );
    }
  });

  it('has the defaults of its manifest', async () => {
    const { params } = JSON.parse(readFileSync(join(FOLDER, 'connector.json'), 'utf8')) as ConnectorManifest;
    const defaults: DataPatternsConfig = Object.fromEntries(
      (params ?? []).map(({ name, defaultValue }) => [name ?? '', defaultValue]),
    );
    expect(defaults).toEqual({ num_users: 10, seed: 42, checkpoint_interval: 50 });
    expect((params ?? []).filter(({ mandatory }) => mandatory)).toEqual([]);
    const operations = async (config: DataPatternsConfig): Promise<unknown[]> =>
      trace(await playOperations(connector(config), new PlayedDatabase()));
    // More orders than one interval, so that its default shows.
    expect(await operations({ num_users: 60 })).toEqual(await operations({ ...defaults, num_users: 60 }));
    expect((await fullRun()).contents).toEqual((await fullRun(defaults)).contents);
  });

  it('asks the API once in a run, also in one that goes on', async () => {
    const database = new PlayedDatabase();
    for (const crashAfter of [2, Infinity, Infinity]) {
      const context = fakeContext();
      await playOperations(connector({ seed: 7 }, context), database, { crashAfter });
      expect(context.lines.filter((line) => line.includes('GET'))).toEqual([
        'info mock GET https://api.example.com/users {"count":10,"seed":7}',
      ]);
    }
  });

  it('checkpoints after every interval and after each table', async () => {
    const users = await usersOf(4, 1);
    const orders = users.flatMap((user) => user.orders).length;
    expect(orders).toBeGreaterThan(10);
    const config = { num_users: 4, seed: 1, checkpoint_interval: 4 };
    const pages = (table: string, count: number, next: unknown): unknown[] => {
      const ends = Array.from({ length: Math.ceil(count / 4) }, (_, index) => Math.min(4 * index + 4, count));
      return ends.flatMap((end, index) => [
        [table, end - 4 * index],
        end < count ? { table, row: end } : next,
      ]);
    };
    expect(trace(await playOperations(connector(config), new PlayedDatabase()))).toEqual([
      ...pages('users_flattened', orders, { table: 'users', row: 0 }),
      ...pages('users', 4, { table: 'orders', row: 0 }),
      ...pages('orders', orders, { table: 'users_data', row: 0 }),
      ...pages('users_data', 4, 'complete'),
    ]);
  });

  it('saves when the users were fetched, and keeps that time when it goes on', async () => {
    const before = Date.now();
    const database = new PlayedDatabase();
    await playOperations(connector(), database, { crashAfter: 2 });
    const { last_synced_at: time } = database.state;
    expect(new Date(time as string).toISOString()).toBe(time);
    expect(Date.parse(time as string)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(time as string)).toBeLessThanOrEqual(Date.now());
    database.state = { ...database.state, last_synced_at: '2026-01-01T00:00:00.000Z' };
    await playOperations(connector(), database);
    expect(database.state).toEqual({ last_synced_at: '2026-01-01T00:00:00.000Z', seed: 42, num_users: 10 });
    await playOperations(connector(), database);
    expect(Date.parse(database.state.last_synced_at as string)).toBeGreaterThanOrEqual(before);
  });

  it('ends with the tables of an uninterrupted run, whichever emission a crash follows', async () => {
    for (const checkpoint_interval of [1, 3, 50]) {
      const config = { num_users: 6, seed: 3, checkpoint_interval };
      const whole = new PlayedDatabase();
      const emissions = (await playOperations(connector(config), whole)).length;
      expect(emissions).toBeGreaterThanOrEqual(8);
      for (let crashAfter = 0; crashAfter <= emissions; crashAfter += 1) {
        const database = new PlayedDatabase();
        await playOperations(connector(config), database, { crashAfter });
        await playOperations(connector(config), database);
        expect(database.contents).toEqual(whole.contents);
        expect(database.state).toEqual({ ...whole.state, last_synced_at: database.state.last_synced_at });
      }
    }
  });

  it('goes on without rows that are written already', async () => {
    const config = { num_users: 6, seed: 3, checkpoint_interval: 2 };
    const whole = trace(await playOperations(connector(config), new PlayedDatabase()));
    for (let crashAfter = 2; crashAfter < whole.length; crashAfter += 2) {
      const database = new PlayedDatabase();
      await playOperations(connector(config), database, { crashAfter });
      expect(trace(await playOperations(connector(config), database))).toEqual(whole.slice(crashAfter));
    }
  });

  it('reaches the same end through any crashes, any number of users, any interval', async () => {
    const given = fc.record({
      num_users: fc.integer({ min: 0, max: 15 }),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      intervals: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
      crashAfter: fc.integer({ min: 0, max: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ num_users, seed, intervals, crashAfter }) => {
        const database = new PlayedDatabase();
        for (const checkpoint_interval of intervals) {
          const config = { num_users, seed, checkpoint_interval };
          await playOperations(connector(config), database, { crashAfter });
        }
        await playOperations(connector({ num_users, seed }), database);
        expect(database.contents).toEqual(tablesOf(await usersOf(num_users, seed)));
      }),
      { numRuns: 60 },
    );
  });

  it('goes on with the users it began with, although the params have changed', async () => {
    const database = new PlayedDatabase();
    await playOperations(connector({ num_users: 5, seed: 1 }), database, { crashAfter: 4 });
    await playOperations(connector({ num_users: 9, seed: 2 }), database);
    expect(database.contents).toEqual(tablesOf(await usersOf(5, 1)));
    expect(database.state).toMatchObject({ seed: 1, num_users: 5 });
  });

  it('writes the same keys in a second run', async () => {
    const database = await fullRun({ num_users: 20 });
    const first = database.contents;
    const operations = await playOperations(connector({ num_users: 20 }), database);
    expect(trace(operations).at(0)).toEqual(['users_flattened', 50]);
    expect(database.contents).toEqual(first);
  });

  it('has other users for another seed, and the same first ones for another number', async () => {
    const users = await usersOf(10, 42);
    expect(await usersOf(3, 42)).toEqual(users.slice(0, 3));
    expect(await usersOf(10, 43)).not.toEqual(users);
    const counts = new Set((await usersOf(200, 5)).map(({ orders }) => orders.length));
    expect([...counts].sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('ends at the limit, and goes on behind it', async () => {
    const config = { num_users: 3, seed: 2, checkpoint_interval: 2 };
    const whole = await fullRun(config);
    const all = Object.values(whole.contents).flat().length;
    for (const recordsLimit of [1, 2, 3, all - 1, all, all + 1]) {
      const database = new PlayedDatabase();
      await playOperations(connector(config), database, { recordsLimit });
      expect(Object.values(database.contents).flat()).toHaveLength(Math.min(recordsLimit, all));
      if (recordsLimit < all) await playOperations(connector(config), database);
      expect(database.contents).toEqual(whole.contents);
    }
  });

  it('writes nothing and completes where there are no users', async () => {
    const operations = await playOperations(connector({ num_users: 0 }), new PlayedDatabase());
    expect(trace(operations)).toEqual([...ORDER.slice(1).map((table) => ({ table, row: 0 })), 'complete']);
  });

  it.each<State>([
    { next: 'orders' },
    { next: { table: 'orders', row: 1 } },
    { last_synced_at: 'x', seed: 1, num_users: 1, next: null },
    { last_synced_at: 'x', seed: 1, num_users: 1, next: { table: 'invoices', row: 0 } },
    { last_synced_at: 'x', seed: 1, num_users: 1, next: { table: 'orders', row: -1 } },
    { last_synced_at: 'x', seed: 1.5, num_users: 1, next: { table: 'orders', row: 0 } },
  ])('refuses the state %j', async (state) => {
    const database = new PlayedDatabase();
    database.state = state;
    await expect(playOperations(connector(), database)).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'the saved state has a "next" that this connector did not write',
    });
  });
});
