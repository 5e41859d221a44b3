import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { mirrorOptionsOf } from '../../../src/host/mirror-options-of.js';
import type { HostResult } from '../../helpers/run-host.js';
import { connectorCode, inTempFolder, pluginFiles } from '../../helpers/temp-plugin.js';
import { WarmHost } from '../../helpers/warm-host.js';

const SOURCE = `import { readFileSync } from 'node:fs';
${connectorCode(`  getReadSchema() { return { primaryKey: ['id'] }; }
  *generateRows() { yield* JSON.parse(readFileSync('rows.json', 'utf8')); }`)}`;
const TARGET = connectorCode(`  generateRows() { return []; }
  getWriter({ writeMode }) {
    const send = async (rows, { operation }) =>
      void (await this.context.http.post(this.config.url, { writeMode, operation, ids: rows.map((row) => row.id) }));
    return { writeRow() {}, writeRows: send, deleteRows: send, close: async () => undefined };
  }`);
const URL_PARAM = { name: 'url', type: 'STRING' };
const FILES = pluginFiles('shop', {
  'shop-source': { code: SOURCE, manifest: { params: [{ name: 'region', type: 'STRING' }] } },
  'shop-target': { code: TARGET, manifest: { writable: true, params: [URL_PARAM] } },
});

const host = new WarmHost();
let server: Server;
let sent: unknown[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      sent.push(JSON.parse(body));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function mirror(cwd: string, ...more: string[]): Promise<HostResult> {
  sent = [];
  const { port } = server.address() as AddressInfo;
  const target = ['--to', 'shop-target', '--to-set', `url=http://127.0.0.1:${port}/orders`];
  return host.run(['run', 'shop-source', ...target, '--mode', 'mirror', ...more], { cwd });
}

it('host run --mode mirror sends only what differs, and --dry-run counts it', async () => {
  const rows = Array.from({ length: 5 }, (_, i) => ({ id: i + 1, name: 'a' }));
  await inTempFolder({ ...FILES, 'rows.json': rows }, async (cwd) => {
    expect(await mirror(cwd)).toMatchObject({ exitCode: 0 });
    expect(sent).toEqual([{ writeMode: 'APPEND', operation: 'insert', ids: [1, 2, 3, 4, 5] }]);
    await writeFile(
      join(cwd, 'rows.json'),
      JSON.stringify([...rows.slice(1, 4), { id: 5, name: 'b' }, { id: 6 }]),
    );
    const look = await mirror(cwd, '--dry-run');
    expect(look).toMatchObject({ exitCode: 0 });
    expect(look.stdout).toContain('table source: mirror, 1 added, 1 changed, 1 removed\n');
    expect(sent).toEqual([]);
    const { exitCode, stdout } = await mirror(cwd, '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rowsRead: 5, rowsWritten: 2, rowsDeleted: 1, rejected: 0 });
    expect(sent).toEqual([
      { writeMode: 'APPEND', operation: 'delete', ids: [1] },
      { writeMode: 'APPEND', operation: 'insert', ids: [6] },
      { writeMode: 'APPEND', operation: 'upsert', ids: [5] },
    ]);
    await writeFile(join(cwd, 'rows.json'), '[]');
    const emptied = await mirror(cwd);
    expect(emptied).toMatchObject({ exitCode: 2 });
    expect(emptied.stderr).toContain('GUARD_REFUSED');
    expect(emptied.stderr).toContain('Nothing of this run is in the target.');
    const other = await mirror(cwd, '--set', 'region=eu');
    expect(other).toMatchObject({ exitCode: 2 });
    expect(other.stderr).toContain(
      'the pipeline goes on from a ledger, but the parameter "region" changed since',
    );
    const file = await host.run(['run', 'shop-source', '--to', 'rows.csv', '--mode', 'mirror'], { cwd });
    expect(file).toMatchObject({ exitCode: 2 });
    expect(file.stderr).toContain('--mode mirror is for writable connectors');
    expect(sent).toEqual([]);
  });
});

describe('options that go with a mirror', () => {
  const spec = { source: 'shop-source', mode: 'mirror' } as const;
  it.each([
    [{ limit: 5 }, 'GUARD_REFUSED'],
    [{ deleteMissing: { maxShare: 0.1 } }, 'CLI_USAGE'],
  ])('%j: %s', (change, code) => {
    expect(() => mirrorOptionsOf({ ...spec, ...change })).toThrow(expect.objectContaining({ code }));
  });
  it('are handed on; other modes have none', () => {
    expect(mirrorOptionsOf({ ...spec, limit: 5, force: true, maxDelete: 0.2, fullRefresh: true })).toEqual({
      maxDelete: 0.2,
      allowEmpty: undefined,
      force: true,
      isPartial: true,
      isAnew: true,
    });
    expect(mirrorOptionsOf({ ...spec, mode: 'merge', limit: 5 })).toBeUndefined();
  });
});
