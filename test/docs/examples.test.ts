import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { describeConnector } from 'connector-host/testing';
import { hostEnv } from '../helpers/run-host.js';
import { inTempFolder } from '../helpers/temp-plugin.js';
import { codeBlocks, markdownFiles, readDoc, ROOT } from './markdown.js';

const EXAMPLES = join(ROOT, 'docs/examples');
/** Files that are shown as a whole, so that a reader can copy them. Others are only linked. */
const SHOWN_LANGUAGES = ['ts', 'json', 'js'];
const CONNECTORS = readdirSync(EXAMPLES).filter((name) => statSync(join(EXAMPLES, name)).isDirectory());

describe('code blocks', () => {
  it.each(['README.md', 'docs/guide/write-a-connector.md'])('%s shows files of docs/examples', (page) => {
    for (const { language, text, file } of codeBlocks(readDoc(page))) {
      if (!SHOWN_LANGUAGES.includes(language)) continue;
      expect(file).toBeDefined();
      expect(text).toBe(readDoc(file as string));
    }
  });

  it('the guide shows every file that a reader has to write', () => {
    const shown = codeBlocks(readDoc('docs/guide/write-a-connector.md')).map(({ file }) => file);
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

it('connectors.test.mjs passes under the test runner of Node, in a plugin outside the repository', async () => {
  await inTempFolder({}, async (folder) => {
    await cp(join(EXAMPLES, 'connectors.test.mjs'), join(folder, 'connectors.test.mjs'));
    for (const name of CONNECTORS) {
      await cp(join(EXAMPLES, name), join(folder, 'python-connectors', name), { recursive: true });
    }
    await mkdir(join(folder, 'node_modules'));
    await symlink(ROOT, join(folder, 'node_modules/connector-host'));
    const { stdout } = await promisify(execFile)(process.execPath, ['--test', 'connectors.test.mjs'], {
      cwd: folder,
      env: hostEnv(),
    });
    expect(stdout).toMatch(/^# pass 12$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
