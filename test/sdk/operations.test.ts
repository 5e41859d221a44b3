import { describe, expect, it, jest } from '@jest/globals';
import type * as operations from '../../src/sdk/operations.js';
import { isOperation, op } from '../../src/sdk/operations.js';

describe('op', () => {
  it('makes a list of one row or key', () => {
    expect(op.upsert('users', { id: 1 })).toMatchObject({
      kind: 'upsert',
      table: 'users',
      rows: [{ id: 1 }],
    });
    expect(op.update('users', { id: 1 })).toMatchObject({
      kind: 'update',
      table: 'users',
      rows: [{ id: 1 }],
    });
    expect(op.delete('users', { id: 1 })).toMatchObject({
      kind: 'delete',
      table: 'users',
      keys: [{ id: 1 }],
    });
  });

  it('takes lists as they are', () => {
    const rows = [{ id: 1 }, { id: 2 }];
    expect(op.upsert('users', rows).rows).toBe(rows);
    expect(op.update('users', []).rows).toEqual([]);
    expect(op.delete('users', rows).keys).toBe(rows);
  });

  it('makes the operations without rows', () => {
    expect(op.deleteWhere('lines', { order: 7 })).toMatchObject({
      kind: 'deleteWhere',
      table: 'lines',
      columns: { order: 7 },
    });
    expect(op.truncate('users')).toMatchObject({ kind: 'truncate', table: 'users' });
    expect(op.checkpoint({ page: 1 })).toMatchObject({
      kind: 'checkpoint',
      state: { page: 1 },
      merge: false,
    });
    expect(op.checkpoint({ page: 1 }, { merge: true }).merge).toBe(true);
  });
});

describe('isOperation', () => {
  it('tells operations from rows that look like them', () => {
    expect(isOperation(op.truncate('users'))).toBe(true);
    expect(isOperation({ kind: 'truncate', table: 'users' })).toBe(false);
    expect(isOperation([])).toBe(false);
  });

  it('knows operations of another copy of the package', async () => {
    let other: typeof operations | undefined;
    await jest.isolateModulesAsync(async () => {
      other = await import('../../src/sdk/operations.js');
    });
    expect(other?.op).not.toBe(op);
    expect(isOperation((other as typeof operations).op.truncate('users'))).toBe(true);
  });
});
