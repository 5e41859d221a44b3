import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { tempFolders } from '../fixtures/temp-folder.js';
import { kill, rowsOf, Warehouse } from './warehouse.js';

const ID = 'my-plugin-parent-child';
const DATA = resolve(__dirname, `../../python-connectors/${ID}/fixtures/data.json`);
const tempFolder = tempFolders();

const time = (hours: string): string => `2024-08-14 ${hours}:00+00`;
const department = (id: string, company: string, name: string, hours: string): object => ({
  department_id: id,
  company_id: company,
  department_name: name,
  updated_at: time(hours),
});

/** What the seed says that the first run writes. */
const SEED = {
  company: {
    columns: [
      ['company_id', 'VARCHAR'],
      ['company_name', 'VARCHAR'],
      ['updated_at', 'TIMESTAMP WITH TIME ZONE'],
    ],
    key: ['company_id'],
    rows: [
      { company_id: '1', company_name: 'ABC Inc', updated_at: time('01:00') },
      { company_id: '2', company_name: 'XYZ Inc', updated_at: time('02:01') },
    ],
  },
  department: {
    columns: [
      ['department_id', 'VARCHAR'],
      ['company_id', 'VARCHAR'],
      ['department_name', 'VARCHAR'],
      ['updated_at', 'TIMESTAMP WITH TIME ZONE'],
    ],
    key: ['department_id', 'company_id'],
    rows: [
      department('1', '1', 'Engineering', '01:00'),
      department('1', '2', 'Sales', '04:00'),
      department('2', '1', 'R&D', '02:00'),
      department('2', '2', 'Support', '05:00'),
      department('3', '1', 'Marketing', '03:00'),
      department('3', '2', 'Design', '06:00'),
    ],
  },
};
const STATE = {
  company_cursor: '2024-08-14T02:01:00Z',
  department_cursor: { 1: '2024-08-14T03:00:00Z', 2: '2024-08-14T06:00:00Z' },
};

describe('host run my-plugin-parent-child', () => {
  it('fills the warehouse with the tables of the seed; a second run changes nothing', async () => {
    const warehouse = new Warehouse(await tempFolder(), ID);
    const first = await warehouse.run('--json');
    expect(first.exitCode).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      status: 'succeeded',
      pipeline: ID,
      rowsWritten: 8,
      tables: [
        { name: 'company', rows: 2 },
        { name: 'department', rows: 6 },
      ],
    });
    expect(await warehouse.tables()).toEqual(SEED);
    expect(await warehouse.states()).toEqual({ [ID]: STATE });

    const second = await warehouse.run('--json');
    expect(JSON.parse(second.stdout)).toMatchObject({ status: 'succeeded', rowsWritten: 0, rowsDeleted: 0 });
    expect(await warehouse.tables()).toEqual(SEED);
    expect(await warehouse.states()).toEqual({ [ID]: STATE });
  });

  it('takes over what changed, and departments of companies that did not', async () => {
    const folder = await tempFolder();
    const file = join(folder, 'data.json');
    const data = JSON.parse(await readFile(DATA, 'utf8')) as { companies: object[]; departments: object[] };
    await writeFile(file, JSON.stringify(data));
    const warehouse = new Warehouse(folder, ID, '--set', `data_file=${file}`);
    expect((await warehouse.run()).exitCode).toBe(0);
    data.companies.push({ company_id: '3', company_name: 'New', updated_at: '2024-08-15T00:00:00Z' });
    data.departments.push(
      { department_id: '1', company_id: '1', department_name: 'Design', updated_at: '2024-08-15T01:00:00Z' },
      { department_id: '4', company_id: '2', department_name: 'Legal', updated_at: '2024-08-15T02:00:00Z' },
    );
    await writeFile(file, JSON.stringify(data));
    const { stdout } = await warehouse.run('--json');
    expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', rowsWritten: 3 });
    const { company, department: departments } = rowsOf(await warehouse.tables());
    expect(company).toEqual([
      ...SEED.company.rows,
      { company_id: '3', company_name: 'New', updated_at: '2024-08-15 00:00:00+00' },
    ]);
    expect(departments).toEqual([
      { ...department('1', '1', 'Design', '01:00'), updated_at: '2024-08-15 01:00:00+00' },
      ...SEED.department.rows.slice(1),
      { ...department('4', '2', 'Legal', '02:00'), updated_at: '2024-08-15 02:00:00+00' },
    ]);
  });

  it.each([1, 2, 3])('leaves nothing to see of a kill at request %d', async (requests) => {
    const warehouse = new Warehouse(await tempFolder(), ID);
    const run = warehouse.start('--verbose');
    await run.until('stderr', new RegExp(`(mock GET[^]*){${requests}}`));
    await kill(run);
    const { exitCode } = await warehouse.run();
    expect(exitCode).toBe(0);
    expect(await warehouse.tables()).toEqual(SEED);
    expect(await warehouse.states()).toEqual({ [ID]: STATE });
  });
});
