import { describeTarget } from 'connector-host/testing';
import { PostgresTarget } from '../../../src/targets/postgres/postgres-target.js';
import { usePostgres } from '../../helpers/postgres-server.js';
import { readPostgres } from '../../helpers/read-postgres.js';

const server = usePostgres();
/** The database of each test's folder. */
const databases = new Map<string, Promise<string>>();

function databaseOf(folder: string): Promise<string> {
  const database = databases.get(folder) ?? server.newDatabase();
  databases.set(folder, database);
  return database;
}

describeTarget({
  name: 'postgres',
  upserts: true,
  isUnstorable: (value) => typeof value === 'string' && value.includes('\0'),
  open: async (folder) => PostgresTarget.open(await databaseOf(folder)),
  read: async (folder, table) => readPostgres(await databaseOf(folder), table),
});
