import { isOperation, type Emission, type Row, type State } from 'connector-host';

/** How a run ends before its source does. */
export interface RunEnd {
  /** The run crashes after so many emissions. */
  readonly crashAfter?: number;
  /** The host closes the generator after so many rows. */
  readonly limit?: number;
}

/**
 * The host in small: rows are merged by key or appended, and become visible with the state that is offered after them,
 * both or neither. Offers are committed as `commits` says, the last one always.
 */
export class FakeEngine {
  /** What is committed: JSON, as in a database. */
  state = '{}';
  readonly #key: string | undefined;
  #table: Row[] = [];

  constructor(key?: string) {
    this.#key = key;
  }

  get rows(): Row[] {
    return this.#table;
  }

  /** @param commits whether the next offer is due for a commit */
  async run(
    read: (state: State) => AsyncIterable<Emission>,
    { crashAfter = Infinity, limit = Infinity }: RunEnd,
    commits: () => boolean,
  ): Promise<void> {
    let rows: Row[] = [];
    let offered: { readonly state: string; readonly rows: readonly Row[] } | undefined;
    let emissions = 0;
    let count = 0;
    const commit = (): void => {
      if (offered) this.#commit(offered.rows, offered.state);
      offered = undefined;
    };
    for await (const emission of read(JSON.parse(this.state) as State)) {
      if (emissions === crashAfter) return;
      emissions += 1;
      if (Array.isArray(emission)) {
        const wanted = (emission as readonly Row[]).slice(0, limit - count);
        rows = [...rows, ...wanted];
        count += wanted.length;
        if (count >= limit) break;
      } else if (isOperation(emission) && emission.kind === 'checkpoint') {
        offered = { state: JSON.stringify(emission.state), rows: [...(offered?.rows ?? []), ...rows] };
        rows = [];
        if (commits()) commit();
      }
    }
    commit();
    // After the last offer: with a key they are merged, without one they would come twice.
    if (this.#key !== undefined) this.#commit(rows, this.state);
  }

  #commit(rows: readonly Row[], state: string): void {
    const key = this.#key;
    if (key === undefined) this.#table = [...this.#table, ...rows];
    else this.#table = [...new Map([...this.#table, ...rows].map((row) => [row[key], row])).values()];
    this.state = state;
  }
}
