import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEnvironment } from '../../../src/host/config/environment.js';
import { substitute } from '../../../src/host/config/substitute.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'environment-'));
  await writeFile(join(folder, '.env'), '# a comment\nA=dot\nB=dot\nexport C="dot # dot"\n');
  await writeFile(join(folder, 'more.env'), 'A=file\nB=file\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('loadEnvironment', () => {
  it('lets the process win over --env-file, and that over .env', async () => {
    const processEnv = Object.freeze({ A: 'process', D: undefined });
    const before = { ...process.env };
    const found = await loadEnvironment({ pluginDir: folder, envFile: 'more.env', cwd: folder, processEnv });
    expect(Object.fromEntries(found)).toEqual({ A: 'process', B: 'file', C: 'dot # dot' });
    expect(process.env).toEqual(before);
  });

  it('does without a .env, but not without the file of --env-file', async () => {
    const found = await loadEnvironment({ pluginDir: join(folder, 'none'), processEnv: {} });
    expect([...found]).toEqual([]);
    await expect(loadEnvironment({ envFile: 'none.env', cwd: folder })).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'CONFIG_FILE_UNREADABLE',
      message: 'environment file none.env does not exist',
    });
  });
});

describe('substitute', () => {
  const environment = new Map([
    ['A', 'one'],
    ['B', '${env:A}'],
    ['EMPTY', ''],
  ]);

  it.each<[unknown, unknown]>([
    ['${env:A}', 'one'],
    ['x ${env:A}-${env: A }${env:EMPTY}', 'x one-one'],
    ['${env:B}', '${env:A}'],
    ['$${env:A}', '${env:A}'],
    ['${env:}', '${env:}'],
    ['$A ${A} {env:A}', '$A ${A} {env:A}'],
    [{ '${env:A}': [1, null, { b: '${env:A}' }] }, { '${env:A}': [1, null, { b: 'one' }] }],
    [12, 12],
    [null, null],
  ])('%j becomes %j', (value, expected) => {
    expect(substitute(value, environment)).toMatchObject({ value: expected, missing: [] });
  });

  it('names what is not set and what was used', () => {
    expect(substitute(['${env:NONE}${env:A}', '${env:NIL}'], environment)).toEqual({
      value: ['${env:NONE}one', '${env:NIL}'],
      used: ['one'],
      missing: ['NONE', 'NIL'],
    });
  });

  it('fills in any value anywhere, and leaves everything else alone', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.string(), (value, text, variable) => {
        const plain = text.replaceAll('$', '');
        const given = { value: [value], text: `${plain}\${env:V}${plain}`, escaped: `$\${env:${plain}` };
        fc.pre(!JSON.stringify(value).includes('${env:'));
        const result = substitute(given, new Map([['V', variable]]));
        expect(result).toEqual({
          value: { value: [value], text: plain + variable + plain, escaped: `\${env:${plain}` },
          used: [variable],
          missing: [],
        });
      }),
    );
  });
});
