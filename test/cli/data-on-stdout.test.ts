import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { runHost } from '../helpers/run-host.js';
import { connectorCode, inTempFolder, pluginFiles } from '../helpers/temp-plugin.js';

describe('stdout', () => {
  it('has rows only, whatever a connector prints with console', () =>
    inTempFolder(
      pluginFiles('noisy', {
        'noisy-rows': {
          manifest: { params: [{ name: 'key', type: 'PASSWORD' }] },
          code: connectorCode(
            `*generateRows() { console.log('looking', { key: this.config.key }); console.info('%d', 1); yield { id: 1 }; }`,
          ),
        },
      }),
      async (cwd) => {
        const args = ['run', 'noisy-rows', '--to', '-', '--set', 'key=very-secret-key'];
        const { stdout, stderr, exitCode } = await runHost(args, { cwd });
        expect(exitCode).toBe(0);
        expect(stdout).toBe('{"id":1}\n');
        expect(stderr).toContain("looking { key: '***' }\n1\n");
      },
    ));

  it('has integers beyond 2^53 as the API gave them', async () => {
    const body = '[{"id":1790000000000000123,"n":1.5},{"id":7,"n":2}]';
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await inTempFolder(
        pluginFiles('big', {
          'big-ids': {
            code: connectorCode(
              `async *generateRows() { yield (await this.context.http.get('${url}')).data; }`,
            ),
          },
        }),
        async (cwd) => {
          const { stdout, stderr } = await runHost(['run', 'big-ids', '--to', '-', '--quiet'], { cwd });
          expect(stderr).toBe('');
          expect(stdout).toBe('{"id":1790000000000000123,"n":1.5}\n{"id":7,"n":2}\n');
        },
      );
    } finally {
      server.close();
    }
  });
});
