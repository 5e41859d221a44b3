import { PostgresTarget } from '../../../src/targets/postgres/postgres-target.js';
import { describeOperations } from '../../fixtures/describe-operations.js';
import { usePostgres } from '../../helpers/postgres-server.js';
import { readPostgres } from '../../helpers/read-postgres.js';

const server = usePostgres();

describeOperations(
  'PostgreSQL',
  async () => {
    const url = await server.newDatabase();
    const target = await PostgresTarget.open(url);
    return {
      target,
      read: (table) => readPostgres(url, table),
      close: () => target.close(),
    };
  },
  8,
);
