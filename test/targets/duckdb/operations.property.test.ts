import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { describeOperations } from '../../fixtures/describe-operations.js';
import { readDuckdb } from '../../helpers/read-duckdb.js';

describeOperations(
  'DuckDB',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'host-operations-'));
    const file = join(folder, 'w.duckdb');
    const target = await DuckdbTarget.open(file);
    return {
      target,
      read: (table) => readDuckdb(file, table),
      close: async () => {
        await target.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
  20,
);
