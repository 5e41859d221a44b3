import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CONNECTOR_SCHEMA, PLUGIN_SCHEMA } from '../../../src/host/manifest/manifest-schemas.js';
import { readConnectorManifest, readPluginManifest } from '../../../src/host/manifest/read-manifest.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifest-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function readText(text: string): Promise<unknown> {
  const file = join(folder, 'connector.json');
  await writeFile(file, text);
  return readConnectorManifest(file);
}

describe('readConnectorManifest', () => {
  it('takes what shipped manifests have, without the keys that are null', async () => {
    const text = `/* a connector */ {
      "meta": { "label": "", "description": null, 'icon': "fas fa-plug", "tags": [] },
      "readable": true, "kind": PYTHON, "unknown": { "a": null }, "partitioningMode": null,
      "params": [
        { "type": "SEPARATOR", "label": "Section" },
        { "type": "SEPARATOR", "name": "twice" }, { "type": "SEPARATOR", "name": "twice" },
        { "name": "a", "type": STRING, "defaultValue": null, "mandatory": "true", label: "" },
        { "name": "b", "type": "SELECT", "selectChoices": [{ "value": 1, "label": null }, { "value": null }] },
        { "name": "c", "type": "COLUMN", "visibilityCondition": false, "columnRole": "x", "minI": null },
        { "name": "d", "type": "INT", "visibilityCondition": "model.a == 'x'" },
        { "name": "d", "type": "STRING", "visibilityCondition": "model.a != 'x'" },
      ], // the end
    }`;
    expect(await readText(text)).toEqual({
      manifest: {
        meta: { label: '', icon: 'fas fa-plug', tags: [] },
        readable: true,
        kind: 'PYTHON',
        unknown: { a: null },
        params: [
          { type: 'SEPARATOR', label: 'Section' },
          { type: 'SEPARATOR', name: 'twice' },
          { type: 'SEPARATOR', name: 'twice' },
          { name: 'a', type: 'STRING', mandatory: 'true', label: '' },
          { name: 'b', type: 'SELECT', selectChoices: [{ value: 1 }, { value: null }] },
          { name: 'c', type: 'COLUMN', visibilityCondition: false, columnRole: 'x' },
          { name: 'd', type: 'INT', visibilityCondition: "model.a == 'x'" },
          { name: 'd', type: 'STRING', visibilityCondition: "model.a != 'x'" },
        ],
      },
    });
  });

  it.each(['{}', '{"params": null}', '{"params": []}'])(
    'takes a manifest without parts: %s',
    async (text) => {
      expect(await readText(text)).toHaveProperty('manifest');
    },
  );

  it.each<[string, string[]]>([
    ['[]', ['the manifest must be an object (got a list)']],
    ['null', ['the manifest must be an object (got null)']],
    ['{"params": {}}', ['params must be a list (got an object)']],
    [
      '{"params": "x", "readable": 1}',
      ['readable must be true or false (got a number)', 'params must be a list (got text)'],
    ],
    ['{"params": ["x"]}', ['params[0] must be an object (got text)']],
    ['{"params": [{"name": "a"}]}', ['params[0].type is missing']],
    [
      '{"params": [{"type": "INT"}, {"type": "INT", "name": ""}]}',
      ['params[0].name is missing', 'params[1].name must not be empty (got "")'],
    ],
    ['{"params": [{"type": "INT", "name": null}]}', ['params[0].name must be text (got null)']],
    [
      '{"params": [{"name": "a", "type": "SELECT", "selectChoices": "x"}]}',
      ['params[0].selectChoices must be a list (got text)'],
    ],
    [
      '{"params": [{"name": "a", "type": "SELECT", "selectChoices": [{"value": []}, {}]}]}',
      [
        'params[0].selectChoices[0].value must be text, a number or true or false (got a list)',
        'params[0].selectChoices[1].value is missing',
      ],
    ],
    [
      '{"partitioningMode": "SOME"}',
      [
        'partitioningMode must be one of NOT_PARTITIONABLE, CODE_DEFINED_LISTABLE, CODE_DEFINED_UNLISTABLE, ' +
          'USER_DEFINED_LISTABLE, USER_DEFINED_UNLISTABLE (got "SOME")',
      ],
    ],
    [
      '{"meta": {"tags": ["a", 1], "label": []}}',
      ['meta.label must be text (got a list)', 'meta.tags[1] must be text (got a number)'],
    ],
    [
      '{"params": [{"name": "a", "type": "INT"}, {"name": "b", "type": "INT"}, {"name": "a", "type": "INT"}]}',
      [
        'params[2].name "a" is declared twice (first in params[0]); that is allowed only where each has a visibilityCondition',
      ],
    ],
    [
      '{"params": [{"name": "a", "type": "INT", "visibilityCondition": "model.b"}, {"name": "a", "type": "INT", "visibilityCondition": " "}]}',
      [
        'params[1].name "a" is declared twice (first in params[0]); that is allowed only where each has a visibilityCondition',
      ],
    ],
    [
      '{"params": [{"name": "a", "type": "INT", "visibilityCondition": "model.b =="}]}',
      [
        'params[0].visibilityCondition is not an expression: Expected expression after == at character 10 (got "model.b ==")',
      ],
    ],
  ])('names every problem of %s', async (text, problems) => {
    expect(await readText(text)).toEqual({ problems });
  });

  it('takes a visibilityCondition of 2000 characters and no longer one', async () => {
    const withCondition = (condition: string): Promise<unknown> =>
      readText(JSON.stringify({ params: [{ name: 'a', type: 'INT', visibilityCondition: condition }] }));
    expect(await withCondition(`model${'.a'.repeat(997)} `)).toHaveProperty('manifest');
    expect(await withCondition(`model${'.a'.repeat(998)}`)).toEqual({
      problems: ['params[0].visibilityCondition must have at most 2000 characters (got 2001)'],
    });
  });

  it('says that a file is missing, cannot be read, or is not JSON', async () => {
    expect(await readConnectorManifest(join(folder, 'none', 'connector.json'))).toEqual({
      problems: ['connector.json is missing'],
    });
    await mkdir(join(folder, 'dir', 'connector.json'), { recursive: true });
    expect(await readConnectorManifest(join(folder, 'dir', 'connector.json'))).toEqual({
      problems: ['connector.json is not a file'],
    });
    expect(await readText('{\n  "params": [}\n')).toEqual({
      problems: ["connector.json is not JSON: unexpected character '}' at 2:14"],
      line: 2,
      columnNumber: 14,
    });
  });
});

describe('readPluginManifest', () => {
  it('reads the plugin.json of this repository', async () => {
    const file = resolve('plugin.json');
    expect(await readPluginManifest(file)).toEqual({
      manifest: JSON.parse(await readFile(file, 'utf8')) as unknown,
    });
  });

  it('needs an id', async () => {
    const file = join(folder, 'plugin.json');
    await writeFile(file, '{"version": 1}');
    expect(await readPluginManifest(file)).toEqual({
      problems: ['id is missing', 'version must be text (got a number)'],
    });
  });
});

it.each([
  ['connector.json', CONNECTOR_SCHEMA],
  ['plugin.json', PLUGIN_SCHEMA],
])('the schema of %s is a JSON Schema', (_name, schema) => {
  const ajv = new Ajv();
  expect({ valid: ajv.validateSchema(schema), errors: ajv.errors }).toEqual({ valid: true, errors: null });
});
