import type { Row } from './schema.js';

/** Set on every operation, so that rows and operations are told apart also across copies of the package. */
const BRAND = Symbol.for('connector-host.operation');

/** The connector's cursors: a JSON object that is given back at the next run. */
export type State = Readonly<Record<string, unknown>>;

interface Branded {
  readonly [BRAND]: true;
}

/** Rows to write to a table by key: whole rows, or the given columns only. */
export interface RowsOperation extends Branded {
  readonly kind: 'upsert' | 'update';
  readonly table: string;
  readonly rows: readonly Row[];
}

/** Keys of rows to remove. */
export interface DeleteOperation extends Branded {
  readonly kind: 'delete';
  readonly table: string;
  readonly keys: readonly Row[];
}

/** Removes every row that equals the given columns. */
export interface DeleteWhereOperation extends Branded {
  readonly kind: 'deleteWhere';
  readonly table: string;
  readonly columns: Row;
}

/** Removes every row that was in the table before it. */
export interface TruncateOperation extends Branded {
  readonly kind: 'truncate';
  readonly table: string;
}

/** Offers a state: everything emitted before it may be committed together with it. */
export interface CheckpointOperation extends Branded {
  readonly kind: 'checkpoint';
  readonly state: State;
  /** True: `state` is a JSON merge patch (RFC 7396) on the state offered last. */
  readonly merge: boolean;
}

/** Anything a sync may emit besides rows. Made by {@link op} only. */
export type Operation =
  RowsOperation | DeleteOperation | DeleteWhereOperation | TruncateOperation | CheckpointOperation;

const list = (rows: Row | readonly Row[]): readonly Row[] =>
  Array.isArray(rows) ? (rows as Row[]) : [rows as Row];

/**
 * Makes the operations that generateRows may yield. The names are those of Fivetran's Connector SDK.
 */
export const op = {
  /** Writes whole rows: new ones are added, those of an existing key replaced; columns not given become null. */
  upsert: (table: string, rows: Row | readonly Row[]): RowsOperation => ({
    [BRAND]: true,
    kind: 'upsert',
    table,
    rows: list(rows),
  }),
  /** Changes the given columns of rows that exist; a key that is not there is ignored. */
  update: (table: string, rows: Row | readonly Row[]): RowsOperation => ({
    [BRAND]: true,
    kind: 'update',
    table,
    rows: list(rows),
  }),
  /** Removes rows by their full key; a key that is not there is ignored. */
  delete: (table: string, keys: Row | readonly Row[]): DeleteOperation => ({
    [BRAND]: true,
    kind: 'delete',
    table,
    keys: list(keys),
  }),
  /** Removes every row equal in the given columns, for example the old children of a parent. */
  deleteWhere: (table: string, columns: Row): DeleteWhereOperation => ({
    [BRAND]: true,
    kind: 'deleteWhere',
    table,
    columns,
  }),
  /** Removes every row that was there before. */
  truncate: (table: string): TruncateOperation => ({ [BRAND]: true, kind: 'truncate', table }),
  /** Offers a state, or with `merge` only what changed of it (RFC 7396; null removes a key). */
  checkpoint: (state: State, options: { merge?: boolean } = {}): CheckpointOperation => ({
    [BRAND]: true,
    kind: 'checkpoint',
    state,
    merge: options.merge ?? false,
  }),
};

/** True for an operation, also one made by another copy of the package. */
export function isOperation(value: object): value is Operation {
  return BRAND in value;
}
