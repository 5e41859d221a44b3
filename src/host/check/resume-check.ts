import { ConnectorError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import { MemoryTarget } from '../../targets/memory/memory-target.js';
import type { MemoryTableContent } from '../../targets/memory/memory-table.js';
import { fieldReader } from '../../targets/values/row-field.js';
import { textOf } from '../../targets/values/text-of.js';
import { failed, ok, skipped, warning, type Check } from './check.js';
import { mayGoOn } from './state-check.js';
import { counted, listed } from './wording.js';

/** A read that goes on from a state in its middle leaves the same rows in tables with a key as one that was not cut. */
export const resumeCheck: Check = {
  name: 'resume',
  looksAt: 'rows',
  // What these say would end or change these reads too.
  needs: ['schema', 'key', 'state'],
  isFor: mayGoOn,
  async run(subject) {
    const { recording, error, tables } = await subject.reading();
    const { checkpoints, hasEnded, rows } = recording;
    if (error) return skipped('the read ended early');
    if (checkpoints === 0) return skipped('no state was offered');
    const keyed = [...tables].filter(([, { primaryKey }]) => primaryKey.length > 0);
    if (keyed.length === 0) return skipped('no table has a key to compare by');
    if (!hasEnded) {
      return skipped(
        `the read was cut after ${counted(rows.length, 'row')}, so there is no whole one to compare with`,
      );
    }
    const middle = Math.ceil(checkpoints / 2);
    // Of two neighbours, since a source may offer a wrong state now and then only.
    const states = [middle, middle + 1].filter((state) => state <= checkpoints);
    const differing = new Set<string>();
    for (const state of states) {
      const target = new MemoryTarget();
      const first = await subject.read({ target, isEnough: (cut) => cut.checkpoints >= state });
      const rest = await subject.read({ target });
      const failure = first.reading.error ?? rest.reading.error;
      if (failure) return failed(failure);
      for (const [name, whole] of keyed) {
        const { missing, more, columns } = differenceOf(whole, target.tables.get(name)?.rows ?? []);
        if (missing + more > 0)
          return failed(lossError(name, { state, missing, more, whole: whole.rows.length }));
        for (const column of columns) differing.add(`${name}.${column}`);
      }
    }
    const where = `after reads that went on from state ${states.join(' and ')} of ${checkpoints}`;
    if (differing.size > 0) {
      return warning(
        `${where}, columns have other values: ${listed([...differing])}`,
        'Where such a value is not the time of the read itself, correct where the read goes on.',
      );
    }
    const compared = keyed.reduce((sum, [, table]) => sum + table.rows.length, 0);
    return ok(`${where}, all ${counted(compared, 'row')} of tables with a key are the same`);
  },
};

function lossError(
  table: string,
  { state, missing, more, whole }: { state: number; missing: number; more: number; whole: number },
): ConnectorError {
  return new ConnectorError(
    `after a read that went on from state ${state}, table "${table}" lacks ${counted(missing, 'row')} of ${whole} and has ${more} more`,
    {
      code: 'OPERATION_INVALID',
      action: 'Offer a state only after the rows that it covers, and begin at request.state.',
      details: { table },
    },
  );
}

interface Difference {
  readonly missing: number;
  readonly more: number;
  /** Columns with another value in a row that both have. */
  readonly columns: readonly string[];
}

function differenceOf({ primaryKey, columns, rows }: MemoryTableContent, others: readonly Row[]): Difference {
  const keyOf = (row: Row): string =>
    JSON.stringify(primaryKey.map((name) => textOf(fieldReader(name)(row))));
  const byKey = new Map(others.map((row) => [keyOf(row), row]));
  const differing = new Set<string>();
  let found = 0;
  for (const row of rows) {
    const other = byKey.get(keyOf(row));
    if (!other) continue;
    found += 1;
    for (const { name } of columns) {
      const read = fieldReader(name);
      if (textOf(read(row)) !== textOf(read(other))) differing.add(name);
    }
  }
  return { missing: rows.length - found, more: byKey.size - found, columns: [...differing] };
}
