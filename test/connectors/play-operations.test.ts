import { describe, expect, it } from '@jest/globals';
import { Connector, op, type Operation, type ReadSchema } from '../../src/index.js';
import { fakeContext } from './fake-context.js';
import { playOperations } from './play-operations.js';
import { PlayedDatabase } from './played-database.js';

class Scripted extends Connector<{ readonly script: readonly Operation[] }> {
  override getReadSchema(): ReadSchema {
    const columns = ['a', 'b', 'c'].map((name) => ({ name, type: 'bigint' as const }));
    return { tables: [{ name: 't', columns, primaryKey: ['a', 'b'] }] };
  }

  *generateRows(): Iterable<Operation> {
    yield* this.config.script;
  }
}

async function play(
  script: readonly Operation[],
  crashAfter?: number,
  database = new PlayedDatabase(),
): Promise<PlayedDatabase> {
  const options = crashAfter === undefined ? {} : { crashAfter };
  await playOperations(new Scripted({ script }, fakeContext()), database, options);
  return database;
}

describe('playOperations', () => {
  it('writes, changes and removes rows by the rules', async () => {
    const rows = [
      { a: 1, b: 1, c: 1 },
      { a: 1, b: 2, c: 2 },
      { a: 2, b: 1, c: 3 },
      { a: 2, b: 2, c: 4 },
    ];
    const { contents } = await play([
      op.upsert('t', rows),
      op.upsert('t', { a: 1, b: 1 }),
      op.update('t', [
        { a: 1, b: 2, c: 5 },
        { a: 9, b: 9, c: 9 },
      ]),
      op.delete('t', { a: 2, b: 1 }),
    ]);
    expect(contents.t).toEqual([
      { a: 1, b: 1, c: null },
      { a: 1, b: 2, c: 5 },
      { a: 2, b: 2, c: 4 },
    ]);
    expect((await play([op.upsert('t', rows), op.deleteWhere('t', { a: 1 })])).contents.t).toEqual(
      rows.slice(2),
    );
    expect((await play([op.upsert('t', rows), op.truncate('t')])).contents.t).toEqual([]);
  });

  it('keeps what lies before the last checkpoint when a run dies', async () => {
    const script = [
      op.upsert('t', { a: 1, b: 1 }),
      op.checkpoint({ at: 1, parts: { x: 1, y: 2 } }),
      op.upsert('t', { a: 2, b: 2 }),
      op.checkpoint({ parts: { x: null, z: 3 } }, { merge: true }),
    ];
    const at = async (crashAfter?: number): Promise<unknown> => {
      const { contents, state } = await play(script, crashAfter);
      return [contents.t?.length ?? 0, state];
    };
    expect(await at(0)).toEqual([0, {}]);
    expect(await at(1)).toEqual([0, {}]);
    expect(await at(2)).toEqual([1, { at: 1, parts: { x: 1, y: 2 } }]);
    expect(await at(3)).toEqual([1, { at: 1, parts: { x: 1, y: 2 } }]);
    expect(await at()).toEqual([2, { at: 1, parts: { y: 2, z: 3 } }]);
  });

  it('refuses a row without its full key', async () => {
    await expect(play([op.upsert('t', { a: 1 })])).rejects.toMatchObject({
      name: 'RowError',
      message: 'table t: a row has no b',
    });
  });
});
