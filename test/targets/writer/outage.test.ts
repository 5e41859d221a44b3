import { expect, test } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectorCode, inTempFolder, pluginFiles } from '../../helpers/temp-plugin.js';
import { CLOSED_URL } from '../../helpers/closed-url.js';
import { runHost } from '../../helpers/run-host.js';

const SOURCE = connectorCode(
  '  *generateRows() {\n    for (let id = 1; id <= 5; id += 1) yield { id };\n  }',
);
const TARGET = connectorCode(`  generateRows() { return []; }
  getWriter() {
    const { http } = this.context;
    const { url } = this.config;
    let rows = [];
    const flush = async () => void (await http.post(url, rows));
    return { writeRow: (row) => void rows.push(row), flush, close: flush };
  }`);

test('an endpoint that is down for the whole run: exit 75, nothing is rejected, no state is saved', async () => {
  const files = pluginFiles('shop', {
    'shop-source': { code: SOURCE },
    'shop-target': {
      code: TARGET,
      manifest: { writable: true, params: [{ name: 'url', type: 'STRING' }] },
    },
  });
  await inTempFolder(files, async (cwd) => {
    const url = `url=${CLOSED_URL}/orders`;
    const args = ['run', 'shop-source', '--to', 'shop-target', '--to-set', url, '--json', '--name', 'orders'];
    const { exitCode, stdout } = await runHost(args, { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', rejected: 0, commits: 0 });
    expect(exitCode).toBe(75);
    const names = await readdir(join(cwd, '.host'));
    expect(names.sort()).toEqual([
      expect.stringMatching(/^orders-[0-9a-f]{8}\.1\.journal$/),
      'pipelines.json',
    ]);
  });
});
