import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeConnector } from 'connector-host/testing';
import { HOST, hostEnv, runHost } from '../helpers/run-host.js';
import { codeBlocks, markdownFiles, readDoc, ROOT } from './markdown.js';

const EXAMPLES = join(ROOT, 'docs/examples');
/** Files that are shown as a whole, so that a reader can copy them. Others are only linked. */
const SHOWN_LANGUAGES = ['ts', 'json', 'js'];
const CONNECTORS = readdirSync(EXAMPLES).filter(
  (name) => name.startsWith('my-plugin-') && statSync(join(EXAMPLES, name)).isDirectory(),
);

const GUIDES = [
  'docs/guide/write-a-connector.md',
  'docs/guide/read-a-rest-api.md',
  'docs/guide/incremental-sync.md',
  'docs/guide/pipelines.md',
  'docs/guide/write-to-an-api.md',
  'docs/guide/reverse-etl.md',
];

describe('code blocks', () => {
  it.each(['README.md', ...GUIDES, 'docs/reference/http.md'])('%s shows files of docs/examples', (page) => {
    for (const { language, text, file } of codeBlocks(readDoc(page))) {
      if (!SHOWN_LANGUAGES.includes(language)) continue;
      expect(file).toBeDefined();
      expect(text).toBe(readDoc(file as string));
    }
  });

  it('the guides show every file that a reader has to write', () => {
    const shown = GUIDES.flatMap((page) => codeBlocks(readDoc(page))).map(({ file }) => file);
    for (const name of CONNECTORS) {
      for (const file of ['connector.json', 'connector.ts'])
        expect(shown).toContain(`docs/examples/${name}/${file}`);
    }
  });

  it('none of any page has a language without its marker', () => {
    const unmarked = markdownFiles()
      .filter((page) => !page.startsWith('python-connectors'))
      .flatMap((page) => codeBlocks(readDoc(page)))
      .filter(({ language, file }) => SHOWN_LANGUAGES.includes(language) && file === undefined);
    expect(unmarked).toEqual([]);
  });
});

for (const name of CONNECTORS.filter((folder) =>
  existsSync(join(EXAMPLES, folder, 'fixtures/config.json')),
)) {
  describeConnector(join(EXAMPLES, name), { importModule: (file) => import(file) });
}

describe('a plugin outside the repository, in a folder with a space in its name', () => {
  let temporary: string;
  let folder: string;
  const inFolder = (program: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(program, args, { cwd: folder, env: hostEnv() });

  beforeAll(async () => {
    temporary = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-plugin-')));
    folder = join(temporary, 'my plugin');
    for (const name of CONNECTORS) {
      await cp(join(EXAMPLES, name), join(folder, 'python-connectors', name), { recursive: true });
    }
    await cp(join(EXAMPLES, 'connectors.test.mjs'), join(folder, 'connectors.test.mjs'));
    await cp(join(EXAMPLES, 'plugin-tsconfig.json'), join(folder, 'tsconfig.json'));
    await writeFile(join(folder, 'plugin.json'), '{ "id": "my-plugin", "version": "1.0.0" }');
    // The links that `npm install <path of the clone>` makes; it would build the clone as well.
    await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
    await symlink(ROOT, join(folder, 'node_modules/connector-host'));
    await symlink('../connector-host/dist/cli/main.js', join(folder, 'node_modules/.bin/host'));
  });
  afterAll(() => rm(temporary, { recursive: true, force: true }));

  it('`npx host` runs its connectors', async () => {
    const args = ['--no-install', 'host', 'run', 'my-plugin-hello', '--set', 'names=Ada', '--to', '-'];
    expect((await inFolder('npx', args)).stdout).toBe('{"id":1,"text":"Hello, Ada!"}\n');
  });

  it('`node -- <clone>/dist/cli/main.js` runs them too', async () => {
    const args = ['--', HOST, 'preview', 'my-plugin-hello', '--set', 'names=Ada', '--json'];
    expect(JSON.parse((await inFolder(process.execPath, args)).stdout)).toMatchObject({
      rows: [{ id: 1, text: 'Hello, Ada!' }],
    });
  });

  it('a run below it finds the plugin upwards, and its files where it was started', async () => {
    const below = join(folder, 'below');
    await mkdir(below);
    await writeFile(join(folder, '.env'), 'NAMES=Ada');
    const to = ['--quiet', '--to', 'hello.csv'];
    const args = ['run', 'my-plugin-hello', '--set', 'names=${env:NAMES}', ...to];
    expect(await runHost(args, { cwd: below })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readFile(join(below, 'hello.csv'), 'utf8')).toBe('id,text\n1,"Hello, Ada!"\n');
  });

  it('connectors.test.mjs passes under the test runner of Node', async () => {
    const { stdout } = await inFolder(process.execPath, ['--test', 'connectors.test.mjs']);
    expect(stdout).toMatch(/^# pass 26$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  it('its tsconfig.json finds a wrong column type, and nothing else', async () => {
    // In place of an install of typescript and @types/node in the plugin.
    const compile = [join(ROOT, 'node_modules/typescript/bin/tsc')];
    compile.push('--typeRoots', join(ROOT, 'node_modules/@types'));
    expect((await inFolder(process.execPath, compile)).stdout).toBe('');
    const file = join(folder, 'python-connectors/my-plugin-countries/connector.ts');
    await writeFile(file, (await readFile(file, 'utf8')).replace("'double'", "'doubel'"));
    await expect(inFolder(process.execPath, compile)).rejects.toMatchObject({
      stdout:
        "python-connectors/my-plugin-countries/connector.ts(42,25): error TS2820: Type '\"doubel\"' is not assignable to type 'ColumnTypeName'. Did you mean '\"double\"'?\n",
    });
  });
});
