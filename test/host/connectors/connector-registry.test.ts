import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ConnectorRegistry } from '../../../src/host/connectors/connector-registry.js';
import type { ConnectorEntry } from '../../../src/host/connectors/connector-entry.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { writeFiles, type Files } from '../../helpers/temp-plugin.js';

const newFolder = tempFolders();

async function scan(files: Files): Promise<Record<string, ConnectorEntry>> {
  const folder = await newFolder();
  await writeFiles(folder, { 'plugin.json': { id: 'p' }, ...files });
  const { connectors } = await new ConnectorRegistry(folder, []).scan();
  return Object.fromEntries(connectors.map((entry) => [entry.id, entry]));
}

async function scanOne(files: Files): Promise<ConnectorEntry> {
  const [entry, other] = Object.values(await scan(files));
  expect(other).toBeUndefined();
  return entry as ConnectorEntry;
}

describe('a scan', () => {
  it('finds good connectors beside all kinds of broken ones', async () => {
    const entries = await scan({
      'python-connectors/p-good/connector.json': { meta: { label: 'Good' } },
      'python-connectors/p-good/connector.ts': '',
      'python-connectors/p-also_good/connector.json': '{ /* lenient */ params: [], }',
      'python-connectors/p-also_good/connector.mjs': '',
      'python-connectors/p-no-json/connector.ts': '',
      'python-connectors/p-not-json/connector.json': '{\n  "params": [\n}',
      'python-connectors/p-not-json/connector.ts': '',
      'python-connectors/p-wrong/connector.json': { params: 7, readable: 'yes' },
      'python-connectors/p-wrong/connector.ts': '',
      'python-connectors/p-no-code/connector.json': {},
      'python-connectors/stranger/connector.json': {},
      'python-connectors/stranger/connector.ts': '',
      'python-connectors/not-a-connector/notes.txt': '',
    });
    const codes = Object.entries(entries).map(([id, { error }]) => [id, error?.code]);
    expect(codes).toEqual([
      ['p-also_good', undefined],
      ['p-good', undefined],
      ['p-no-code', 'CONNECTOR_LOAD_FAILED'],
      ['p-no-json', 'CONNECTOR_MANIFEST_INVALID'],
      ['p-not-json', 'CONNECTOR_MANIFEST_INVALID'],
      ['p-wrong', 'CONNECTOR_MANIFEST_INVALID'],
      ['stranger', 'CONNECTOR_NAME_INVALID'],
    ]);
    expect(entries['p-good']).toMatchObject({
      manifest: { meta: { label: 'Good' } },
      language: 'typescript',
      warnings: [],
    });
    expect(entries['p-also_good']?.language).toBe('javascript');
    expect(entries['p-not-json']?.error?.details).toMatchObject({ line: 3, columnNumber: 1 });
    expect(entries['p-wrong']?.error?.details.problems).toHaveLength(2);
  });

  it('finds the others beside a condition that is too deep', async () => {
    const manifest = {
      params: [{ name: 'a', type: 'INT', visibilityCondition: `model${'.a'.repeat(50_000)}` }],
    };
    const entries = await scan({
      'python-connectors/p-bad/connector.json': manifest,
      'python-connectors/p-bad/connector.ts': '',
      'python-connectors/p-good/connector.json': {},
      'python-connectors/p-good/connector.ts': '',
    });
    expect(entries['p-bad']?.error?.code).toBe('CONNECTOR_MANIFEST_INVALID');
    expect(entries['p-good']?.error).toBeUndefined();
  });

  it('does not wait for a named pipe in the place of connector.json', async () => {
    const folder = await newFolder();
    await writeFiles(folder, { 'plugin.json': { id: 'p' }, 'python-connectors/p-pipe/connector.ts': '' });
    execFileSync('mkfifo', [join(folder, 'python-connectors/p-pipe/connector.json')]);
    const { connectors } = await new ConnectorRegistry(folder, []).scan();
    expect(connectors[0]?.error?.message).toMatch(/: connector\.json is not a file$/);
  });

  it('says that a folder without connector.json lacks it', async () => {
    const { error, folder, manifest } = await scanOne({ 'python-connectors/p-a/connector.ts': '' });
    const file = join(folder, 'connector.json');
    expect(error?.message).toBe(`${file}: connector.json is missing`);
    expect([error?.exitCode, manifest]).toEqual([3, {}]);
  });

  it('says what to write in a folder without code', async () => {
    const { error, file, language, folder } = await scanOne({ 'python-connectors/p-a/connector.json': {} });
    expect([file, language]).toEqual([null, null]);
    expect(error?.message).toBe('connector "p-a" has no connector.ts, connector.mjs or connector.js');
    expect(error?.action).toBe(`Write the connector's class in ${join(folder, 'connector.ts')}.`);
  });

  it('lists a Python connector with its manifest, though it cannot run', async () => {
    const { error, language, file, manifest, warnings } = await scanOne({
      'python-connectors/p-a/connector.json': { meta: { label: 'Py' } },
      'python-connectors/p-a/connector.py': '',
    });
    expect([error?.code, error?.exitCode, language, file]).toEqual(['PYTHON_CONNECTOR', 2, 'python', null]);
    expect([manifest.meta?.label, warnings]).toEqual(['Py', []]);
  });

  it('prefers connector.ts to every other language', async () => {
    const { file, language, folder } = await scanOne({
      'python-connectors/p-a/connector.json': {},
      'python-connectors/p-a/connector.js': '',
      'python-connectors/p-a/connector.py': '',
      'python-connectors/p-a/connector.ts': '',
    });
    expect([file, language]).toEqual([join(folder, 'connector.ts'), 'typescript']);
  });
});

describe('the naming rule', () => {
  const name = async (folder: string, code: string): Promise<ConnectorEntry> =>
    scanOne({
      [`python-connectors/${folder}/connector.json`]: {},
      [`python-connectors/${folder}/${code}`]: '',
    });

  it.each(['p-x', 'p_x', 'p-'])('allows %s', async (id) => {
    expect((await name(id, 'connector.ts')).error).toBeUndefined();
  });

  it.each(['x', 'p', 'px', 'P-x', 'x-p-y'])('refuses %s', async (id) => {
    const { error, warnings } = await name(id, 'connector.ts');
    expect(error?.code).toBe('CONNECTOR_NAME_INVALID');
    expect(error?.message).toBe(
      `connector "${id}" does not begin with the id of its plugin, "p", followed by - or _`,
    );
    expect(warnings).toEqual([]);
  });

  it('only warns where the code is Python', async () => {
    const { error, warnings } = await name('x', 'connector.py');
    expect(error?.code).toBe('PYTHON_CONNECTOR');
    expect(warnings).toEqual([
      'connector "x" does not begin with the id of its plugin, "p", followed by - or _',
    ]);
  });

  it('does not apply where plugin.json is missing or broken', async () => {
    const entry = await scanOne({
      'plugin.json': '{',
      'python-connectors/x/connector.json': {},
      'python-connectors/x/connector.ts': '',
    });
    expect([entry.error, entry.plugin.error?.code]).toEqual([undefined, 'PLUGIN_MANIFEST_INVALID']);
  });
});

describe('find', () => {
  it('gives a connector, broken or not, and scans once', async () => {
    const folder = await newFolder();
    await writeFiles(folder, { 'one/connector.ts': '' });
    const registry = new ConnectorRegistry(folder, []);
    expect((await registry.find('one')).error?.code).toBe('CONNECTOR_MANIFEST_INVALID');
    expect(registry.scan()).toBe(registry.scan());
  });

  it('suggests the nearest name', async () => {
    const folder = await newFolder();
    await writeFiles(folder, { 'rest-api/connector.ts': '' });
    await expect(new ConnectorRegistry(folder, []).find('rest-ap')).rejects.toMatchObject({
      code: 'CONNECTOR_NOT_FOUND',
      message: 'there is no connector "rest-ap" (did you mean "rest-api"?)',
    });
  });

  it('refuses an id that two plugins have, and no other', async () => {
    const folder = await newFolder();
    await writeFiles(folder, {
      'a/one/connector.ts': '',
      'b/one/connector.ts': '',
      'b/two/connector.ts': '',
    });
    const registry = new ConnectorRegistry(folder, ['a', 'b']);
    await expect(registry.find('one')).rejects.toMatchObject({
      code: 'CONNECTOR_NOT_FOUND',
      message: `two plugins have a connector "one": ${join(folder, 'a/one')} and ${join(folder, 'b/one')}`,
      action: 'Name the one folder with --plugin.',
    });
    expect((await registry.find('two')).id).toBe('two');
  });
});
