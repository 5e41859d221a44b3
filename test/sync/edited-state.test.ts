import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import { op, type ReadSchema } from '../../src/index.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const tempFolder = tempFolders();
const schema: ReadSchema = { tables: [{ name: 't', primaryKey: ['id'] }] };

describe('a state that somebody edited in the database', () => {
  it.each(['[1, 2]', '"text"', '7', 'null', '{"at": ', ''])(
    '%j is an error that says what to do',
    async (text) => {
      const place = new DuckdbPlace(await tempFolder());
      const rows = [op.upsert('t', { id: 1 }), op.checkpoint({ at: 1 })];
      await place.run({ pipeline: 'p', schema, rows, options: { mode: undefined } });
      const instance = await DuckDBInstance.create(place.file);
      const connection = await instance.connect();
      await connection.run('UPDATE _host_state SET state = $1', [text]);
      connection.closeSync();
      instance.closeSync();
      const { error } = await place.run({
        pipeline: 'p',
        schema,
        rows: [op.upsert('t', { id: 2 })],
        options: { mode: undefined },
      });
      expect(error).toMatchObject({ code: 'STATE_UNREADABLE', exitCode: 2 });
      expect(`${error?.message} ${error?.action}`).toMatch(/host state/);
      expect(await place.query('FROM t')).toEqual([['1']]);
      expect(await place.query('SELECT state FROM _host_state')).toEqual([[text]]);
      const again = await place.run({
        pipeline: 'p',
        schema,
        rows,
        options: { mode: undefined, fullRefresh: true },
      });
      expect(again.error).toBeUndefined();
    },
  );
});
