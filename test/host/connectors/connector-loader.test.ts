import { describe, expect, it } from '@jest/globals';
import { capabilitiesOf, type ConnectorEntry } from '../../../src/host/connectors/connector-entry.js';
import { ConnectorLoader } from '../../../src/host/connectors/connector-loader.js';
import { Connector } from '../../../src/sdk/connector.js';
import { ConnectorError } from '../../../src/sdk/errors.js';
import type { ConnectorManifest, PartitioningMode } from '../../../src/sdk/manifest.js';

const FILE = '/plugin/python-connectors/p-a/connector.ts';

function entryOf(manifest: ConnectorManifest = {}): ConnectorEntry {
  const folder = '/plugin/python-connectors/p-a';
  const plugin = { root: '/plugin', manifest: { id: 'p' }, connectorFolders: [folder] };
  return { id: 'p-a', folder, plugin, manifest, file: FILE, language: 'typescript', warnings: [] };
}

const load = (module: object, manifest?: ConnectorManifest): Promise<unknown> =>
  new ConnectorLoader(async () => module).load(entryOf(manifest));

const loadThrowing = (thrown: Error): Promise<unknown> =>
  new ConnectorLoader(() => Promise.reject(thrown)).load(entryOf());

class Good extends Connector {
  generateRows(): [] {
    return [];
  }
}

/** As a class of another copy of the package looks: the same methods, another base. */
class Foreign {
  getReadSchema(): null {
    return null;
  }
  generateRows(): [] {
    return [];
  }
}

describe('the class of a connector', () => {
  it.each<[string, object, unknown]>([
    ['the default export', { default: Good }, Good],
    ['the default export beside other classes', { Foreign, default: Good }, Good],
    ['the only export', { Good, helper: () => 1, text: 'x', nothing: null }, Good],
    ['the only class beside a default that is none', { Good, default: { label: 'x' } }, Good],
    ['a class under two names', { Good, Alias: Good }, Good],
    ['a class of another copy of the package', { default: Foreign }, Foreign],
  ])('may be %s', async (_name, module, found) => {
    expect(await load(module)).toBe(found);
  });

  it.each<[string, object, string]>([
    ['none', {}, 'exports no class with generateRows or getWriter'],
    ['an object', { default: { generateRows: () => [] } }, 'exports no class with generateRows or getWriter'],
    ['a function', { default: () => [] }, 'exports no class with generateRows or getWriter'],
    [
      'a class without either method',
      { default: class {} },
      'exports no class with generateRows or getWriter',
    ],
    ['two', { Good, Foreign }, 'exports 2 connector classes (Good, Foreign) and none as default'],
  ])('is an error where there is %s', async (_name, module, sentence) => {
    await expect(load(module)).rejects.toMatchObject({
      name: 'ConnectorError',
      code: 'CONNECTOR_CLASS_INVALID',
      message: `${FILE} ${sentence}`,
      details: { connector: 'p-a', file: FILE },
    });
  });
});

describe('a file that cannot be loaded', () => {
  it('because it throws on import', async () => {
    await expect(loadThrowing(new TypeError('x is not a function\nmore'))).rejects.toMatchObject({
      name: 'ConnectorError',
      code: 'CONNECTOR_LOAD_FAILED',
      message: `${FILE} cannot be loaded: x is not a function`,
      details: { connector: 'p-a', file: FILE },
      cause: expect.any(TypeError),
    });
  });

  it.each(['text', undefined, null] as unknown as Error[])('because it throws %p', async (thrown) => {
    await expect(loadThrowing(thrown)).rejects.toMatchObject({
      code: 'CONNECTOR_LOAD_FAILED',
      message: `${FILE} cannot be loaded: ${String(thrown)}`,
    });
  });

  it.each([
    ['/plugin/connector.ts', 'ParseError: Unexpected token, expected ","  \n /plugin/connector.ts:7:12'],
    [
      '/my plugin (1)/connector.ts',
      'ParseError: Unexpected token, expected ","\n /my plugin (1)/connector.ts:7:12',
    ],
    ['/plugin/helper.ts', 'SyntaxError: Unexpected token, expected "," /plugin/helper.ts:7:12'],
  ])('because of a syntax error in %s', async (file, message) => {
    await expect(loadThrowing(new Error(message))).rejects.toMatchObject({
      code: 'CONNECTOR_LOAD_FAILED',
      message: `${file}:7:12 cannot be loaded: Unexpected token, expected ","`,
      details: { connector: 'p-a', file, line: 7, columnNumber: 12 },
    });
  });

  it('keeps what the scan said of it, and is not imported', async () => {
    const error = new ConnectorError('broken', { code: 'CONNECTOR_MANIFEST_INVALID' });
    let imported = false;
    const loader = new ConnectorLoader(async () => (imported = true));
    await expect(loader.load({ ...entryOf(), error })).rejects.toBe(error);
    expect(imported).toBe(false);
  });
});

describe('declared capabilities', () => {
  const missing = async (
    manifest: ConnectorManifest,
    connectorClass: object,
  ): Promise<readonly string[] | undefined> => {
    try {
      await load({ default: connectorClass }, manifest);
      return undefined;
    } catch (error) {
      expect(error).toMatchObject({ name: 'ConnectorError', code: 'CONNECTOR_CAPABILITY_MISSING' });
      return (error as ConnectorError).details.problems;
    }
  };

  class WriteOnly {
    getWriter(): null {
      return null;
    }
  }

  it.each<[ConnectorManifest, object, string[] | undefined]>([
    [{}, Good, undefined],
    [{}, WriteOnly, ['the manifest says "readable": true, but the class has no generateRows']],
    [{ readable: false, writable: true }, WriteOnly, undefined],
    [{ writable: true }, Good, ['the manifest says "writable": true, but the class has no getWriter']],
    [
      { canCountRecords: true },
      Good,
      ['the manifest says "canCountRecords": true, but the class has no getRecordsCount'],
    ],
    [
      { writable: true, canCountRecords: true },
      Good,
      [
        'the manifest says "writable": true, but the class has no getWriter',
        'the manifest says "canCountRecords": true, but the class has no getRecordsCount',
      ],
    ],
  ])('%j', async (manifest, connectorClass, problems) => {
    expect(await missing(manifest, connectorClass)).toEqual(problems);
  });

  it.each<[PartitioningMode, string[]]>([
    ['NOT_PARTITIONABLE', []],
    ['USER_DEFINED_UNLISTABLE', []],
    ['USER_DEFINED_LISTABLE', ['listPartitions']],
    ['CODE_DEFINED_UNLISTABLE', ['getPartitioning']],
    ['CODE_DEFINED_LISTABLE', ['getPartitioning', 'listPartitions']],
  ])('partitioningMode %s needs %j', async (partitioningMode, methods) => {
    const sentences = methods.map(
      (method) =>
        `the manifest says "partitioningMode": "${partitioningMode}", but the class has no ${method}`,
    );
    expect(await missing({ partitioningMode }, Good)).toEqual(methods.length > 0 ? sentences : undefined);
    class Partitioned extends Good {
      override getPartitioning = undefined as never;
    }
    for (const method of methods) Object.assign(Partitioned.prototype, { [method]: () => [] });
    expect(await missing({ partitioningMode }, Partitioned)).toBeUndefined();
  });

  it.each<[PartitioningMode, string[]]>([
    ['NOT_PARTITIONABLE', ['getPartitioning', 'listPartitions', 'partitionExists']],
    ['USER_DEFINED_UNLISTABLE', ['getPartitioning', 'listPartitions']],
    ['USER_DEFINED_LISTABLE', ['getPartitioning']],
    ['CODE_DEFINED_UNLISTABLE', ['listPartitions']],
    ['CODE_DEFINED_LISTABLE', []],
  ])('partitioningMode %s goes without %j', async (partitioningMode, methods) => {
    class Partitioned extends Good {
      override getPartitioning = undefined as never;
    }
    for (const method of ['getPartitioning', 'listPartitions', 'partitionExists'])
      Object.assign(Partitioned.prototype, { [method]: () => [] });
    const sentences = methods.map(
      (method) => `the class has ${method}, but the manifest says "partitioningMode": "${partitioningMode}"`,
    );
    expect(await missing({ partitioningMode }, Partitioned)).toEqual(
      methods.length > 0 ? sentences : undefined,
    );
  });

  it('have defaults', () => {
    expect(capabilitiesOf({})).toEqual({
      readable: true,
      writable: false,
      canCountRecords: false,
      supportAppend: false,
      partitioningMode: 'NOT_PARTITIONABLE',
    });
  });
});
