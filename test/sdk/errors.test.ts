import { describe, expect, it, jest } from '@jest/globals';
import * as errors from '../../src/sdk/errors.js';
import {
  AbortError,
  AuthError,
  ConfigError,
  ConnectorError,
  ERROR_CODES,
  isHostError,
  RowError,
  TargetError,
  TransientError,
  type ErrorClassName,
  type ErrorCode,
  type HostError,
  type ErrorOptions,
} from '../../src/sdk/errors.js';

type OrdinaryClass = new (message: string, options?: ErrorOptions) => HostError;

const CLASSES: readonly [OrdinaryClass, ErrorClassName, ErrorCode, number][] = [
  [ConfigError, 'ConfigError', 'CONFIG_INVALID', 2],
  [ConnectorError, 'ConnectorError', 'CONNECTOR_FAILED', 3],
  [AuthError, 'AuthError', 'AUTH_FAILED', 4],
  [RowError, 'RowError', 'ROW_INVALID', 5],
  [TargetError, 'TargetError', 'TARGET_FAILED', 6],
  [TransientError, 'TransientError', 'TRANSIENT', 75],
];

describe('error classes', () => {
  it.each(CLASSES)('%p is %s, %s, exit code %i', (ErrorClass, name, code, exitCode) => {
    const error = new ErrorClass('it broke');
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.message).toBe('it broke');
    expect(error.code).toBe(code);
    expect(error.exitCode).toBe(exitCode);
    expect(error.action).toBe(ERROR_CODES[code].action);
    expect(error.details).toEqual({});
    expect('cause' in error).toBe(false);
    expect(ERROR_CODES[code].class).toBe(name);
    expect(isHostError(error)).toBe(true);
  });

  it('takes code, action, details and cause', () => {
    const cause = new Error('behind');
    const error = new TargetError('it broke', {
      code: 'TARGET_DISK_FULL',
      action: 'Do it.',
      details: { row: 7 },
      cause,
    });
    expect([error.code, error.action, error.details, error.cause]).toEqual([
      'TARGET_DISK_FULL',
      'Do it.',
      { row: 7 },
      cause,
    ]);
    expect(new TargetError('it broke', { code: 'TARGET_DISK_FULL' }).action).toBe(
      ERROR_CODES.TARGET_DISK_FULL.action,
    );
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['output-closed', 0],
  ] as const)('AbortError by %s has exit code %i', (reason, exitCode) => {
    const error = new AbortError(reason);
    expect([error.name, error.code, error.reason, error.exitCode]).toEqual([
      'AbortError',
      'ABORTED',
      reason,
      exitCode,
    ]);
    expect(error.message).toBe(`stopped by ${reason}`);
  });

  it('TransientError keeps the seconds to wait', () => {
    expect(new TransientError('busy', { retryAfter: 30 }).retryAfter).toBe(30);
    expect(new TransientError('busy').retryAfter).toBeUndefined();
  });
});

describe('the table of codes', () => {
  const exported = errors as unknown as Record<string, unknown>;

  it.each(Object.entries(ERROR_CODES))(
    '%s names a class that exists and has two sentences',
    (code, entry) => {
      expect(typeof exported[entry.class]).toBe('function');
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      for (const sentence of [entry.summary, entry.action]) expect(sentence).toMatch(/^\S.+\.$/);
    },
  );
});

describe('isHostError', () => {
  it('knows errors of another copy of the package', async () => {
    let other: typeof errors | undefined;
    await jest.isolateModulesAsync(async () => {
      other = await import('../../src/sdk/errors.js');
    });
    const error = new (other as typeof errors).AuthError('refused');
    expect(error).not.toBeInstanceOf(AuthError);
    expect(isHostError(error)).toBe(true);
  });

  it.each([
    new Error('plain'),
    null,
    undefined,
    'text',
    7,
    {},
    { name: 'ConfigError', code: 'CONFIG_INVALID' },
  ])('does not take %p for one', (value) => {
    expect(isHostError(value)).toBe(false);
  });
});
