import type { Server } from 'node:http';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readDuckdb } from '../helpers/read-duckdb.js';
import type { HostResult } from '../helpers/run-host.js';
import { WarmHost } from '../helpers/warm-host.js';
import { countries, storedRows } from './countries.js';
import { FIELDS, MOST_ROWS, serveCountries } from './countries-graphql.js';

const host = new WarmHost();
const ROOT = resolve(__dirname, '../..');

function queryOf(fields: string, more = ''): string {
  return `query ($first: Int!, $after: String) {
    countries(first: $first, after: $after${more}) {
      edges { node { ${fields} } }
      pageInfo { hasNextPage endCursor }
    }
  }`;
}

describe('250 countries from a real GraphQL server', () => {
  let url: string;
  let server: Server;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countries-graphql-'));
    ({ url, server } = await serveCountries());
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await rm(folder, { recursive: true });
  });

  const read = async (body: object, settings: object = {}, ...more: string[]): Promise<HostResult> => {
    const config = {
      base_url: url,
      endpoint: 'graphql',
      method: 'POST',
      body,
      data_path: 'data.countries.edges',
      record_path: 'node',
      pagination_type: 'cursor',
      page_size: 100,
      page_size_param: 'variables.first',
      cursor_param: 'variables.after',
      cursor_path: 'data.countries.pageInfo.endCursor',
      has_more_path: 'data.countries.pageInfo.hasNextPage',
      ...settings,
    };
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    const args = ['run', 'my-plugin-rest-api', '--plugin', ROOT, '--config', 'config.json', ...more];
    return host.run(args, { cwd: folder });
  };

  it('are in the warehouse, every value, though the server lowers the page size', async () => {
    const { exitCode, stderr } = await read(
      { query: queryOf(FIELDS.join(' ')) },
      {},
      '--table',
      'countries',
      '--verbose',
    );
    const pages = Math.ceil(countries.length / MOST_ROWS);
    expect(stderr).toContain(
      `read 250 rows in ${pages} pages from ${url}/graphql (cursor), ended by no-more`,
    );
    expect(exitCode).toBe(0);
    expect(await readDuckdb(join(folder, 'warehouse.duckdb'), 'countries')).toEqual(storedRows(countries));
  });

  it('are the same through a projection, ended by the cursor alone', async () => {
    const settings = { data_path: 'data.countries.edges[].node', record_path: '', has_more_path: '' };
    const { exitCode, stdout } = await read({ query: queryOf('cca3 area latlng') }, settings, '--to', '-');
    expect(exitCode).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(countries.map(({ cca3, area, latlng }) => ({ cca3, area, latlng })));
  });

  it.each<[string, object, object, RegExp]>([
    [
      'status 200 with errors on the fourth page',
      { query: queryOf('cca3', ', failAt: 100') },
      {},
      /graphql \(variables\.after=\S+, variables\.first=100\) was answered with an error: the atlas is torn$/m,
    ],
    [
      'a query that the schema does not know',
      { query: queryOf('capitol') },
      {},
      /Cannot query field "capitol" on type "Country"/,
    ],
    ['a body without a query', {}, {}, /was answered with an error: Must provide query string\.$/m],
    [
      'status 400 for a parameter that GraphQL does not have',
      { query: queryOf('cca3'), text: 'countries' },
      {},
      /answered 400 Bad Request: .*Unexpected parameter/,
    ],
    [
      'status 400 for a cursor that is none of its own',
      { query: queryOf('cca3') },
      { cursor_path: 'data.countries.edges[-1].node.cca3' },
      /answered 400 Bad Request.*this is no cursor/,
    ],
  ])('an error of its own is one of the run: %s', async (_what, body, settings, says) => {
    const before = await readdir(folder);
    const { exitCode, stdout, stderr } = await read(body, settings, '--to', 'failed.csv');
    expect(stderr).toMatch(says);
    expect(stderr.match(/^error: /gm)).toHaveLength(1);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
    expect(await readdir(folder)).toEqual(before);
  });
});
