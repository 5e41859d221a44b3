import { expect } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Row } from 'connector-host';
import { describeTarget, type TargetSuite } from 'connector-host/testing';
import { FolderTarget } from '../../../src/targets/folder/folder-target.js';
import { ParquetTarget } from '../../../src/targets/parquet/parquet-target.js';
import { storedParquet } from './fixture.js';

const refused: NonNullable<TargetSuite['cannot']>[keyof NonNullable<TargetSuite['cannot']>] = {
  reason: 'nothing can be added to a Parquet file',
  async instead(place) {
    await place.run({ rows: [{ a: 1 }] });
    const { error } = await place.run({ rows: [{ a: 2 }], mode: 'append' });
    expect(error?.code).toBe('TARGET_MODE_UNSUPPORTED');
    expect(await place.read()).toEqual([{ a: '1' }]);
  },
};

describeTarget({
  name: 'parquet',
  open: async (folder, table) => new ParquetTarget(join(folder, `${table}.parquet`)),
  async read(folder, table) {
    const file = join(folder, `${table}.parquet`);
    return existsSync(file) ? storedParquet([file]) : undefined;
  },
  cannot: {
    'append makes the table, then adds to it': refused,
    'a failed append leaves the old table': refused,
    'append widens a table that is filled': refused,
    'append adds a new column': refused,
  },
});

describeTarget({
  name: 'folder of parquet',
  open: async (folder) => new FolderTarget(join(folder, 'out/'), 'parquet'),
  async read(folder, table) {
    const file = join(folder, 'out', `${table}.parquet`);
    if (existsSync(file)) return storedParquet([file]);
    const parts = join(folder, 'out', table);
    if (!existsSync(parts)) return undefined;
    return storedParquet((await readdir(parts)).sort().map((name) => join(parts, name)));
  },
  cannot: {
    'a failed append leaves the old table': {
      reason: 'a table is replaced or added to, not both',
      async instead(place) {
        await place.run({ rows: [{ a: 1 }], mode: 'append' });
        const rows = function* (): Generator<Row> {
          yield { a: 2 };
          throw new Error('broken');
        };
        expect((await place.run({ rows, mode: 'append' })).error?.code).toBe('CONNECTOR_FAILED');
        expect(await place.read()).toEqual([{ a: '1' }]);
        expect((await place.run({ rows: [{ a: 2 }] })).error?.code).toBe('TARGET_MODE_UNSUPPORTED');
        expect(await place.read()).toEqual([{ a: '1' }]);
      },
    },
    'append widens a table that is filled': {
      reason: 'each part has types of its own',
      async instead(place) {
        await place.run({ rows: [{ v: 1 }, { v: 2 }], mode: 'append' });
        await place.run({ rows: [{ v: 0.5 }], mode: 'append' });
        expect(await place.read()).toEqual([{ v: '1' }, { v: '2' }, { v: '0.5' }]);
      },
    },
    'append adds a new column': {
      reason: 'a table is replaced or added to, not both',
      async instead(place) {
        await place.run({ rows: [{ a: 1 }], mode: 'append' });
        await place.run({ rows: [{ a: 2, b: 'new' }], mode: 'append' });
        expect(await place.read()).toEqual([
          { a: '1', b: null },
          { a: '2', b: 'new' },
        ]);
      },
    },
  },
});
