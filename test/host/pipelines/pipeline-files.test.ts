import { PassThrough } from 'node:stream';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createContainer } from '../../../src/host/container.js';
import { PipelineRegistry } from '../../../src/host/pipelines/files/pipeline-registry.js';
import { RunResolver } from '../../../src/host/pipelines/files/run-resolver.js';
import { Redactor } from '../../../src/host/redactor.js';
import type { RunSpec } from '../../../src/host/run-spec.js';
import type { HostError } from '../../../src/sdk/errors.js';
import type { Container } from 'inversify';
import { inTempFolder, pluginFiles, type Files } from '../../helpers/temp-plugin.js';

const PLUGIN = pluginFiles('shop', { 'shop-orders': { code: '' } });

function containerIn(cwd: string): Container {
  const silent = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  };
  return createContainer({ cwd, pluginFolders: [], stdout: new PassThrough(), logger: silent });
}

/** A name looked up beside these files, from a folder below plugin.json. */
async function resolve(files: Files, name: string, options: Partial<RunSpec> = {}): Promise<RunSpec> {
  return inTempFolder({ ...PLUGIN, ...files }, (folder) =>
    containerIn(folder)
      .get(RunResolver)
      .resolve({ source: name, ...options }),
  );
}

async function failure(files: Files, name: string): Promise<HostError> {
  try {
    await resolve(files, name);
  } catch (error) {
    return error as HostError;
  }
  throw new Error('it was resolved');
}

describe('a name', () => {
  const files = { 'pipelines/daily.yaml': 'source: shop-orders\n' };

  it('is a path or URL first', async () => {
    for (const source of ['pipelines/daily.yaml', './daily', 'rows.csv', 'a.duckdb', 'postgres://h/d'])
      expect(await resolve(files, source)).toEqual({ source });
  });

  it('is a connector, then a pipeline', async () => {
    expect(await resolve(files, 'shop-orders')).toEqual({ source: 'shop-orders' });
    expect(await resolve(files, 'daily')).toMatchObject({
      name: 'daily',
      source: 'shop-orders',
      to: 'warehouse.duckdb',
    });
  });

  it('of neither is an error that knows both', async () => {
    expect((await failure(files, 'dailly')).message).toBe(
      'there is no connector and no pipeline "dailly" (did you mean "daily"?)',
    );
    expect((await failure(files, 'shop-order')).message).toBe(
      'there is no connector and no pipeline "shop-order" (did you mean "shop-orders"?)',
    );
    expect((await failure({}, 'daily')).message).toBe('there is no connector "daily"');
  });

  it('that reads like a path is refused', async () => {
    const files: Files = { 'pipelines/odd.yaml': 'name: ../odd\nsource: shop-orders' };
    const [odd] = await inTempFolder({ ...PLUGIN, ...files }, (folder) =>
      containerIn(folder).get(PipelineRegistry).all(),
    );
    expect(odd?.error?.message).toBe(
      'pipeline file pipelines/odd.yaml: line 1: name "../odd" reads like a path or URL',
    );
  });

  it('of both is refused', async () => {
    const error = await failure({ 'pipelines/shop-orders.yaml': 'source: shop-orders' }, 'shop-orders');
    expect([error.code, error.exitCode, error.message]).toEqual([
      'PIPELINE_INVALID',
      2,
      '"shop-orders" is the name of a connector and of the pipeline file pipelines/shop-orders.yaml',
    ]);
  });

  it('that two files have is refused, be it by their names or by what stands in them', async () => {
    const twins = { 'pipelines/a.yaml': 'source: shop-orders', 'pipelines/a.yml': 'source: shop-orders' };
    expect((await failure(twins, 'a')).message).toBe(
      'two pipelines are named "a": pipelines/a.yaml and pipelines/a.yml',
    );
    const named = {
      'pipelines/a.yaml': 'source: shop-orders',
      'pipelines/b.json': '{"source": "shop-orders", "name": "a"}',
    };
    expect((await failure(named, 'a')).message).toBe(
      'two pipelines are named "a": pipelines/a.yaml and pipelines/b.json',
    );
  });
});

describe('the fields of a file', () => {
  it('become the run, each', async () => {
    const yaml = `
description: everything
schedule: "0 5 * * *"
name: all
source: shop-orders
config: { token: "\${env:TOKEN}", page_size: 10 }
from_table: orders
query: SELECT 1
cursor: updated_at
primary_key: [id, "a,b"]
limit: 10
to: out/
to_config: target.json
format: csv
pg_schema: raw
table: orders
tables: { users: { mode: append, primary_key: id, columns: [id, name] }, "odd,name": null }
columns: [orders.a]
exclude: secret, other
hash_columns: users.email
mode: merge
deletes: soft
delete_missing: true
max_delete: 5%
nested: flatten
max_depth: 2
names: snake_case
rename: { a: b, "c,d": "e=f" }
parse_timestamps: at
schema_contract: freeze
audit_columns: true
on_bad_row: dead-letter
max_rejected: 1.5%
full_refresh: true
keep_state: false
adopt: true
force: true
allow_empty: true
commit_every: 30s
retries: 5
lock_timeout: 2.5
`;
    expect(await resolve({ 'pipelines/x.yaml': yaml }, 'all')).toEqual({
      name: 'all',
      source: 'shop-orders',
      params: { token: '${env:TOKEN}', page_size: 10 },
      paramsFrom: 'pipelines/x.yaml',
      configFile: undefined,
      sets: undefined,
      fromTable: 'orders',
      query: 'SELECT 1',
      cursor: 'updated_at',
      primaryKey: ['id', 'a,b'],
      limit: 10,
      to: 'out/',
      toConfig: { configFile: 'target.json', params: undefined, paramsFrom: undefined, sets: undefined },
      format: 'csv',
      pgSchema: 'raw',
      table: 'orders',
      shape: {
        tables: ['users', 'odd\\,name'],
        columns: ['orders.a', 'users.id', 'users.name'],
        exclude: ['secret, other'],
        hashColumns: ['users.email'],
        nested: 'flatten',
        maxDepth: '2',
        names: 'snake_case',
        rename: ['a=b', 'c\\,d=e\\=f'],
        parseTimestamps: ['at'],
      },
      perTable: { users: { mode: 'append', primaryKey: ['id'] }, 'odd,name': {} },
      mode: 'merge',
      deletes: 'soft',
      deleteMissing: { maxShare: 0.05 },
      maxDelete: 0.05,
      contract: 'freeze',
      auditColumns: true,
      badRows: { maxShare: 0.015 },
      fullRefresh: true,
      keepState: false,
      adopt: true,
      force: true,
      allowEmpty: true,
      commitEvery: { seconds: 30, rows: Infinity },
      retries: 5,
      lockTimeout: 2.5,
    });
  });

  it.each(['rows.csv', 'rows.tsv', 'rows.csv.gz', 'rows.jsonl.gz'])(
    'name the file %s beside it',
    async (source) => {
      await inTempFolder({ ...PLUGIN, 'pipelines/p.yaml': `source: ${source}\n` }, async (folder) => {
        const cwd = join(folder, 'python-connectors');
        await mkdir(cwd, { recursive: true });
        const resolver = containerIn(cwd).get(RunResolver);
        expect(await resolver.resolve({ source: 'p' })).toMatchObject({ source: `../${source}` });
        // And on the command line it is the file.
        expect(await resolver.resolve({ source })).toEqual({ source });
      });
    },
  );

  it('name paths from the folder of plugin.json, wherever the command is run', async () => {
    const yaml = 'source: data/rows.csv\nconfig: c.json\nto: out/rows.jsonl\n';
    await inTempFolder({ ...PLUGIN, 'pipelines/p.yaml': yaml }, async (folder) => {
      const cwd = join(folder, 'python-connectors');
      await mkdir(cwd, { recursive: true });
      expect(await containerIn(cwd).get(RunResolver).resolve({ source: 'p' })).toMatchObject({
        source: '../data/rows.csv',
        configFile: '../c.json',
        to: '../out/rows.jsonl',
      });
    });
  });

  it('get what the environment has, by their types, and its passwords are hidden', async () => {
    const yaml =
      'source: ${env:SOURCE}\nlimit: ${env:LIMIT}\nadopt: ${env:ADOPT}\nto: postgres://u:${env:PW}@h/d\n';
    const files = { ...PLUGIN, '.env': 'SOURCE=shop-orders\nLIMIT=7\nADOPT=true\nPW=hunter22\n' };
    await inTempFolder({ ...files, 'pipelines/p.yaml': yaml }, async (folder) => {
      const container = containerIn(folder);
      expect(await container.get(RunResolver).resolve({ source: 'p' })).toMatchObject({
        source: 'shop-orders',
        limit: 7,
        adopt: true,
        to: 'postgres://u:hunter22@h/d',
      });
      expect(container.get(Redactor).redact('it was hunter22')).toBe('it was ***');
    });
  });

  it('that need a variable which is not set say file and variable', async () => {
    const yaml = 'source: ${env:NO_SOURCE_AT_ALL}\nto: ${env:NO_TARGET_AT_ALL}\n';
    const error = await failure({ 'pipelines/p.yaml': yaml }, 'p');
    expect(error.code).toBe('ENV_MISSING');
    expect(error.message).toBe(
      [
        'pipeline file pipelines/p.yaml: 2 problems:',
        '"source" needs the variable NO_SOURCE_AT_ALL, which is not set',
        '"to" needs the variable NO_TARGET_AT_ALL, which is not set',
      ].join('\n  - '),
    );
    const limit = await failure({ 'pipelines/p.yaml': 'source: a\nlimit: ${env:L}', '.env': 'L=many' }, 'p');
    expect(limit.message).toBe('pipeline file pipelines/p.yaml: "limit" must be an integer (got text)');
  });

  it('that are wrong are named all at once, with their lines', async () => {
    const yaml = [
      'sourc: shop-orders',
      'mode: replace',
      'tables:',
      '  users:',
      '    cursor: at',
      '    mode: overwrite',
      'limit: 0',
      'max_delete: 10',
      'max_rejected: some',
      'columns: [a, 1]',
      'commit_every: soon',
    ].join('\n');
    const error = await failure({ 'pipelines/p.yaml': yaml }, 'p');
    expect(error.code).toBe('PIPELINE_INVALID');
    expect(error.details).toMatchObject({ file: expect.stringMatching(/pipelines\/p\.yaml$/) });
    expect(error.details.problems).toEqual([
      '"source" is missing',
      'line 1: unknown field "sourc" (did you mean "source"?)',
      'line 2: "mode" must be one of "overwrite", "append", "merge", "mirror" (got "replace")',
      'line 5: unknown field "tables.users.cursor": a cursor is for a source with one table; a connector of several keeps its own in its state',
      'line 6: "tables.users.mode" must be one of "append", "merge" (got "overwrite")',
      'line 7: "limit" must be at least 1 (got 0)',
      'line 8: "max_delete" must be a share from 0% to 100%, as in 10% (got 10)',
      'line 9: "max_rejected" must be a number of rows, or a share as in 1% (got text)',
      'line 10: "columns[1]" must be text (got 1)',
      'line 11: "commit_every" must be seconds as in 5s, or a number of rows (got text)',
    ]);
  });
});

describe('options of the command line', () => {
  const yaml = `
source: shop-orders
config: { a: 1 }
to: shop-orders
to_config: { b: 2 }
format: csv
mode: merge
columns: [x]
exclude: [y]
delete_missing: true
on_bad_row: dead-letter
`;
  const files = { 'pipelines/p.yaml': yaml };

  it('win over the fields, and what is not given stays', async () => {
    const spec = await resolve(files, 'p', {
      mode: 'append',
      sets: ['a=2'],
      shape: { columns: ['z'], exclude: [] },
      maxDelete: 0.5,
      badRows: null,
    });
    expect(spec).toMatchObject({
      source: 'shop-orders',
      mode: 'append',
      params: { a: 1 },
      sets: ['a=2'],
      shape: { columns: ['z'], exclude: ['y'] },
      deleteMissing: { maxShare: 0.5 },
      badRows: null,
      toConfig: { params: { b: 2 } },
      format: 'csv',
    });
  });

  it('put a file in the place of the parameters', async () => {
    const spec = await resolve(files, 'p', { configFile: 'c.json', toConfig: { sets: ['b=3'] } });
    expect(spec).toMatchObject({ params: undefined, configFile: 'c.json' });
    expect(spec.toConfig).toMatchObject({ params: { b: 2 }, sets: ['b=3'] });
  });

  it('put another target in the place of the one in the file, without its config', async () => {
    const spec = await resolve(files, 'p', { to: 'other.duckdb' });
    expect(spec).toMatchObject({ to: 'other.duckdb', format: undefined });
    expect(spec.toConfig).toEqual({});
  });
});

describe('files that are no pipelines', () => {
  const of = (files: Files): Promise<[string, string | undefined][]> =>
    inTempFolder({ ...PLUGIN, ...files }, async (folder) =>
      (await containerIn(folder).get(PipelineRegistry).all()).map(({ name, error }) => [
        name,
        error?.message,
      ]),
    );

  it('are listed with the reason, beside the good ones', async () => {
    expect(
      await of({
        'pipelines/c-good.json': '{ "source": "shop-orders", } // with a comment',
        'pipelines/b-yaml.yaml': 'source: [',
        'pipelines/a-list.yaml': '- source: shop-orders',
        'pipelines/d-empty.yaml': '',
        'pipelines/e.json': '{ source',
        'pipelines/notes.txt': 'not one',
        'pipelines/.hidden.yaml': 'nor this',
        'pipelines/f-folder.yaml/x': '',
      }),
    ).toEqual([
      ['a-list', 'pipeline file pipelines/a-list.yaml: the file must be an object (got a list)'],
      ['b-yaml', expect.stringContaining('pipeline file pipelines/b-yaml.yaml is not YAML: ')],
      ['c-good', undefined],
      ['d-empty', 'pipeline file pipelines/d-empty.yaml: the file must be an object (got null)'],
      ['e', expect.stringContaining('pipeline file pipelines/e.json is not JSON: ')],
      ['f-folder', 'pipeline file pipelines/f-folder.yaml is not a file'],
    ]);
  });

  it('are none where there is no folder', async () => {
    expect(await of({})).toEqual([]);
    expect(await of({ pipelines: 'a file' })).toEqual([]);
  });
});
