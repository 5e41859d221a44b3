import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { runHost } from '../helpers/run-host.js';
import { readDuckdb } from '../helpers/read-duckdb.js';
import { connectorCode, inTempFolder, pluginFiles, writeFiles, type Files } from '../helpers/temp-plugin.js';

/** A connector's folder as somebody drops it: no node_modules, no package.json, no tsconfig.json. */
const DROPPED: Files = {
  'orders/connector.json': { params: [{ name: 'rows', type: 'INT', defaultValue: 3 }] },
  'orders/connector.ts': `
import { AxiosHeaders } from 'axios';
import { Ajv } from 'ajv';
import { faker } from '@faker-js/faker';
import { stringify } from 'csv-stringify/sync';
import { Connector, ConfigError, type ReadRequest } from 'connector-host';
import { runRows } from 'connector-host/testing';
import type { Order } from './model/order.ts';
import { Status } from './model/status.js';
import { nextStatus } from './model/next-status';
import { Named, nameOf } from './named';

const countries = await Promise.resolve(['FR', 'IT']);
const isOrder = new Ajv().compile({ type: 'object', required: ['id'] });

interface Config { readonly rows: number }

@Named('orders')
export default class Orders extends Connector<Config> {
  override getReadSchema() {
    return { columns: [{ name: 'id', type: 'int' as const }, { name: 'status', type: 'string' as const }] };
  }

  async *generateRows({ recordsLimit }: ReadRequest) {
    if (recordsLimit === 0) throw new ConfigError('never');
    faker.seed(7);
    let status = Status.Open;
    for (let id = 1; id <= this.config.rows; id += 1) {
      const order: Order = {
        id,
        status: Status[status],
        country: countries[id % countries.length]!,
        csv: stringify([['a', 'b c', '"']]).trim(),
        valid: isOrder({ id }) && !isOrder({}),
        header: new AxiosHeaders({ 'X-Name': 'value' }).get('x-name'),
        uuid: faker.string.uuid().length,
        named: nameOf(Orders),
        suite: typeof runRows,
      };
      yield order;
      status = nextStatus(status);
    }
  }
}
`,
  'orders/model/order.ts': 'export type Order = Record<string, unknown> & { readonly id: number };\n',
  'orders/model/status.ts': 'export enum Status { Open, Paid = 5 }\n',
  'orders/model/next-status.ts': `import { Status } from './status';
export const nextStatus = (status: Status): Status => (status === Status.Open ? Status.Paid : Status.Open);
`,
  'orders/named.ts': `const names = new WeakMap<object, string>();
export const Named = (name: string) => (target: object): void => void names.set(target, name);
export const nameOf = (target: object): string | undefined => names.get(target);
`,
};

const ROW = {
  country: 'IT',
  csv: 'a,b c,""""',
  valid: 'true',
  header: 'value',
  uuid: '36',
  named: 'orders',
  suite: 'function',
};

describe('a connector’s folder that is dropped anywhere', () => {
  it('runs from another folder with everything that the host lends', () =>
    inTempFolder(DROPPED, (dropped) =>
      inTempFolder({}, async (cwd) => {
        const args = ['run', 'orders', '--plugin', join(dropped, 'orders'), '--set', 'rows=3'];
        const { stderr, exitCode } = await runHost(args, { cwd });
        expect(stderr).toMatch(/^done: 3 rows to warehouse\.duckdb/);
        expect(exitCode).toBe(0);
        expect(await readDuckdb(join(cwd, 'warehouse.duckdb'), 'orders')).toEqual([
          { id: '1', status: 'Open', ...ROW },
          { id: '2', status: 'Paid', ...ROW, country: 'FR' },
          { id: '3', status: 'Open', ...ROW },
        ]);
      }),
    ));

  it('runs where --plugin names the folder around it', () =>
    inTempFolder(DROPPED, (dropped) =>
      inTempFolder({}, async (cwd) => {
        const { stdout } = await runHost(['list', '--plugin', dropped], { cwd });
        expect(stdout).toBe(
          `plugin (without an id) in ${dropped}\nconnector  can   label\norders     read\n`,
        );
      }),
    ));

  it.each(['js', 'mjs'])('runs as connector.%s', (ending) =>
    inTempFolder(
      {
        'plain/connector.json': {},
        [`plain/connector.${ending}`]: `import { Connector } from 'connector-host';
import { start } from './start.mjs';
export default class extends Connector {
  *generateRows() { yield { id: start }; }
}`,
        'plain/start.mjs': 'export const start = 41 + 1;',
      },
      async (cwd) => {
        const { stdout, stderr } = await runHost(['run', 'plain', '--to', '-', '--quiet'], { cwd });
        expect(stderr).toBe('');
        expect(stdout).toBe('{"id":42}\n');
      },
    ),
  );

  it('keeps decorators with the types that the compiler emits', () =>
    inTempFolder(
      {
        'meta/connector.json': {},
        'meta/connector.ts': `import { Connector } from 'connector-host';
const types: string[] = [];
const metadata = (key: string, value: { name: string }[]) => (): void => {
  if (key === 'design:paramtypes') types.push(...value.map(({ name }) => name));
};
(Reflect as unknown as { metadata: unknown }).metadata = metadata;
const Service = (_target: object): void => undefined;
const Method = (_target: object, _name: string, _descriptor: object): void => undefined;
class Clock {}
@Service class Model {
  constructor(readonly clock: Clock) {}
  @Method at(_date: Date): number { return 1; }
}
export default class extends Connector {
  *generateRows() { yield { model: Model.name, types: types.sort().join(' ') }; }
}`,
      },
      async (cwd) => {
        const { stdout, stderr } = await runHost(['run', 'meta', '--to', '-', '--quiet'], { cwd });
        expect(stderr).toBe('');
        expect(stdout).toBe('{"model":"Model","types":"Clock Date"}\n');
      },
    ));

  it('gets its own copy of a package that its plugin brings', () =>
    inTempFolder(
      {
        ...pluginFiles('own', {
          'own-axios': {
            code: `import axios from 'axios';\nimport { faker } from '@faker-js/faker';\n${connectorCode(
              `  *generateRows() { yield { marker: (axios as unknown as { marker: string }).marker, lent: typeof faker.string.uuid }; }`,
            )}`,
          },
        }),
        'node_modules/axios/package.json': { name: 'axios', version: '0.0.1', main: 'index.js' },
        'node_modules/axios/index.js': "module.exports = { marker: 'the plugin’s own' };",
      },
      async (cwd) => {
        const { stdout, stderr } = await runHost(['run', 'own-axios', '--to', '-', '--quiet'], { cwd });
        expect(stderr).toBe('');
        expect(stdout).toBe('{"marker":"the plugin’s own","lent":"function"}\n');
      },
    ));

  it('takes effect as it is edited', () =>
    inTempFolder({ 'edited/connector.json': {} }, async (cwd) => {
      for (const id of [1, 2]) {
        await writeFiles(cwd, {
          'edited/connector.ts': `import { extra } from './helper';\n${connectorCode(`  *generateRows() { yield { id: ${id}, extra }; }`)}`,
          'edited/helper.ts': `export const extra = ${id * 10};`,
        });
        const { stdout } = await runHost(['run', 'edited', '--to', '-', '--quiet'], { cwd });
        expect(stdout).toBe(`{"id":${id},"extra":${id * 10}}\n`);
      }
    }));

  it('gives source and target of one connector their own instance and config', () =>
    inTempFolder(
      pluginFiles('inner', {
        'inner-loop': {
          manifest: { writable: true, params: [{ name: 'names', type: 'STRINGS', defaultValue: ['a'] }] },
          code: connectorCode(`  count = 0;
  *generateRows() {
    const { names } = this.config as { names: string[] };
    names.push('b');
    this.count += 1;
    yield { count: this.count, names: names.join() };
  }
  getWriter() {
    const { names } = this.config as { names: string[] };
    const { count } = this;
    return { writeRow: (row: { count: number; names: string }) => {
      if (count !== 0 || names.join() !== 'a' || row.names !== 'a,b') throw new Error('shared');
    }, async close() {} };
  }`),
        },
      }),
      async (cwd) => {
        const { stderr, exitCode } = await runHost(['run', 'inner-loop', '--to', 'inner-loop', '--quiet'], {
          cwd,
        });
        expect(stderr).toBe('');
        expect(exitCode).toBe(0);
      },
    ));
});
