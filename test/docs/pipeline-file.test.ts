import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import picocolors from 'picocolors';
import { parse } from 'yaml';
import { createProgram } from '../../src/cli/program.js';
import { PIPELINE_FIELDS, type PipelineField } from '../../src/host/pipelines/files/pipeline-fields.js';
import { pipelineSchema } from '../../src/host/pipelines/files/pipeline-schema.js';
import { validatePipeline } from '../../src/host/pipelines/files/validate-pipeline.js';
import { codeBlocks, codeSpans, readDoc, section, tableRows } from './markdown.js';

const PAGE = readDoc('docs/reference/pipeline-file.md');
const GUIDE = readDoc('docs/guide/pipelines.md');
const FIELDS: Readonly<Record<string, PipelineField>> = PIPELINE_FIELDS;

/** Options of `host run` that are no fields of a pipeline file, with the reason. */
const NO_FIELDS: Readonly<Record<string, string>> = {
  '--set': 'it is one value of `config`',
  '--to-set': 'it is one value of `to_config`',
  '--env-file': 'where variables come from is decided where the pipeline runs',
  '--plugin': 'the file belongs to a plugin already',
  '--state-dir': 'it belongs to the plugin, not to one of its pipelines',
  '--json': 'it is how one command prints',
  '--verbose': 'it is how one command prints',
  '--quiet': 'it is how one command prints',
  '--dry-run': 'it is what is done with a pipeline, and no part of it',
  '--all': 'it is what is done with pipelines, and no part of one',
  '--resume': 'it is what is done after a run that failed',
  '--now': 'it is for one run',
};
/** Fields of options that this version does not have yet. */
const LATER = ['--from-table', '--query', '--cursor', '--primary-key', '--pg-schema'];

describe('docs/pipeline.schema.json', () => {
  it('is what the fields say; `npm run schema` writes it', () => {
    expect(JSON.parse(readDoc('docs/pipeline.schema.json'))).toEqual(pipelineSchema());
  });

  it('is a JSON Schema, which takes the examples as the host does', async () => {
    const validate = new Ajv({ strictTypes: false }).compile(pipelineSchema());
    const blocks = [...codeBlocks(GUIDE), ...codeBlocks(PAGE)].filter(({ language }) => language === 'yaml');
    for (const fields of blocks.map(({ text }) => ({ source: 'x', ...(parse(text) as object) }))) {
      expect([validate(fields), validate.errors]).toEqual([true, null]);
      expect(await validatePipeline(fields)).toEqual([]);
    }
    expect(validate({ source: 'x', tables: { users: { mode: 'overwrite' } } })).toBe(false);
  });
});

describe('docs/reference/pipeline-file.md', () => {
  const documented = section(PAGE, 'Fields')
    .split(/^(?=### )/m)
    .flatMap((part) => tableRows(part));

  it('has every field, and no other', () => {
    expect(documented.map(([name = '']) => codeSpans(name)[0]).sort()).toEqual(Object.keys(FIELDS).sort());
  });

  it('has the choices and the words of each', () => {
    for (const [cell = '', values = '', what = ''] of documented) {
      const { schema, description } = FIELDS[codeSpans(cell)[0] ?? ''] as PipelineField;
      if (schema.enum) expect(codeSpans(values)).toEqual(schema.enum);
      expect(what).toBe(description);
    }
  });
});

describe('the guide', () => {
  it('shows the files of docs/examples', () => {
    const shown = codeBlocks(GUIDE).filter(({ language }) => language === 'yaml');
    expect(shown.map(({ file }) => file)).toEqual([
      'docs/examples/pipelines/users.yaml',
      'docs/examples/pipelines/orders.yaml',
    ]);
    for (const { text, file } of shown) expect(text).toBe(readDoc(file as string));
  });
});

describe('options of host run', () => {
  const silent = {
    cwd: __dirname,
    env: {},
    stdout: new PassThrough(),
    isTerminal: false,
    width: 120,
    colors: picocolors.createColors(false),
    redact: (text: string) => text,
    printError: () => undefined,
    writeError: () => undefined,
    print: () => undefined,
  };
  const { command } = createProgram(silent, new AbortController().signal);
  const run = command.commands.find((each) => each.name() === 'run');
  const options = run?.options.map(({ long }) => long ?? '') ?? [];
  const fields = Object.values(FIELDS).flatMap(({ option }) => option ?? []);

  it('have a field each, but for those that are none', () => {
    const missing = options.filter((option) => !fields.includes(option) && !(option in NO_FIELDS));
    expect(missing).toEqual([]);
    expect(Object.keys(NO_FIELDS).filter((option) => !options.includes(option))).toEqual([]);
    expect(Object.keys(NO_FIELDS).filter((option) => fields.includes(option))).toEqual([]);
  });

  it('are what the fields say they are, by the same names and with the same choices', () => {
    for (const [name, { option, schema }] of Object.entries(FIELDS)) {
      if (option === undefined) continue;
      expect(option).toBe(`--${name.replaceAll('_', '-')}`);
      if (LATER.includes(option)) continue;
      const declared = run?.options.find(({ long }) => long === option);
      expect(declared).toBeDefined();
      // The mode mirror is one of an option that is not there yet.
      const choices = (schema.enum as readonly string[] | undefined)?.filter((each) => each !== 'mirror');
      expect(declared?.argChoices?.filter((each) => each !== 'mirror')).toEqual(choices);
    }
  });
});
