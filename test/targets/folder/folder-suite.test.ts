import { expect } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeTarget } from 'connector-host/testing';
import { FolderTarget, type FolderFormat } from '../../../src/targets/folder/folder-target.js';
import { tableFileName } from '../../../src/targets/folder/table-file-name.js';
import { storedCsv, storedLines } from './fixture.js';

const READERS = { csv: storedCsv, ndjson: storedLines };

for (const format of ['csv', 'ndjson'] as const satisfies readonly FolderFormat[]) {
  describeTarget({
    name: `folder of ${format}`,
    open: async (folder) => new FolderTarget(join(folder, 'out/'), format),
    async read(folder, table) {
      const file = join(folder, 'out', tableFileName(table, format));
      return existsSync(file) ? READERS[format](await readFile(file, 'utf8')) : undefined;
    },
    ...(format === 'csv'
      ? {
          cannot: {
            'append adds a new column': {
              reason: 'the header of a file that is there is kept',
              async instead(place) {
                await place.run({ rows: [{ a: 1 }] });
                const { error } = await place.run({ rows: [{ a: 2, b: 'new' }], mode: 'append' });
                expect(error?.code).toBe('SCHEMA_CONFLICT');
                expect(await place.read()).toEqual([{ a: '1' }]);
              },
            },
          },
        }
      : {}),
  });
}
