import { join } from 'node:path';
import { describeTarget } from 'connector-host/testing';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { readDuckdb } from '../../helpers/read-duckdb.js';

describeTarget({
  name: 'duckdb',
  upserts: true,
  open: (folder) => DuckdbTarget.open(join(folder, 'warehouse.duckdb')),
  read: (folder, table) => readDuckdb(join(folder, 'warehouse.duckdb'), table),
});
