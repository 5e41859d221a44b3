import { describe, expect, it } from '@jest/globals';
import type { Connector, ConnectorContext, DatasetWriter, ParamType } from 'connector-host';
import { BINARY_OPERATORS, METHODS } from '../../src/host/config/parse-expression.js';
import { CONNECTOR_SCHEMA, PLUGIN_SCHEMA } from '../../src/host/manifest/manifest-schemas.js';
import { codeSpans, firstSpans, readDoc, section, tableRows } from './markdown.js';

const MANIFEST = readDoc('docs/reference/manifest.md');
const CONNECTOR = readDoc('docs/reference/connector.md');

/** As objects, so that the compiler holds them against the types. */
const PARAM_TYPES: Record<ParamType, true> = {
  STRING: true,
  STRINGS: true,
  INT: true,
  INTS: true,
  DOUBLE: true,
  DOUBLES: true,
  BOOLEAN: true,
  PASSWORD: true,
  TEXTAREA: true,
  SELECT: true,
  MULTISELECT: true,
  MAP: true,
  KEY_VALUE_LIST: true,
  DATE: true,
  OBJECT_LIST: true,
  ARRAY: true,
  PRESET: true,
  SEPARATOR: true,
};
const CONNECTOR_METHODS: Record<keyof Connector, true> = {
  getReadSchema: true,
  generateRows: true,
  getWriter: true,
  getPartitioning: true,
  listPartitions: true,
  partitionExists: true,
  getRecordsCount: true,
  migrateState: true,
  close: true,
};
const WRITER_METHODS: Record<keyof DatasetWriter, true> = {
  attach: true,
  writeRow: true,
  writeRows: true,
  updateRows: true,
  deleteRows: true,
  flush: true,
  close: true,
  abort: true,
};
const CONTEXT_MEMBERS: Record<keyof ConnectorContext, true> = {
  pluginConfig: true,
  http: true,
  createHttp: true,
  logger: true,
  notePaging: true,
  resource: true,
};

describe('docs/reference/manifest.md', () => {
  it('has every key of connector.json, and no other', () => {
    expect(firstSpans(section(MANIFEST, 'connector.json'))).toEqual(Object.keys(CONNECTOR_SCHEMA.properties));
  });

  it('has every key of plugin.json, and no other', () => {
    expect(firstSpans(section(MANIFEST, 'plugin.json'))).toEqual(Object.keys(PLUGIN_SCHEMA.properties));
  });

  it('has every key of meta and every partitioning mode', () => {
    const { meta, partitioningMode, params } = CONNECTOR_SCHEMA.properties;
    const spans = codeSpans(section(MANIFEST, 'connector.json'));
    expect(spans).toEqual(expect.arrayContaining(Object.keys(meta.properties)));
    expect(spans).toEqual(expect.arrayContaining(partitioningMode.enum.filter((mode) => mode !== null)));
    expect(firstSpans(section(MANIFEST, 'Parameters')).sort()).toEqual(
      [...Object.keys(params.items.properties), 'defaultValue'].sort(),
    );
  });

  it('has every type of parameter, and no other', () => {
    expect(firstSpans(section(MANIFEST, 'Parameter types')).sort()).toEqual(Object.keys(PARAM_TYPES).sort());
  });

  it('has every operator and method of conditions', () => {
    const spans = codeSpans(section(MANIFEST, 'Visibility conditions'));
    expect(spans).toEqual(expect.arrayContaining([...BINARY_OPERATORS, ...METHODS]));
  });
});

describe('docs/reference/connector.md', () => {
  it('has every method of a connector', () => {
    const spans = codeSpans(section(CONNECTOR, 'Methods') + section(CONNECTOR, 'Partitions')).join(' ');
    for (const method of Object.keys(CONNECTOR_METHODS)) expect(spans).toContain(method);
  });

  it('has every method of a writer, and no other', () => {
    const documented = tableRows(section(CONNECTOR, 'The writer')).flatMap(([name = '']) => codeSpans(name));
    expect(documented.map((method) => method.replace(/\(.*/, '')).sort()).toEqual(
      Object.keys(WRITER_METHODS).sort(),
    );
  });

  it('has every member of the context, and no other', () => {
    expect(firstSpans(section(CONNECTOR, 'The context')).map((member) => member.replace(/\(.*/, ''))).toEqual(
      Object.keys(CONTEXT_MEMBERS),
    );
  });
});
