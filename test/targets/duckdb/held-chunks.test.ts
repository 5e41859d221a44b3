import { DuckDBInstance, type DuckDBDataChunk } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import type { TableColumn } from '../../../src/targets/target.js';
import { ChunkMaker } from '../../../src/targets/duckdb/chunk-appender.js';
import { HeldChunks } from '../../../src/targets/duckdb/partitions/held-chunks.js';

const column = (name: string, type: TableColumn['type']): TableColumn => ({
  name,
  type,
  declared: true,
  nullable: true,
});
const COLUMNS = [column('id', 'bigint'), column('text', 'string'), column('part', 'string')];

describe('chunks that are written again', () => {
  it('have nothing of the rows before, once those were handed over', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run('CREATE TABLE t (id BIGINT, text VARCHAR, part VARCHAR)');
    const held = new HeldChunks();
    const maker = new ChunkMaker('t', COLUMNS, { spare: () => held.spare('f') });
    const appender = await connection.createAppender('t');
    const used = new Set<DuckDBDataChunk>();
    const long = 'a text that is too long to lie in the vector itself';
    const batches = [
      {
        rows: [
          { id: 1, text: long },
          { id: null, text: null },
          { id: 3, text: 'c' },
        ],
        part: 'first',
      },
      {
        rows: [
          { id: 4, text: null },
          { id: 5, text: `${long}, again` },
        ],
        part: 'the second, which is long',
      },
      { rows: [{ id: null, text: 'f' }], part: 'third' },
    ];
    for (const { rows, part } of batches) {
      expect(held.take(1)).toBe(true);
      const chunks = maker.make({ rows, firstRow: 1, constants: { part } });
      for (const chunk of chunks) {
        used.add(chunk);
        appender.appendDataChunk(chunk);
      }
      held.release('f', chunks);
    }
    appender.closeSync();
    expect(used.size).toBe(1);
    const found = await connection.runAndReadAll('SELECT CAST(id AS INTEGER), text, part FROM t');
    expect(found.getRows()).toEqual(
      batches.flatMap(({ rows, part }) => rows.map(({ id, text }) => [id, text, part])),
    );
    connection.closeSync();
    instance.closeSync();
  });

  it('take room until they are given back, and are kept by the types of their columns', () => {
    const held = new HeldChunks();
    expect(held.take(400)).toBe(true);
    expect(held.take(1)).toBe(false);
    held.give(1);
    expect(held.take(1)).toBe(true);
    const [chunk] = new ChunkMaker('t', COLUMNS).make({ rows: [{ id: 1 }], firstRow: 1 });
    held.release('f', [chunk as DuckDBDataChunk]);
    expect(held.spare('g')).toBeUndefined();
    expect(held.spare('f')).toBe(chunk);
    expect(held.spare('f')).toBeUndefined();
    expect(held.take(1)).toBe(true);
    expect(held.take(1)).toBe(false);
  });
});
