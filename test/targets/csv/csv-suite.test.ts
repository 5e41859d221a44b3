import { expect } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describeTarget, type StoredRow } from 'connector-host/testing';
import { CsvTarget } from '../../../src/targets/csv/csv-target.js';

// The suite's tables are files beside each other, so a target's file has the name of the table.
describeTarget({
  name: 'csv',
  open: async (folder, table) => new CsvTarget(join(folder, `${table}.csv`)),
  async read(folder, table) {
    const file = join(folder, `${table}.csv`);
    if (!existsSync(file)) return undefined;
    return parse<StoredRow>(await readFile(file), {
      columns: true,
      skipEmptyLines: false,
      relaxColumnCount: true,
      cast: (value, { quoting, header }) => (value === '' && !quoting && !header ? null : value),
    });
  },
  cannot: {
    'append adds a new column': {
      reason: 'the header of a file that is there is kept',
      async instead(place) {
        await place.run({ rows: [{ a: 1 }] });
        const { error } = await place.run({ rows: [{ a: 2, b: 'new' }], mode: 'append' });
        expect(error?.code).toBe('SCHEMA_CONFLICT');
        expect(error?.message).toContain('"b"');
        expect(await place.read()).toEqual([{ a: '1' }]);
      },
    },
  },
});
