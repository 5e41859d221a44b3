import { describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { runHost } from '../helpers/run-host.js';
import { inTempFolder } from '../helpers/temp-plugin.js';
import { WarmHost } from '../helpers/warm-host.js';

const host = new WarmHost();

describe('a connector.js in CommonJS', () => {
  it.each(['module.exports =', 'exports.default =', 'exports.Plain ='])(
    'runs where it is exported by %s',
    (exporting) =>
      inTempFolder(
        {
          'plain/connector.json': {},
          'plain/connector.js': `const { Connector } = require('connector-host');
${exporting} class Plain extends Connector {
  *generateRows() { yield { id: 42 }; }
};`,
        },
        async (cwd) => {
          const { stdout, stderr } = await host.run(['run', 'plain', '--to', '-', '--quiet'], { cwd });
          expect(stderr).toBe('');
          expect(stdout).toBe('{"id":42}\n');
        },
      ),
  );

  it('is compiled into no folder of the working directory where XDG_CACHE_HOME is empty', () =>
    inTempFolder(
      {
        'plain/connector.json': {},
        'plain/connector.ts': `import { Connector } from 'connector-host';
export default class extends Connector { *generateRows() { yield { id: 42 }; } }`,
      },
      async (cwd) => {
        const env = { XDG_CACHE_HOME: '' };
        const { stdout } = await runHost(['run', 'plain', '--to', '-', '--quiet'], { cwd, env });
        expect(stdout).toBe('{"id":42}\n');
        expect(await readdir(cwd)).toEqual(['plain']);
      },
    ));
});

it('describes and lists without credentials in URLs and without control characters', () =>
  inTempFolder(
    {
      'plain/connector.json': {
        meta: {
          label: 'red \u001b[31m http://u:se/cret@h',
          description: 'one\n\u001b]0;two ftp://u:se/cret@h',
        },
        params: [{ name: 'urls', type: 'STRINGS', defaultValue: ['postgres://u:se/cret@h/db'] }],
      },
      'plain/connector.js': 'export class {',
    },
    async (cwd) => {
      for (const args of [
        ['describe', 'plain'],
        ['describe', 'plain', '--json'],
        ['list'],
        ['list', '--json'],
      ]) {
        const { stdout, stderr } = await host.run(args, { cwd });
        expect(stdout).not.toMatch(/cret@|\u001b/);
        expect(stderr).not.toMatch(/\u001b/);
        if (args[0] === 'describe' && args.length === 2) {
          expect(stdout).toContain('plain: red \\x1b[31m http://***@h\none\n\\x1b]0;two ftp://***@h\n');
        }
      }
    },
  ));
