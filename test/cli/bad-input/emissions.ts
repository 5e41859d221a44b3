import { connectorCode } from '../../helpers/temp-plugin.js';
import { CODE, ID, rows, schema, type BadInput } from './bad-input.js';

/** What a connector says and yields. */
export const BAD_EMISSIONS: readonly BadInput[] = [
  {
    name: 'a row that is null',
    files: { [CODE]: rows('{ id: 1 }, null') },
    exitCode: 3,
    code: 'EMISSION_INVALID',
    says: /generateRows yielded null as row 2; a row must be an object$/m,
  },
  {
    name: 'a row that is a number',
    files: { [CODE]: rows('{ id: 1 }, 7') },
    exitCode: 3,
    code: 'EMISSION_INVALID',
    says: /generateRows yielded a number as row 2; a row must be an object$/m,
  },
  {
    name: 'a list of numbers',
    files: { [CODE]: rows('{ id: 1 }, [7, 8]') },
    exitCode: 3,
    code: 'EMISSION_INVALID',
    says: /generateRows yielded a page with a number as row 2; a row must be an object$/m,
  },
  {
    name: 'an operation after a plain row',
    files: {
      [CODE]: `import { op } from 'connector-host';\n${rows("{ id: 1 }, op.upsert('users', { id: 1 })")}`,
    },
    exitCode: 3,
    code: 'OPERATION_INVALID',
    says: /generateRows yielded the operation "upsert" on table "users", although it is a dataset of plain rows$/m,
  },
  {
    name: 'generateRows that returns nothing',
    files: { [CODE]: connectorCode('generateRows() { return undefined as never; }') },
    exitCode: 3,
    code: 'EMISSION_INVALID',
    says: /generateRows returned nothing to iterate over$/m,
  },
  {
    name: 'generateRows that throws after rows',
    files: {
      [CODE]: connectorCode('*generateRows() {\n    yield { id: 1 };\n    throw new TypeError("odd");\n  }'),
    },
    exitCode: 3,
    code: 'CONNECTOR_FAILED',
    says: /the connector failed: TypeError: odd \(.*bad-case\/connector\.ts:6\)$/m,
  },
  {
    name: 'a value that does not fit its declared type',
    files: { [CODE]: rows("{ id: 1 }, { id: 'one' }", schema("{ columns: [{ name: 'id', type: 'int' }] }")) },
    exitCode: 5,
    code: 'ROW_INVALID',
    says: /row 2.*column "id"|column "id".*row 2/,
  },
  {
    name: 'two columns that differ in case only',
    files: { [CODE]: rows('{ id: 1, Name: "a", name: "b" }') },
    exitCode: 2,
    code: 'COLUMN_NAME_INVALID',
    says: /"Name".*"name"|"name".*"Name"/,
  },
  {
    name: 'two declared columns that differ in case only',
    files: {
      [CODE]: rows(
        '{ id: 1 }',
        schema("{ columns: [{ name: 'id', type: 'int' }, { name: 'ID', type: 'int' }] }"),
      ),
    },
    exitCode: 3,
    code: 'SCHEMA_INVALID',
    says: /column "ID" is declared twice \(case does not count\)$/m,
  },
  {
    name: 'a schema that is none',
    files: {
      [CODE]: rows(
        '{ id: 1 }',
        schema("{ columns: [{ name: 'id', type: 'number of things' }, 5], primaryKey: 'id' }"),
      ),
    },
    exitCode: 3,
    code: 'SCHEMA_INVALID',
    says: /getReadSchema returned no valid schema: 3 problems:\n {2}- column "id" has the unknown type "number of things"\n {2}- columns\[1\] has no name\n {2}- primaryKey is not a list of column names$/m,
  },
  {
    name: 'a plain row where several tables are declared',
    // The file that is there holds one table.
    args: ['run', ID, '--to', '-'],
    files: { [CODE]: rows('{ id: 1 }', schema("{ tables: [{ name: 'a' }] }")) },
    exitCode: 3,
    code: 'OPERATION_INVALID',
    says: /generateRows yielded a plain row, although it yields operations on tables$/m,
  },
];
