import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connector, Emission } from '../../../src/sdk/connector.js';
import { TransientError } from '../../../src/sdk/errors.js';
import { op, type Operation } from '../../../src/sdk/operations.js';
import type { SyncSchema } from '../../../src/sdk/schema.js';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { DELETED_AT, type Commit, type DeleteMode } from '../../../src/targets/target.js';
import { RowsConnector } from '../../../src/testing/rows-connector.js';
import { runRows } from '../../../src/testing/run-rows.js';
import { DELETED, TableModel, modelTexts } from '../../../src/testing/table-model.js';
import { smallBatches } from '../../fixtures/small-batches.js';
import { readDuckdb } from '../../helpers/read-duckdb.js';

type Change = Exclude<Operation, { kind: 'checkpoint' }>;
/** `checkpoint` offers a state, `end` offers one and ends the run, `crash` fails it; the next run goes on. */
type Step = Change | 'checkpoint' | 'end' | 'crash';

/** The tables of a run, each with its key. */
const KEYS: Readonly<Record<string, readonly string[]>> = { one: ['k'], two: ['k', 'j'], log: [] };

const CRASH = 'the source crashed';

interface Case {
  readonly steps: readonly Step[];
  readonly deletes: DeleteMode;
  readonly batchRows: number;
  /** Rows between two commits. */
  readonly commitRows: number;
  /** Times that a run reads on by itself after a crash. */
  readonly retries: number;
  /** Whether the columns of the key are declared as text. */
  readonly isDeclared: boolean;
}

const value = fc.constantFrom<unknown>(1, 2, 0.5, 'x', null, undefined);
const number = fc.constantFrom<unknown>(1, 2, null);
const keyOf = {
  numbers: fc.constantFrom<unknown>(1, 2, 3),
  texts: fc.constantFrom<unknown>('a', 'b', 'c'),
  mixed: fc.constantFrom<unknown>(1, 2, '1', '2', 'x'),
};

const cases = fc
  .record({
    deletes: fc.constantFrom<DeleteMode>('hard', 'soft'),
    batchRows: fc.constantFrom(1, 2, 3, 5, 1000),
    commitRows: fc.constantFrom(0, 0, 2, 5),
    // Waiting for the second try takes half a second.
    retries: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
    isDeclared: fc.boolean(),
    keys: fc.constantFrom(...(Object.keys(keyOf) as (keyof typeof keyOf)[])),
    values: fc.constantFrom(value, number),
  })
  .chain(({ keys, values, ...rest }) =>
    fc
      .array(stepOf(keyOf[keys], values), { minLength: 1, maxLength: 25 })
      .map((steps): Case => ({ ...rest, steps })),
  );

function stepOf(key: fc.Arbitrary<unknown>, values: fc.Arbitrary<unknown>): fc.Arbitrary<Step> {
  const keys = fc.record({ k: key, j: key });
  const row = fc
    .tuple(keys, fc.record({ v: values, w: values }, { requiredKeys: [] }))
    .map(([ofRow, columns]) => ({ ...ofRow, ...columns }));
  const where = fc
    .record({ v: values, w: values, k: key, nowhere: values }, { requiredKeys: [] })
    .filter((columns) => Object.keys(columns).length > 0);
  const table = fc.constantFrom('one', 'one', 'two', 'log');
  const keyed = fc.constantFrom('one', 'one', 'two');
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(table, fc.array(row, { minLength: 1, maxLength: 3 }))
        .map(([name, rows]) => op.upsert(name, rows)),
    },
    { weight: 4, arbitrary: fc.tuple(keyed, row).map(([name, patch]) => op.update(name, patch)) },
    { weight: 4, arbitrary: fc.tuple(keyed, keys).map(([name, ofRow]) => op.delete(name, ofRow)) },
    { weight: 3, arbitrary: fc.tuple(table, where).map(([name, columns]) => op.deleteWhere(name, columns)) },
    { weight: 1, arbitrary: table.map((name) => op.truncate(name)) },
    { weight: 3, arbitrary: fc.constant<Step>('checkpoint') },
    { weight: 1, arbitrary: fc.constant<Step>('end') },
    { weight: 1, arbitrary: fc.constant<Step>('crash') },
  );
}

describe('operations in DuckDB', () => {
  let folder: string;
  let target: DuckdbTarget;
  let count = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'host-operations-'));
    target = await DuckdbTarget.open(join(folder, 'w.duckdb'));
  });
  afterAll(async () => {
    await target.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('leave after each commit what the same operations leave one by one', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        count += 1;
        await play(one, target, join(folder, 'w.duckdb'), `_${count}`);
      }),
      { numRuns: Number(process.env.OPERATION_RUNS ?? 40) },
    );
  }, 300_000);
});

/** Runs the steps to their end, as often as it takes, and looks at the tables after each commit. */
async function play(one: Case, target: DuckdbTarget, file: string, suffix: string): Promise<void> {
  const { deletes, batchRows, commitRows, retries } = one;
  const steps: Step[] = [...one.steps, 'end'];
  const models = new Map(Object.entries(KEYS).map(([name, key]) => [name, new TableModel({ key, deletes })]));
  const times = new Map<number, string>();
  let commits = 0;
  let done = 0;
  const onCommitted = async ({ state }: Commit): Promise<void> => {
    const at = state === null ? done : (JSON.parse(state) as { at: number }).at;
    commits += 1;
    for (const step of steps.slice(done, at)) {
      if (typeof step !== 'string') models.get(step.table)?.apply(step);
    }
    done = Math.max(done, at);
    for (const [name, model] of models) {
      const rows = (await readDuckdb(file, `${name}${suffix}`)) ?? [];
      const stored = rows.map(({ [DELETED_AT]: deletedAt = null, ...values }) => ({
        ...values,
        [DELETED]: deletedAt === null ? null : numberOf(deletedAt),
      }));
      expect({ name, rows: modelTexts(stored) }).toEqual({ name, rows: model.texts() });
      model.committed();
    }
  };
  /** The commit that a time of deletion belongs to: the same for all rows that it deleted, for ever. */
  const numberOf = (time: string): string => {
    const known = [...times].find(([, other]) => other === time)?.[0];
    if (known !== undefined) return String(known);
    times.set(commits, time);
    return String(commits);
  };
  const crashed = new Set<number>();
  for (let runs = 0; done < steps.length; runs += 1) {
    expect(runs).toBeLessThanOrEqual(one.steps.length + 1);
    const { error } = await runRows({
      target: smallBatches(target, { batchRows, onCommitted }),
      pipeline: `p${suffix}`,
      connector: connectorOf(steps, crashed, suffix, one.isDeclared),
      options: { mode: undefined, deletes, commitEvery: { seconds: 1000, rows: commitRows }, retries },
    });
    if (error && error.message !== CRASH) throw error;
  }
}

function connectorOf(
  steps: readonly Step[],
  crashed: Set<number>,
  suffix: string,
  isDeclared: boolean,
): Connector {
  const schema: SyncSchema = {
    tables: Object.entries(KEYS).map(([name, primaryKey]) => ({
      name: `${name}${suffix}`,
      primaryKey,
      ...(isDeclared
        ? { columns: primaryKey.map((column) => ({ name: column, type: 'string' as const })) }
        : {}),
    })),
  };
  return new RowsConnector(function* ({ state }): Iterable<Emission> {
    for (let at = (state.at as number | undefined) ?? 0; at < steps.length; at += 1) {
      const step = steps[at] as Step;
      if (step === 'crash') {
        if (crashed.has(at)) continue;
        crashed.add(at);
        throw new TransientError(CRASH, { retryAfter: 0.001 });
      }
      if (step === 'checkpoint' || step === 'end') yield op.checkpoint({ at: at + 1 });
      else yield { ...step, table: `${step.table}${suffix}` };
      if (step === 'end') return;
    }
  }, schema);
}
