import { isOperation, type Emission, type Operation, type Row, type State } from '../../../src/index.js';

/** Tables by name; rows by the text of their key. */
export type Tables = ReadonlyMap<string, ReadonlyMap<string, Row>>;

/** What a target has after a commit. */
export interface Committed {
  readonly tables: Tables;
  readonly state: State;
}

/** What came of a read. */
export interface Applied extends Committed {
  /** Every operation that came, in order. */
  readonly operations: readonly Operation[];
  /** What was committed at each checkpoint. */
  readonly commits: readonly Committed[];
  /** False: it was stopped after `crashAfter` operations. */
  readonly isComplete: boolean;
}

/** Names of the key columns of each table. */
export type Keys = Readonly<Record<string, readonly string[]>>;

/** How emissions are applied. */
export interface ApplyOptions {
  /** What the target has before. */
  readonly from?: Committed;
  /** Operations after which the process dies: all that came after the last checkpoint is lost. */
  readonly crashAfter?: number;
  /** Gets what is committed at each checkpoint, also where the read fails. */
  readonly commits?: Committed[];
}

/** What a read of an empty target begins with. */
export const NOTHING: Committed = { tables: new Map(), state: {} };

/**
 * Applies what a sync emits to tables in memory, by the rules of the host: upserts are whole rows, a checkpoint commits
 * all that came before it with its state, and a normal end commits the rest with the state offered last.
 */
export async function applyEmissions(
  emissions: AsyncIterable<Emission> | Iterable<Emission>,
  keys: Keys,
  { from = NOTHING, crashAfter = Infinity, commits = [] }: ApplyOptions = {},
): Promise<Applied> {
  const operations: Operation[] = [];
  const working = new Map([...from.tables].map(([name, rows]) => [name, new Map(rows)]));
  let offered = from.state;
  let committed = from;
  if (crashAfter === 0) return { ...committed, operations, commits, isComplete: false };
  for await (const emission of emissions) {
    if (!isOperation(emission)) throw new Error('a sync yielded a plain row');
    operations.push(emission);
    if (emission.kind === 'checkpoint') {
      offered = structuredClone(emission.merge ? patched(offered, emission.state) : emission.state) as State;
      committed = { tables: copyOf(working), state: offered };
      commits.push(committed);
    } else apply(emission, working, keys);
    if (operations.length >= crashAfter) return { ...committed, operations, commits, isComplete: false };
  }
  return { tables: copyOf(working), state: offered, operations, commits, isComplete: true };
}

/** The rows of a table in the order of their keys, without columns that differ from run to run. */
export function rowsOf({ tables }: Committed, table: string, without: readonly string[] = []): Row[] {
  return [...(tables.get(table) ?? [])]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => Object.fromEntries(Object.entries(row).filter(([name]) => !without.includes(name))));
}

function apply(
  operation: Exclude<Operation, { kind: 'checkpoint' }>,
  tables: Map<string, Map<string, Row>>,
  keys: Keys,
): void {
  const { table } = operation;
  const key = keys[table];
  if (!key) throw new Error(`there is no table ${table}`);
  const rows = tables.get(table) ?? new Map<string, Row>();
  tables.set(table, rows);
  switch (operation.kind) {
    case 'upsert':
      for (const row of operation.rows) rows.set(keyText(row, key, table), structuredClone(row));
      break;
    case 'update':
      for (const row of operation.rows) {
        const old = rows.get(keyText(row, key, table));
        if (old) rows.set(keyText(row, key, table), { ...old, ...structuredClone(row) });
      }
      break;
    case 'delete':
      for (const row of operation.keys) rows.delete(keyText(row, key, table));
      break;
    case 'deleteWhere':
      for (const [text, row] of rows) {
        if (Object.entries(operation.columns).every(([name, value]) => row[name] === value))
          rows.delete(text);
      }
      break;
    case 'truncate':
      rows.clear();
  }
}

function keyText(row: Row, key: readonly string[], table: string): string {
  const values = key.map((name) => row[name]);
  if (values.some((value) => value === undefined || value === null)) {
    throw new Error(`a row of ${table} has no ${key.join(', ')}`);
  }
  return JSON.stringify(values.map(String));
}

/** RFC 7396. */
function patched(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const old = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const result: Record<string, unknown> = { ...old };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = patched(result[name], value);
  }
  return result;
}

function copyOf(tables: ReadonlyMap<string, ReadonlyMap<string, Row>>): Tables {
  return new Map([...tables].map(([name, rows]) => [name, new Map(rows)]));
}
