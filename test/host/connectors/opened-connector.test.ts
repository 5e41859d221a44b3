import { describe, expect, it } from '@jest/globals';
import type { ConnectorEntry } from '../../../src/host/connectors/connector-entry.js';
import type { ConnectorClass } from '../../../src/host/connectors/connector-loader.js';
import { OpenedConnector } from '../../../src/host/connectors/opened-connector.js';
import { Connector, type ConnectorContext } from '../../../src/sdk/connector.js';
import { ConfigError } from '../../../src/sdk/errors.js';
import type { Row } from '../../../src/sdk/schema.js';

const silent = (): void => undefined;
const entry: ConnectorEntry = {
  id: 'p-a',
  folder: '/plugin/python-connectors/p-a',
  plugin: { root: '/plugin', manifest: { id: 'p' }, connectorFolders: [] },
  manifest: {},
  file: '/plugin/python-connectors/p-a/connector.ts',
  language: 'typescript',
  warnings: [],
};

function open(connectorClass: unknown, config: Row = {}, pluginConfig: Row = {}): OpenedConnector {
  return new OpenedConnector({
    entry,
    stateFolder: '/plugin/.host',
    connectorClass: connectorClass as ConnectorClass,
    config,
    pluginConfig,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    redact: (text) => text,
    addSecret: silent,
  });
}

class Open extends Connector {
  declare readonly config: Row;
  declare readonly context: ConnectorContext;
  generateRows(): [] {
    return [];
  }
}

function create(opened: OpenedConnector): Open {
  const instance: unknown = opened.create(new AbortController().signal);
  return instance as Open;
}

describe('OpenedConnector', () => {
  it('gives every instance a config of its own, down to the last list', () => {
    const config = { columns: ['a'], nested: { list: [{ key: 'k', value: 1 }] } };
    const pluginConfig = { regions: ['eu'] };
    const opened = open(Open, config, pluginConfig);
    const first = create(opened);
    (first.config.columns as string[]).push('b');
    (first.config.nested as { list: unknown[] }).list.length = 0;
    first.config.added = true;
    (first.context.pluginConfig.regions as string[]).push('us');
    const second = create(opened);
    expect(second).not.toBe(first);
    expect(second.config).toEqual({ columns: ['a'], nested: { list: [{ key: 'k', value: 1 }] } });
    expect(second.context.pluginConfig).toEqual({ regions: ['eu'] });
    expect([config, pluginConfig]).toEqual([second.config, second.context.pluginConfig]);
  });

  it('resolves files of the connector in its own folder', () => {
    expect(create(open(Open)).context.resource('fixtures/data.json')).toBe(
      '/plugin/python-connectors/p-a/fixtures/data.json',
    );
  });

  it('lends one HTTP client, and makes others', () => {
    const { context } = create(open(Open));
    expect(context.http).toBe(context.http);
    expect(context.createHttp({ baseURL: 'http://127.0.0.1:1' })).not.toBe(context.http);
  });

  it('says which file and line of a constructor failed', () => {
    class Throwing extends Open {
      constructor(config: Row, context: ConnectorContext) {
        super(config, context);
        throw new RangeError('no such thing');
      }
    }
    expect(() => create(open(Throwing))).toThrow(
      expect.objectContaining({
        name: 'ConnectorError',
        code: 'CONNECTOR_FAILED',
        message: expect.stringMatching(
          /^the constructor of connector "p-a" failed: RangeError: no such thing \(.*opened-connector\.test\.ts:\d+\)$/,
        ),
      }),
    );
  });

  it('lets the error through that a constructor means', () => {
    const error = new ConfigError('choose one of a and b');
    class Choosy extends Open {
      constructor(config: Row, context: ConnectorContext) {
        super(config, context);
        throw error;
      }
    }
    expect(() => create(open(Choosy))).toThrow(error);
  });
});
