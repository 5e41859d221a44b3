import { readFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Company, Department } from '../../python-connectors/my-plugin-parent-child/api-types.js';
import ParentChildConnector, {
  type ParentChildConfig,
} from '../../python-connectors/my-plugin-parent-child/connector.js';
import type { ApiData } from '../../python-connectors/my-plugin-parent-child/data-file.js';
import { op, type ConnectorManifest, type Operation, type Row, type State } from '../../src/index.js';
import { tempFolders } from '../fixtures/temp-folder.js';
import { fakeContext } from './fake-context.js';
import { playOperations } from './play-operations.js';
import { PlayedDatabase } from './played-database.js';

const FOLDER = join(__dirname, '../../python-connectors/my-plugin-parent-child');
const FIXTURE = JSON.parse(readFileSync(join(FOLDER, 'fixtures/data.json'), 'utf8')) as ApiData;
const END = {
  company_cursor: '2024-08-14T02:01:00Z',
  department_cursor: { 1: '2024-08-14T03:00:00Z', 2: '2024-08-14T06:00:00Z' },
};

const tempFolder = tempFolders();

function connector(config: ParentChildConfig = {}, context = fakeContext()): ParentChildConnector {
  return new ParentChildConnector(config, { ...context, resource: (path) => join(FOLDER, path) });
}

/** A data file of a test's own, and connectors that read it. */
async function ownData(data: ApiData): Promise<{
  readonly file: string;
  readonly open: () => ParentChildConnector;
  readonly change: (data: ApiData) => Promise<void>;
}> {
  const file = join(await tempFolder(), 'data.json');
  const change = (changed: ApiData): Promise<void> => writeFile(file, JSON.stringify(changed));
  await change(data);
  return { file, open: () => connector({ data_file: file }), change };
}

/** The tables that data must become. */
function tablesOf({ companies, departments }: ApiData): Record<string, Row[]> {
  const sorted = (rows: Row[], key: readonly string[]): Row[] => {
    const keyOf = (row: Row): string => JSON.stringify(key.map((column) => row[column]));
    return rows.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  };
  return {
    company: sorted(
      companies.map((row) => ({ ...row })),
      ['company_id'],
    ),
    department: sorted(
      departments.map((row) => ({ ...row })),
      ['department_id', 'company_id'],
    ),
  };
}

function rowsOf(operations: readonly Operation[]): Row[] {
  return operations.flatMap((operation) => (operation.kind === 'upsert' ? operation.rows : []));
}

function company(id: string, updated_at: string, company_name = `company ${id}`): Company {
  return { company_id: id, company_name, updated_at };
}

function department(id: string, company_id: string, updated_at: string): Department {
  return { department_id: id, company_id, department_name: `department ${id}`, updated_at };
}

describe('my-plugin-parent-child', () => {
  it('declares both tables', () => {
    const text = (name: string): object => ({ name, type: 'STRING' });
    const time = { name: 'updated_at', type: 'UTC_DATETIME' };
    expect(connector().getReadSchema()).toEqual({
      tables: [
        {
          name: 'company',
          primaryKey: ['company_id'],
          columns: [text('company_id'), text('company_name'), time],
        },
        {
          name: 'department',
          primaryKey: ['department_id', 'company_id'],
          columns: [text('department_id'), text('company_id'), text('department_name'), time],
        },
      ],
    });
  });

  it('reads its fixture, each upsert followed by a checkpoint', async () => {
    const database = new PlayedDatabase();
    const operations = await playOperations(connector(), database);
    expect(database.contents).toEqual({
      company: [
        { company_id: '1', company_name: 'ABC Inc', updated_at: '2024-08-14T01:00:00Z' },
        { company_id: '2', company_name: 'XYZ Inc', updated_at: '2024-08-14T02:01:00Z' },
      ],
      department: [
        ['1', '1', 'Engineering', '01'],
        ['1', '2', 'Sales', '04'],
        ['2', '1', 'R&D', '02'],
        ['2', '2', 'Support', '05'],
        ['3', '1', 'Marketing', '03'],
        ['3', '2', 'Design', '06'],
      ].map(([department_id, company_id, department_name, hour]) => ({
        department_id,
        company_id,
        department_name,
        updated_at: `2024-08-14T${hour}:00:00Z`,
      })),
    });
    expect(database.state).toEqual(END);
    const isUpsert = operations.map(({ kind }) => kind === 'upsert');
    expect(isUpsert.flatMap((is, index) => (is ? [isUpsert[index + 1]] : []))).toEqual(Array(8).fill(false));
  });

  it('lets the cursor of a company pass only when its departments are read', async () => {
    const patches = (await playOperations(connector(), new PlayedDatabase())).slice(0, 9);
    const [first, ...departments] = FIXTURE.departments.filter(({ company_id }) => company_id === '1');
    const checkpoint = (patch: State): Operation => op.checkpoint(patch, { merge: true });
    const cursor = (time: string): Operation => checkpoint({ department_cursor: { 1: time } });
    expect(patches).toEqual(
      [
        op.upsert('company', { ...FIXTURE.companies[0] }),
        cursor(''),
        ...[first, ...departments].flatMap((row) => [
          op.upsert('department', { ...row }),
          cursor(row?.updated_at ?? ''),
        ]),
        checkpoint({ company_cursor: '2024-08-14T01:00:00Z' }),
      ].map((operation) => structuredClone(operation)),
    );
  });

  it('logs the address and the parameters of each request', async () => {
    const database = new PlayedDatabase();
    const requests = async (): Promise<string[]> => {
      const context = fakeContext();
      await playOperations(connector({}, context), database);
      return context.lines;
    };
    const get = (path: string, params: object): string =>
      `info mock GET https://api.example.com/${path} ${JSON.stringify(params)}`;
    expect(await requests()).toEqual([
      get('companies', {}),
      get('companies/1/departments', {}),
      get('companies/2/departments', {}),
    ]);
    expect(await requests()).toEqual([
      get('companies', { updated_after: END.company_cursor }),
      get('companies/1/departments', { updated_after: END.department_cursor[1] }),
      get('companies/2/departments', { updated_after: END.department_cursor[2] }),
    ]);
  });

  it('changes nothing in a second run', async () => {
    const database = new PlayedDatabase();
    await playOperations(connector(), database);
    const { contents } = database;
    expect(await playOperations(connector(), database)).toEqual([]);
    expect(database.contents).toEqual(contents);
    expect(database.state).toEqual(END);
  });

  it('ends as an uninterrupted run, whichever emission a crash follows', async () => {
    const whole = new PlayedDatabase();
    const emissions = (await playOperations(connector(), whole)).length;
    expect(emissions).toBe(18);
    for (let crashAfter = 0; crashAfter <= emissions; crashAfter += 1) {
      const database = new PlayedDatabase();
      await playOperations(connector(), database, { crashAfter });
      await playOperations(connector(), database);
      expect(database.contents).toEqual(whole.contents);
      expect(database.state).toEqual(END);
    }
  });

  it('gets there although every run dies after one new department', async () => {
    const database = new PlayedDatabase();
    const emitted: number[] = [];
    // A company that is told of again and its checkpoint, a department and its checkpoint.
    while (emitted.at(-1) !== 0 && emitted.length < 20) {
      emitted.push((await playOperations(connector(), database, { crashAfter: 4 })).length);
    }
    expect(emitted).toEqual([4, 4, 4, 4, 4, 4, 4, 3, 0]);
    expect(database.contents).toEqual(tablesOf(FIXTURE));
    expect(database.state).toEqual(END);
  });

  it('keeps the departments of a company when the API fails before they are read', async () => {
    const { file, open } = await ownData(FIXTURE);
    const database = new PlayedDatabase();
    // The checkpoint of the first company is committed, then its departments cannot be fetched.
    const onOperation = async ({ kind }: Operation): Promise<void> => {
      if (kind === 'checkpoint') await rename(file, `${file}.away`);
    };
    await expect(playOperations(open(), database, { onOperation })).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'CONFIG_FILE_UNREADABLE',
    });
    expect(database.contents).toEqual({ company: [{ ...FIXTURE.companies[0] }], department: [] });
    expect(database.state).toEqual({ department_cursor: { 1: '' } });
    await rename(`${file}.away`, file);
    await playOperations(open(), database);
    expect(database.contents).toEqual(tablesOf(FIXTURE));
    expect(database.state).toEqual(END);
  });

  it('finds a changed department of a company that did not change', async () => {
    const { open, change } = await ownData(FIXTURE);
    const database = new PlayedDatabase();
    await playOperations(open(), database);
    const changed = { ...department('2', '1', '2024-08-15T00:00:00Z'), department_name: 'Research' };
    const added = department('4', '1', '2024-08-15T01:00:00Z');
    const departments = FIXTURE.departments.map((row) =>
      row.company_id === '1' && row.department_id === '2' ? changed : row,
    );
    const data = { ...FIXTURE, departments: [...departments, added] };
    await change(data);
    expect(rowsOf(await playOperations(open(), database))).toEqual([changed, added]);
    expect(database.contents).toEqual(tablesOf(data));
    expect(database.state).toEqual({
      ...END,
      department_cursor: { ...END.department_cursor, 1: '2024-08-15T01:00:00Z' },
    });
  });

  it('writes only the company where only that changed', async () => {
    const { open, change } = await ownData(FIXTURE);
    const database = new PlayedDatabase();
    await playOperations(open(), database);
    const changed = company('1', '2024-08-15T00:00:00Z', 'ABC Ltd');
    await change({ ...FIXTURE, companies: [changed, ...FIXTURE.companies.slice(1)] });
    expect(rowsOf(await playOperations(open(), database))).toEqual([changed]);
    expect(database.state).toEqual({ ...END, company_cursor: '2024-08-15T00:00:00Z' });
  });

  it('remembers a company that has no departments yet', async () => {
    const data = { companies: [company('7', '2024-08-14T01:00:00Z')], departments: [] };
    const { open, change } = await ownData(data);
    const database = new PlayedDatabase();
    await playOperations(open(), database);
    expect(database.state).toEqual({
      company_cursor: '2024-08-14T01:00:00Z',
      department_cursor: { 7: '' },
    });
    const first = department('1', '7', '2020-01-01T00:00:00Z');
    await change({ ...data, departments: [first] });
    expect(rowsOf(await playOperations(open(), database))).toEqual([first]);
    expect(database.state).toMatchObject({ department_cursor: { 7: '2020-01-01T00:00:00Z' } });
  });

  it('loses no row of an instant that several share', async () => {
    const [time, sameTime] = ['2024-08-14T01:00:00Z', '2024-08-14T03:00:00.000+02:00'];
    const data = {
      companies: [company('a', time), company('b', sameTime)],
      departments: [department('1', 'a', time), department('2', 'a', sameTime), department('3', 'b', time)],
    };
    const { open } = await ownData(data);
    const emissions = (await playOperations(open(), new PlayedDatabase())).length;
    for (let crashAfter = 0; crashAfter <= emissions; crashAfter += 1) {
      const database = new PlayedDatabase();
      await playOperations(open(), database, { crashAfter });
      await playOperations(open(), database);
      expect(database.contents).toEqual(tablesOf(data));
      // As the API wrote them.
      expect(database.state).toEqual({
        company_cursor: sameTime,
        department_cursor: { a: sameTime, b: time },
      });
    }
  });

  it('has all data at last, whatever changes and dies between', async () => {
    const change = fc.record({
      company: fc.constantFrom('a', 'b', '3'),
      department: fc.option(fc.constantFrom('1', '2', '3')),
      seconds: fc.integer({ min: 0, max: 2 }),
    });
    const steps = fc.array(
      fc.record({
        changes: fc.array(change, { maxLength: 5 }),
        crashAfter: fc.integer({ min: 0, max: 25 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const companies = new Map<string, Company>();
        const departments = new Map<string, Department>();
        const data = (): ApiData => ({
          companies: [...companies.values()],
          departments: [...departments.values()],
        });
        const own = await ownData(data());
        const database = new PlayedDatabase();
        for (const [step, { changes, crashAfter }] of given.entries()) {
          for (const { company: id, department: part, seconds } of changes) {
            const time = `2024-08-14T01:${10 + step}:0${seconds}Z`;
            if (part === null || !companies.has(id)) companies.set(id, company(id, time, `step ${step}`));
            if (part !== null) departments.set(`${id} ${part}`, department(part, id, time));
          }
          await own.change(data());
          await playOperations(own.open(), database, { crashAfter });
        }
        await playOperations(own.open(), database);
        expect(database.contents).toEqual(tablesOf(data()));
        expect(await playOperations(own.open(), database)).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  it('ends at the limit with a checkpoint, and goes on behind it', async () => {
    const database = new PlayedDatabase();
    const limited = await playOperations(connector(), database, { recordsLimit: 3 });
    expect(rowsOf(limited)).toHaveLength(3);
    expect(database.state).toEqual({ department_cursor: { 1: '2024-08-14T02:00:00Z' } });
    await playOperations(connector(), database);
    expect(database.contents).toEqual(tablesOf(FIXTURE));
    expect(database.state).toEqual(END);
  });

  it.each<State>([
    { company_cursor: 5 },
    { company_cursor: '' },
    { company_cursor: '2024-08-14' },
    { department_cursor: [] },
    { department_cursor: null },
    { department_cursor: { 1: '14.08.2024' } },
  ])('refuses the state %j', async (state) => {
    const database = new PlayedDatabase();
    database.state = state;
    await expect(playOperations(connector(), database)).rejects.toMatchObject({
      name: 'ConfigError',
      message: 'the saved state has cursors that this connector did not write',
    });
  });

  it('says what is wrong with a data file, and shows no value', async () => {
    const { file, open } = await ownData(FIXTURE);
    const failing = async (text: string): Promise<unknown> => {
      await writeFile(file, text);
      return playOperations(open(), new PlayedDatabase()).catch((error: unknown) => error);
    };
    expect(await failing('{ "companies": Zq')).toMatchObject({
      name: 'ConfigError',
      message: 'the data file is not JSON',
      details: { file },
    });
    const wrong = {
      companies: [{ company_id: 1, company_name: 'Zq', updated_at: 'Zq' }, 'Zq'],
      departments: {},
    };
    const error = await failing(JSON.stringify(wrong));
    expect(error).toMatchObject({
      name: 'ConfigError',
      details: {
        problems: [
          'the data file: companies[0].company_id must be text',
          'the data file: companies[0].updated_at must be a time as in 2024-08-14T01:00:00Z',
          'the data file: companies[1].company_id must be text',
          'the data file: companies[1].company_name must be text',
          'the data file: companies[1].updated_at must be a time as in 2024-08-14T01:00:00Z',
          'the data file has no list "departments"',
        ],
      },
    });
    expect((error as Error).message).not.toContain('Zq');
  });

  it('has the default of its manifest', async () => {
    const text = await readFile(join(FOLDER, 'connector.json'), 'utf8');
    const { params } = JSON.parse(text) as ConnectorManifest;
    expect(params?.map(({ name, defaultValue, mandatory }) => [name, defaultValue, mandatory])).toEqual([
      ['data_file', 'fixtures/data.json', undefined],
    ]);
  });
});
