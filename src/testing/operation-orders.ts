import type { Emission } from '../sdk/connector.js';
import { op, type Operation } from '../sdk/operations.js';
import type { Row, SyncSchema } from '../sdk/schema.js';
import type { DeleteMode } from '../targets/target.js';
import { TableModel } from './table-model.js';

type Change = Exclude<Operation, { kind: 'checkpoint' }>;

/** Sequences that take turns: few enough that their operations meet in one batch. */
const GROUP = 150;
const LONGEST = 3;

/** One operation of a sequence, at a step of it; undefined: a truncate, which is one for all sequences of its table. */
type Letter = (table: string, sequence: number, step: number) => Change;

const LETTERS: readonly (Letter | undefined)[] = [
  (table, s, step) => op.upsert(table, { s, k: 'a', v: 'whole', w: step }),
  (table, s, step) => op.upsert(table, { s, k: 'b', v: 'whole', w: step }),
  (table, s, step) => op.update(table, { s, k: 'a', v: 'changed', x: step }),
  (table, s, step) => op.update(table, { s, k: 'b', x: step }),
  (table, s) => op.delete(table, { s, k: 'a' }),
  (table, s) => op.delete(table, { s, k: 'b' }),
  (table, s) => op.deleteWhere(table, { s, v: 'whole' }),
  undefined,
];

/** The sequences of one table. Those that truncate do it at the same steps. */
interface OrdersTable {
  readonly name: string;
  readonly sequences: (readonly (Letter | undefined)[])[];
}

/** Every order of up to three operations on two keys, as data: each sequence has its own part of the key. */
export class OperationOrders {
  readonly schema: SyncSchema;
  readonly #tables: readonly OrdersTable[];

  constructor() {
    const tables = new Map<string, OrdersTable>();
    for (const sequence of sequencesUpTo(LONGEST)) {
      const name = `orders_${sequence.map((letter) => (letter ? 'o' : 't')).join('')}`;
      const table = tables.get(name) ?? { name, sequences: [] };
      tables.set(name, table);
      table.sequences.push(sequence);
    }
    this.#tables = [...tables.values()];
    this.schema = { tables: this.#tables.map(({ name }) => ({ name, primaryKey: ['s', 'k'] })) };
  }

  get tables(): readonly string[] {
    return this.#tables.map(({ name }) => name);
  }

  /** What is there before: each sequence has one of its two keys. */
  *before(): Iterable<Emission> {
    for (const { name, sequences } of this.#tables)
      yield op.upsert(
        name,
        sequences.map((_, s) => rowBefore(s)),
      );
  }

  /** All operations; of each sequence in its order, those of some sequences in turns. */
  *inOneCommit(): Iterable<Emission> {
    for (const { name, sequences } of this.#tables) {
      const groupSize = sequences.some((sequence) => sequence.includes(undefined)) ? sequences.length : GROUP;
      for (let from = 0; from < sequences.length; from += groupSize) {
        for (let step = 0; step < LONGEST; step += 1)
          yield* stepOf(name, sequences, step, from, from + groupSize);
      }
    }
  }

  /** The same operations with a checkpoint after each step of all sequences. */
  *inManyCommits(): Iterable<Emission> {
    for (let step = 0; step < LONGEST; step += 1) {
      for (const { name, sequences } of this.#tables)
        yield* stepOf(name, sequences, step, 0, sequences.length);
      yield op.checkpoint({ step });
    }
  }

  /** What a table must be in the end, with one text for whatever was deleted. */
  expected(table: string, deletes: DeleteMode): string[] {
    const found = this.#tables.find(({ name }) => name === table);
    const texts = (found?.sequences ?? []).flatMap((sequence, s) => {
      const model = new TableModel({ key: ['s', 'k'], deletes });
      model.apply(op.upsert(table, rowBefore(s)));
      for (const [step, letter] of sequence.entries()) {
        model.apply(letter ? letter(table, s, step) : op.truncate(table));
      }
      return model.texts(() => 'yes');
    });
    return texts.sort();
  }
}

function rowBefore(s: number): Row {
  return { s, k: 'a', v: s % 2 === 0 ? 'whole' : 'old' };
}

function* sequencesUpTo(length: number): Iterable<readonly (Letter | undefined)[]> {
  if (length === 0) return;
  for (const letter of LETTERS) yield [letter];
  for (const start of sequencesUpTo(length - 1)) for (const letter of LETTERS) yield [...start, letter];
}

/** Like operations stand together, since those of different sequences have no order. */
function* stepOf(
  table: string,
  sequences: OrdersTable['sequences'],
  step: number,
  from: number,
  to: number,
): Iterable<Emission> {
  const first = sequences[0] ?? [];
  if (step < first.length && first[step] === undefined) {
    yield op.truncate(table);
    return;
  }
  for (const letter of LETTERS) {
    for (let s = from; s < Math.min(to, sequences.length); s += 1) {
      if (letter && sequences[s]?.[step] === letter) yield letter(table, s, step);
    }
  }
}
