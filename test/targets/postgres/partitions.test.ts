import { describe } from '@jest/globals';
import { PostgresTarget } from '../../../src/targets/postgres/postgres-target.js';
import { describePartitions } from '../../fixtures/describe-partitions.js';
import { PostgresPlace } from '../../fixtures/postgres-place.js';
import { usePostgres } from '../../helpers/postgres-server.js';

const server = usePostgres();

describe('partitions of a PostgreSQL database', () => {
  describePartitions(async () => {
    const place = new PostgresPlace(await server.newDatabase());
    return { open: () => PostgresTarget.open(place.url), query: (sql) => place.query(sql) };
  });
});
