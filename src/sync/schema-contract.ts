import { ConnectorError, RowError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';
import {
  rowNumber,
  type RejectedRow,
  type RowBatch,
  type TableBefore,
  type TableColumn,
} from '../targets/target.js';
import { inferType, isExactAsDouble, widen, type InferredType } from '../targets/values/inferred-type.js';
import { withoutRows } from './cut-batch.js';
import type { SchemaContract } from './sync-options.js';

/** What a {@link ContractCheck} holds rows to. */
export interface ContractFacts {
  readonly contract: Exclude<SchemaContract, 'evolve'>;
  readonly table: string;
  readonly declared: readonly TableColumn[];
  /** Columns of the key: a row is nothing without them, so they are never left out. */
  readonly key: readonly string[];
  /** Columns that the host itself adds. */
  readonly own: readonly TableColumn[];
  /** The table in the target; null: there is none; undefined: the target does not know. */
  readonly before: TableBefore | null | undefined;
  readonly reject: (row: RejectedRow) => void;
  /** True: a row with a value of another type is kept aside instead of ending the run. */
  readonly rejectsErrors: boolean;
}

/**
 * Holds the rows of one table to the columns and types that are declared or were there before the run. Asked for each
 * batch, before its columns are looked at.
 */
export class ContractCheck {
  readonly #facts: ContractFacts;
  readonly #types = new Map<string, TableColumn>();
  readonly #discarded = new Map<string, number>();
  readonly #isOpen: boolean;

  /** @throws ConnectorError SCHEMA_FROZEN for a table that is new, where nothing new is taken */
  constructor(facts: ContractFacts) {
    this.#facts = facts;
    const { contract, declared, own, before, table } = facts;
    if (contract === 'freeze' && !before && declared.length === 0) {
      throw new ConnectorError(
        `the table "${table}" is new, and --schema-contract freeze takes no new ones`,
        {
          code: 'SCHEMA_FROZEN',
          details: { table },
        },
      );
    }
    for (const column of [...(before?.columns ?? []), ...declared, ...own])
      this.#types.set(column.name, column);
    // A table that starts here has the columns of its first rows.
    this.#isOpen = contract !== 'freeze' && !before && declared.length === 0;
  }

  /** How many values of each column were left out. */
  get discarded(): ReadonlyMap<string, number> {
    return this.#discarded;
  }

  /**
   * @returns the batch itself where nothing is new, else a copy without it
   * @throws ConnectorError SCHEMA_FROZEN for a new column, RowError for a value of another type
   */
  hold(batch: RowBatch): RowBatch {
    if (this.#isOpen) return batch;
    let changed: (Row | undefined)[] | undefined;
    for (let i = 0; i < batch.rows.length; i += 1) {
      const row = batch.rows[i] as Row;
      const kept = this.#holdRow(row, rowNumber(batch, i));
      if (kept === row) continue;
      changed ??= [...batch.rows];
      changed[i] = kept;
    }
    return changed ? without(batch, changed) : batch;
  }

  /** @returns the row itself, a copy without some values, or undefined: it was rejected */
  #holdRow(row: Row, number: number): Row | undefined {
    let kept = row;
    for (const name in row) {
      const value = row[name];
      const problem = this.#problemOf(name, value);
      if (problem === undefined) continue;
      const { contract, table, reject, rejectsErrors, key } = this.#facts;
      const reason = `column "${name}" of table "${table}" ${problem}`;
      const details = { table, column: name, row: number };
      const isHeld = contract === 'freeze' || key.includes(name);
      if (isHeld && !(rejectsErrors && problem !== NEW_COLUMN)) {
        throw problem === NEW_COLUMN
          ? new ConnectorError(`row ${number}: ${reason}`, { code: 'SCHEMA_FROZEN', details })
          : new RowError(`row ${number}: ${reason}`, { code: 'ROW_INVALID', details });
      }
      if (isHeld || contract === 'discard-row') {
        reject({
          table,
          number,
          code: problem === NEW_COLUMN ? 'SCHEMA_FROZEN' : 'ROW_INVALID',
          reason,
          row,
        });
        return undefined;
      }
      if (kept === row) kept = { ...row };
      if (problem === NEW_COLUMN) Reflect.deleteProperty(kept, name);
      else kept[name] = null;
      this.#discarded.set(name, (this.#discarded.get(name) ?? 0) + 1);
    }
    return kept;
  }

  #problemOf(name: string, value: unknown): string | undefined {
    const column = this.#types.get(name);
    if (!column) return NEW_COLUMN;
    // Declared columns are held by the target, which says what does not convert.
    if (column.declared || column.type === null || value === null || value === undefined) return undefined;
    const seen = inferType(value);
    if (seen === undefined) return undefined;
    const type = column.type as InferredType;
    const isExact = (typeof value !== 'bigint' && typeof value !== 'number') || isExactAsDouble(value);
    return widen(type, seen, isExact) === type ? undefined : `is ${type}, and the value is ${seen}`;
  }
}

const NEW_COLUMN = 'is new';

/** @param rows the rows of the batch as they are now; undefined: gone */
function without(batch: RowBatch, rows: readonly (Row | undefined)[]): RowBatch {
  const kept = withoutRows(batch, (i) => rows[i] === undefined);
  return { ...kept, rows: rows.filter((row) => row !== undefined) };
}
