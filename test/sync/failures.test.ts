import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connector, type ConnectorContext, type Emission } from '../../src/sdk/connector.js';
import {
  AbortError,
  AuthError,
  ConfigError,
  ConnectorError,
  RowError,
  TargetError,
  TransientError,
  type HostError,
} from '../../src/sdk/errors.js';
import type { ReadSchema, Row } from '../../src/sdk/schema.js';
import { explainFailure } from '../../src/sync/explain-failure.js';
import { runRows } from '../../src/testing/run-rows.js';
import { WatchedTarget, type TargetStep } from '../fixtures/watched-target.js';

const rows = Array.from({ length: 25_000 }, (_, n) => ({ n }));

describe('a target that fails', () => {
  it.each<[TargetStep, TargetStep[]]>([
    ['begin', ['begin']],
    ['openTable', ['begin', 'openTable', 'rollback']],
    ['alter', ['begin', 'openTable', 'alter', 'rollback']],
    ['write', ['begin', 'openTable', 'alter', 'write', 'rollback']],
    ['commit', ['begin', 'openTable', 'alter', 'write', 'write', 'write', 'commit', 'rollback']],
  ])('in %s is rolled back once', async (failing, calls) => {
    const target = new WatchedTarget({
      before: (step) => {
        if (step === failing) throw new Error('disk on fire');
      },
    });
    const { error, report } = await runRows({ target, rows: [rows] });
    expect([error?.name, error?.code, error?.message]).toEqual([
      'TargetError',
      'TARGET_FAILED',
      'watched: disk on fire',
    ]);
    expect(target.calls).toEqual(calls);
    expect([report.status, report.code, report.rowsWritten, report.commits]).toEqual([
      'failed',
      'TARGET_FAILED',
      0,
      0,
    ]);
  });

  it('in the background ends a run whose source hangs', async () => {
    const target = new WatchedTarget({
      before: (step) => {
        if (step === 'write') throw new Error('disk on fire');
      },
    });
    const { error } = await runRows({
      target,
      rows: async function* () {
        yield rows;
        await new Promise(() => undefined);
      },
    });
    expect(error?.message).toBe('watched: disk on fire');
    expect(target.calls.at(-1)).toBe('rollback');
  });

  it('in rollback does not hide why', async () => {
    const target = new WatchedTarget({
      before: (step) => {
        if (step === 'commit' || step === 'rollback') throw new Error(`no ${step}`);
      },
    });
    const { error, report } = await runRows({ target, rows: [{ n: 1 }] });
    expect(error?.message).toBe('watched: no commit');
    expect(report.warnings).toEqual(['while cleaning up: watched: no rollback']);
  });

  it('keeps the class and code that it names itself', async () => {
    const full = new TargetError('no space', { code: 'TARGET_DISK_FULL' });
    const target = new WatchedTarget({
      before: (step) => (step === 'write' ? Promise.reject(full) : undefined),
    });
    expect((await runRows({ target, rows: [{ n: 1 }] })).error).toBe(full);
  });

  it('is rolled back only when its last write has ended', async () => {
    const order: string[] = [];
    const target = new WatchedTarget({
      before: async (step) => {
        if (step === 'write') {
          await sleep(80);
          order.push('written');
        } else if (step === 'rollback') order.push('rollback');
      },
    });
    await runRows({
      target,
      rows: async function* () {
        yield rows.slice(0, 10_000);
        await sleep(10);
        throw new Error('the source broke');
      },
    });
    expect(order).toEqual(['written', 'rollback']);
  });
});

function logOut(): void {
  throw new Error('logout failed');
}

describe('what a connector throws', () => {
  const errors: readonly HostError[] = [
    new ConfigError('wrong', { code: 'HTTP_REFUSED' }),
    new ConnectorError('broken', { code: 'WRITER_FAILED' }),
    new AuthError('refused'),
    new RowError('bad row', { details: { row: 7 } }),
    new TargetError('full', { code: 'TARGET_DISK_FULL' }),
    new TransientError('busy', { retryAfter: 5 }),
    new AbortError('SIGINT'),
  ];

  it.each(errors)('%s keeps class, code and details', async (error) => {
    const { error: seen, report } = await runRows({
      target: new WatchedTarget(),
      rows: () => {
        throw error;
      },
    });
    expect(seen).toBe(error);
    expect([report.code, report.message]).toEqual([error.code, error.message]);
    expect(report.status).toBe(error.name === 'AbortError' ? 'aborted' : 'failed');
  });

  it('names the file and line of an error of its own', async () => {
    const { error } = await runRows({
      target: new WatchedTarget(),
      rows: function* (): Generator<Row> {
        yield { n: 1 };
        (undefined as unknown as { boom(): void }).boom();
      },
    });
    expect([error?.name, error?.code, error?.exitCode]).toEqual(['ConnectorError', 'CONNECTOR_FAILED', 3]);
    expect(error?.message).toMatch(
      /^the connector failed: TypeError: Cannot read properties of undefined \(reading 'boom'\) \(\/.*failures\.test\.ts:\d+\)$/,
    );
    expect(error?.details).toEqual({
      file: __filename,
      line: expect.any(Number),
      columnNumber: expect.any(Number),
    });
    expect(error?.cause).toBeInstanceOf(TypeError);
  });

  it.each([
    ['text', 'it threw the text "text"'],
    [undefined, 'it threw undefined'],
    [null, 'it threw null'],
    [{ name: 'Odd', message: 'of another realm' }, 'Odd: of another realm'],
  ] as unknown as [Error, string][])('may be no error at all: %p', async (thrown, said) => {
    const { error } = await runRows({
      target: new WatchedTarget(),
      rows: async function* (): AsyncGenerator<Row> {
        yield* [];
        await Promise.reject(thrown);
      },
    });
    expect([error?.code, error?.message]).toEqual(['CONNECTOR_FAILED', `the connector failed: ${said}`]);
  });

  it('in getReadSchema ends the run before the target is asked', async () => {
    class Broken extends Connector {
      override getReadSchema(): ReadSchema {
        throw new AuthError('refused');
      }
      generateRows(): Iterable<Emission> {
        return [];
      }
    }
    const target = new WatchedTarget();
    const { error } = await runRows({ target, connector: new Broken({}, {} as ConnectorContext) });
    expect([error?.code, target.calls]).toEqual(['AUTH_FAILED', []]);
  });

  it('at a wrong row is not hidden by what its finally throws', async () => {
    const { error } = await runRows({
      target: new WatchedTarget(),
      rows: async function* () {
        try {
          yield 7 as never;
        } finally {
          logOut();
        }
      },
    });
    expect(error?.code).toBe('EMISSION_INVALID');
  });
});

describe('the place of an error', () => {
  const at = (...lines: string[]): object | undefined => {
    const error = new Error('broken');
    error.stack = ['Error: broken', ...lines.map((line) => `    at ${line}`)].join('\n');
    return explainFailure(error).details;
  };

  it.each([
    ['generateRows (/plugin/connector.ts:7:9)', '/plugin/connector.ts'],
    ['async generateRows (file:///plugin/connector.mjs:7:9)', '/plugin/connector.mjs'],
    ['/plugin/connector.js:7:9', '/plugin/connector.js'],
    ['async /plugin/connector.js:7:9', '/plugin/connector.js'],
    ['new Foo (/my folder (copy)/connector.ts:7:9)', '/my folder (copy)/connector.ts'],
    ['Foo.bar [as baz] (/my folder/connector.ts:7:9)', '/my folder/connector.ts'],
    ['file:///my%20folder/connector.ts:7:9', '/my folder/connector.ts'],
  ])('is found in "%s"', (line, file) => {
    expect(
      at('JSON.parse (<anonymous>)', 'x (/lib/node_modules/axios/a.js:1:1)', 'y (node:fs:2:2)', line),
    ).toEqual({
      file,
      line: 7,
      columnNumber: 9,
    });
  });

  it('is not taken from a message that looks like one', () => {
    const error = new Error('see\n/etc/other.ts:1:2');
    error.stack = `Error: ${error.message}\n    at a (/plugin/connector.ts:7:9)`;
    expect(explainFailure(error).details).toMatchObject({ file: '/plugin/connector.ts' });
  });

  it('may be unknown', () => {
    expect(at('native')).toEqual({});
    expect(explainFailure(new Error('broken'), undefined, 'the writer failed', 'WRITER_FAILED').code).toBe(
      'WRITER_FAILED',
    );
  });
});
