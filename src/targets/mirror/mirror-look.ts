import { isHostError, type HostError } from '../../sdk/errors.js';
import type { RejectedRow } from '../rejected-rows.js';
import type { TableRequest, TargetSession, TargetTable } from '../target.js';
import { guardMirror } from './guards.js';
import type { Ledger } from './ledger.js';
import type { Differences } from './ledger-table.js';
import type { MirrorOptions, MirrorPlan } from './mirror-options.js';
import { compareAll, guarded, openMirrorTable } from './mirror-session.js';
import type { MirrorTable } from './mirror-table.js';

/** Stands in the place of a run: stages what is read, compares, and sends nothing. */
export class MirrorLook implements TargetSession {
  readonly bytes = 0;
  readonly #ledger: Ledger;
  readonly #options: MirrorOptions;
  readonly #tell: (plans: readonly MirrorPlan[]) => void;
  readonly #cut = new Set<string>();
  #tables: MirrorTable[] = [];

  /** @param tell called with the final commit */
  constructor(ledger: Ledger, options: MirrorOptions, tell: (plans: readonly MirrorPlan[]) => void) {
    this.#ledger = ledger;
    this.#options = options;
    this.#tell = tell;
  }

  async openTable(request: TableRequest): Promise<TargetTable> {
    const table = await openMirrorTable(this.#ledger, request);
    this.#tables.push(table);
    return table;
  }

  async commit(): Promise<void> {
    const compared = await compareAll(this.#ledger, this.#tables, this.#options, this.#cut);
    this.#tell(
      compared.map(({ table, differences }) => ({
        table: table.request.name,
        ...differences,
        refusal: refusalOf(table, differences, this.#options),
      })),
    );
  }

  async discard(): Promise<void> {
    this.#tables = [];
  }

  /** Nothing is kept of a look, but what was left out is not gone. */
  reject(rows: readonly RejectedRow[]): void {
    for (const { table } of rows) this.#cut.add(table);
  }

  async rollback(): Promise<void> {
    this.#ledger.close();
  }

  async finish(): Promise<void> {
    this.#ledger.close();
  }
}

function refusalOf(
  table: MirrorTable,
  differences: Differences,
  options: MirrorOptions,
): HostError | undefined {
  try {
    guardMirror(guarded(table, differences), options);
    return undefined;
  } catch (error) {
    if (isHostError(error)) return error;
    throw error;
  }
}
