import { describe } from '@jest/globals';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { describePartitions } from '../../fixtures/describe-partitions.js';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { tempFolders } from '../../fixtures/temp-folder.js';

describe('partitions of a DuckDB file', () => {
  const newFolder = tempFolders();
  describePartitions(async () => {
    const place = new DuckdbPlace(await newFolder());
    return { open: () => DuckdbTarget.open(place.file), query: (sql) => place.query(sql) };
  });
});
