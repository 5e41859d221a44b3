import { describe, expect, it } from '@jest/globals';
import type { HostResult } from '../helpers/run-host.js';
import { connectorCode, inTempFolder, pluginFiles } from '../helpers/temp-plugin.js';
import { WarmHost } from '../helpers/warm-host.js';

const SYNC = `  getReadSchema() {
    return { tables: [
      { name: 'users', columns: [{ name: 'id', type: 'int' as const }], primaryKey: ['id'] },
      { name: 'empty', primaryKey: ['id'] },
      { name: 'log' },
    ] };
  }
  *generateRows() {
    yield op.upsert('users', [1, 2, 3, 4, 5].map((id) => ({ id, name: 'user ' + id })));
    yield op.update('users', { id: 1, name: 'changed' });
    yield op.delete('users', { id: 2 });
    yield op.checkpoint({ id: 5 });
    for (let n = 1; ; n += 1) yield op.upsert('log', { n });
  }`;

const warmHost = new WarmHost();

function preview(members: string, ...args: string[]): Promise<HostResult> {
  const code = connectorCode(members).replace('{ Connector }', '{ Connector, op }');
  return inTempFolder(pluginFiles('p', { 'p-sync': { code } }), (cwd) =>
    warmHost.run(['preview', 'p-sync', ...args], { cwd }),
  );
}

describe('host preview of a sync', () => {
  it('shows each table after the operations so far', async () => {
    const { stdout, stderr, exitCode } = await preview(SYNC, '--limit', '3');
    expect(stderr).toBe('');
    expect(stdout).toBe(`table users

column  type
id      int     declared, key
name    string  inferred

id  name
1   changed
3   user 3
4   user 4

table empty

no rows

table log

column  type
n       bigint  inferred

n
1
2
3

statements of a run into warehouse.duckdb:
  CREATE TABLE "users" ("id" INTEGER, "name" VARCHAR);
  CREATE TABLE "log" ("n" BIGINT);
`);
    expect(exitCode).toBe(0);
  });

  it('as JSON lists the tables', async () => {
    const { stdout } = await preview(SYNC, '--limit', '1', '--json');
    const column = (name: string, type: string, declared: boolean): object => ({
      name,
      type,
      declared,
      nullable: true,
    });
    expect(JSON.parse(stdout)).toEqual({
      connector: 'p-sync',
      tables: [
        {
          name: 'users',
          columns: [column('id', 'int', true), column('name', 'string', false)],
          primaryKey: ['id'],
          rows: [{ id: 1, name: 'changed' }],
        },
        { name: 'empty', columns: [], primaryKey: ['id'], rows: [] },
        { name: 'log', columns: [column('n', 'bigint', false)], primaryKey: [], rows: [{ n: 1 }] },
      ],
    });
  });

  it('fails as a run does', async () => {
    const schema = "  getReadSchema() { return { tables: [{ name: 't', primaryKey: ['id'] }] }; }\n";
    const { stderr, exitCode } = await preview(`${schema}  *generateRows() { yield { id: 1 }; }`);
    expect(stderr).toContain('error: generateRows yielded a plain row');
    expect(exitCode).toBe(3);
  });
});
