import { join } from 'node:path';
import { describeTarget } from 'connector-host/testing';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target';
import { readDuckdb } from '../../helpers/read-duckdb';

describeTarget({
  name: 'duckdb',
  open: (folder) => DuckdbTarget.open(join(folder, 'warehouse.duckdb')),
  read: (folder, table) => readDuckdb(join(folder, 'warehouse.duckdb'), table),
});
