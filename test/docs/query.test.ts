import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { hostEnv } from '../helpers/run-host.js';
import { connectorCode, inTempFolder, pluginFiles } from '../helpers/temp-plugin.js';
import { WarmHost } from '../helpers/warm-host.js';
import { ROOT } from './markdown.js';

const host = new WarmHost();
const CODE = connectorCode('  *generateRows() { yield { id: 1 }; }');

it('`npm run query` takes a file, and answers a mistake with one sentence', async () => {
  await inTempFolder(pluginFiles('p', { 'p-rows': { code: CODE } }), async (folder) => {
    await host.run(['run', 'p-rows', '--to', 'other.duckdb'], { cwd: folder });
    const query = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
      promisify(execFile)(process.execPath, [join(ROOT, 'scripts/query.mjs'), ...args], {
        cwd: folder,
        env: hostEnv(),
      });
    expect((await query('SELECT id + 41 AS answer FROM rows', 'other.duckdb')).stdout).toContain('42');
    await expect(query('FROM row', 'other.duckdb')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'error: Catalog Error: Table with name row does not exist! Did you mean "rows"?\n',
    });
    await expect(query('FROM rows')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: IO Error: Cannot open database ".+warehouse\.duckdb" .+\n$/),
    });
  });
});
