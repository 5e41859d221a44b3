import { describe, expect, it } from '@jest/globals';
import { mkdir, rename, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { findPlugins } from '../../../src/host/plugins/find-plugins.js';
import type { Plugin } from '../../../src/host/plugins/plugin.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { writeFiles, type Files } from '../../helpers/temp-plugin.js';

const newFolder = tempFolders();

const plugin = (id: string): object => ({ id, version: '1.0.0' });

/** What was found, with paths relative to the folder. */
function shown(folder: string, plugins: readonly Plugin[]): unknown {
  return plugins.map(({ root, manifest, connectorFolders }) => ({
    root: relative(folder, root),
    id: manifest?.id ?? null,
    connectors: connectorFolders.map((path) => relative(folder, path)),
  }));
}

async function find(files: Files, named: readonly string[], cwd = '.'): Promise<unknown> {
  const folder = await newFolder();
  await writeFiles(folder, files);
  return shown(folder, await findPlugins(join(folder, cwd), named));
}

const NO_PLUGIN = { name: 'ConfigError', code: 'PLUGIN_NOT_FOUND' };

describe('without --plugin', () => {
  const files = {
    'plugin.json': plugin('outer'),
    'python-connectors/outer-b/connector.json': {},
    'python-connectors/outer-a/connector.py': '',
    'python-connectors/outer-a/deep/er/file.txt': '',
    'nested/plugin.json': plugin('inner'),
    'nested/python-connectors/inner-a/connector.ts': '',
  };
  const outer = {
    root: '',
    id: 'outer',
    connectors: ['python-connectors/outer-a', 'python-connectors/outer-b'],
  };

  it('the plugin in the working directory is found, its connectors in the order of their names', async () => {
    expect(await find(files, [])).toEqual([outer]);
  });

  it('the nearest plugin.json upwards is found', async () => {
    expect(await find(files, [], 'python-connectors/outer-a/deep/er')).toEqual([outer]);
    expect(await find(files, [], 'nested/python-connectors')).toEqual([
      { root: 'nested', id: 'inner', connectors: ['nested/python-connectors/inner-a'] },
    ]);
  });

  it('a folder of connectors needs no plugin.json', async () => {
    expect(await find({ 'one/connector.ts': '', 'two/connector.json': {} }, [])).toEqual([
      { root: '', id: null, connectors: ['one', 'two'] },
    ]);
    expect(await find({ 'python-connectors/one/connector.mjs': '' }, [])).toEqual([
      { root: '', id: null, connectors: ['python-connectors/one'] },
    ]);
  });

  it('nothing found is an error that names the place', async () => {
    const folder = await newFolder();
    await expect(findPlugins(folder, [])).rejects.toMatchObject({
      ...NO_PLUGIN,
      message: `there is no plugin.json in ${folder} or above it, and no connector in it`,
    });
  });
});

describe('--plugin', () => {
  it('names a plugin, and only that one', async () => {
    const files = {
      'plugin.json': plugin('outer'),
      'other/plugin.json': plugin('other'),
      'other/python-connectors/other-a/connector.ts': '',
    };
    expect(await find(files, ['other'])).toEqual([
      { root: 'other', id: 'other', connectors: ['other/python-connectors/other-a'] },
    ]);
  });

  it('names a repository with several plugins, at most three folders deep', async () => {
    const files = {
      'repo/b/plugin.json': plugin('b'),
      'repo/a/plugin.json': plugin('a'),
      'repo/x/y/plugin.json': plugin('y'),
      'repo/x/1/2/3/plugin.json': plugin('too-deep'),
      'repo/.hidden/plugin.json': plugin('hidden'),
      'repo/node_modules/p/plugin.json': plugin('package'),
      'repo/b/nested/plugin.json': plugin('nested'),
    };
    expect(await find(files, ['repo'])).toEqual([
      { root: 'repo/a', id: 'a', connectors: [] },
      { root: 'repo/b', id: 'b', connectors: [] },
      { root: 'repo/x/y', id: 'y', connectors: [] },
    ]);
  });

  it('names a folder of connector folders without plugin.json', async () => {
    expect(await find({ 'all/one/connector.ts': '', 'all/two/connector.py': '' }, ['all'])).toEqual([
      { root: 'all', id: null, connectors: ['all/one', 'all/two'] },
    ]);
  });

  it('names one connector, alone or in its plugin', async () => {
    expect(await find({ 'all/one/connector.ts': '', 'all/two/connector.ts': '' }, ['all/one'])).toEqual([
      { root: 'all', id: null, connectors: ['all/one'] },
    ]);
    const files = {
      'p/plugin.json': plugin('p'),
      'p/python-connectors/p-a/connector.ts': '',
      'p/python-connectors/p-b/connector.ts': '',
    };
    expect(await find(files, ['p/python-connectors/p-b'])).toEqual([
      { root: 'p', id: 'p', connectors: ['p/python-connectors/p-b'] },
    ]);
  });

  it('names the python-connectors of a plugin, which is that plugin', async () => {
    const files = { 'p/plugin.json': plugin('p'), 'p/python-connectors/p-a/connector.ts': '' };
    expect(await find(files, ['p/python-connectors'])).toEqual([
      { root: 'p', id: 'p', connectors: ['p/python-connectors/p-a'] },
    ]);
  });

  it('may be given several times, and the same place twice counts once', async () => {
    const files = {
      'a/plugin.json': plugin('a'),
      'a/python-connectors/a-one/connector.ts': '',
      'b/one/connector.ts': '',
      'b/two/connector.ts': '',
    };
    expect(await find(files, ['a', './a/', 'b/two', 'b/one'])).toEqual([
      { root: 'a', id: 'a', connectors: ['a/python-connectors/a-one'] },
      { root: 'b', id: null, connectors: ['b/two', 'b/one'] },
    ]);
  });

  it('counts a place and a link to it once', async () => {
    const folder = await newFolder();
    await writeFiles(folder, {
      'a/plugin.json': plugin('a'),
      'a/python-connectors/a-one/connector.ts': '',
    });
    await symlink(join(folder, 'a'), join(folder, 'link'));
    const plugins = await findPlugins(folder, ['a', 'link']);
    expect(plugins.map(({ connectorFolders }) => connectorFolders.length)).toEqual([1]);
  });

  it.each<[string, Files]>([
    ['is not there', {}],
    ['is empty', { 'place/.gitkeep': '' }],
    ['has other things only', { 'place/src/index.ts': '', 'place/README.md': '' }],
    ['has connectors in hidden folders only', { 'place/.one/connector.ts': '' }],
    ['has connectors in node_modules only', { 'place/node_modules/connector.ts': '' }],
    ['is a file', { place: 'text' }],
  ])('that %s is an error', async (_name, files) => {
    const folder = await newFolder();
    await writeFiles(folder, files);
    await expect(findPlugins(folder, ['place'])).rejects.toMatchObject({
      ...NO_PLUGIN,
      message: '--plugin place: there is no plugin and no connector in that folder',
    });
  });
});

describe('links', () => {
  it('to connectors and plugins are followed, also in circles; broken ones and those to files are not', async () => {
    const folder = await newFolder();
    await writeFiles(folder, {
      'elsewhere/one/connector.ts': '',
      'file.txt': '',
      'repo/p/plugin.json': plugin('p'),
      'repo/p/python-connectors/p-own/connector.ts': '',
    });
    const connectors = join(folder, 'repo/p/python-connectors');
    await symlink(join(folder, 'elsewhere/one'), join(connectors, 'p-linked'));
    await symlink(join(folder, 'gone'), join(connectors, 'p-gone'));
    await symlink(join(folder, 'file.txt'), join(connectors, 'p-file'));
    await symlink(join(folder, 'file.txt'), join(folder, 'repo/a-file'));
    await symlink(join(folder, 'repo'), join(folder, 'repo/circle'));
    const plugins = await findPlugins(folder, ['repo']);
    const linked = 'repo/p/python-connectors/p-linked';
    expect(shown(folder, plugins)).toEqual([
      { root: 'repo/p', id: 'p', connectors: [linked, 'repo/p/python-connectors/p-own'] },
    ]);
  });
});

describe('a plugin.json that cannot be used', () => {
  it.each<[string, string, string, object]>([
    ['is no JSON', '{ "id": ', 'plugin.json is not JSON', { line: 1 }],
    ['has no id', '{}', 'id is missing', {}],
    ['is a list', '[]', 'the manifest must be an object', {}],
  ])('because it %s keeps its connectors', async (_name, text, problem, position) => {
    const folder = await newFolder();
    await writeFiles(folder, { 'plugin.json': text, 'python-connectors/any-name/connector.ts': '' });
    const [found, ...others] = await findPlugins(folder, []);
    const file = join(folder, 'plugin.json');
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      manifest: null,
      connectorFolders: [join(folder, 'python-connectors/any-name')],
      error: { code: 'PLUGIN_MANIFEST_INVALID', exitCode: 2, details: { file, ...position } },
    });
    expect(found?.error?.message).toContain(`${file}: ${problem}`);
  });

  it('because it is a folder', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'made'));
    await rename(join(folder, 'made'), join(folder, 'plugin.json'));
    const [found] = await findPlugins(folder, []);
    expect(found?.error?.message).toBe(`${join(folder, 'plugin.json')}: plugin.json is not a file`);
  });
});
