import { join } from 'node:path';
import type { Row } from '../../../src/sdk/schema.js';
import type { RowsInfo } from '../../../src/sdk/writer/index.js';
import type { MirrorOptions } from '../../../src/targets/mirror/mirror-options.js';
import { MirrorTarget } from '../../../src/targets/mirror/mirror-target.js';
import type { Committed, TableRequest, TargetRun } from '../../../src/targets/target.js';
import { commitOf, ENDED, NotingWriter, refusal, run, tableOf, writerTarget } from '../writer/fixture.js';

/** An endpoint with a row for each id; it refuses what it is told to. */
export class Endpoint extends NotingWriter {
  readonly rows = new Map<unknown, Row>();
  /** Ids that it refuses. */
  readonly refuses = new Set<unknown>();
  /** What each run sent: `insert 1`, `delete 2`. */
  sent: string[] = [];

  override async writeRows(rows: readonly Row[], info?: RowsInfo): Promise<void> {
    await super.writeRows(rows, info);
    this.#take(rows, info);
  }

  override async deleteRows(rows: readonly Row[], info?: RowsInfo): Promise<void> {
    await super.deleteRows(rows, info);
    this.#take(rows, info);
  }

  #take(rows: readonly Row[], info?: RowsInfo): void {
    for (const [i, row] of rows.entries()) {
      const { id } = row;
      this.sent.push(`${info?.operation} ${String(id)}`);
      if (this.refuses.has(id)) {
        const operation = info?.operation ?? 'insert';
        this.host.reject([refusal(info?.numbers[i] ?? 0, { row, operation })]);
      } else if (info?.operation === 'delete') this.rows.delete(id);
      else this.rows.set(id, row);
    }
  }
}

/** How one mirror is run. */
export interface MirrorRun {
  readonly options?: MirrorOptions;
  readonly table?: Partial<TableRequest>;
  readonly run?: Partial<TargetRun>;
  /** Columns that the rows are seen to have. Default: those of the first row. */
  readonly columns?: readonly string[];
}

export const mirrorOf = (endpoint: NotingWriter, folder: string, options?: MirrorOptions): MirrorTarget =>
  new MirrorTarget({
    writer: writerTarget(endpoint, folder),
    stateFolder: join(folder, '.host'),
    ...(options ? { options } : {}),
  });

/** One run of a mirror from its start to its end. @returns what it sent */
export async function mirror(
  endpoint: Endpoint,
  folder: string,
  rows: readonly Row[],
  { options, table: change, run: how, columns = Object.keys(rows[0] ?? {}) }: MirrorRun = {},
): Promise<{ sent: string[]; committed: Committed | undefined; rowsWritten: number | undefined }> {
  endpoint.sent = [];
  const target = mirrorOf(endpoint, folder, options);
  const session = await target.begin(run({ onRejected: () => undefined, ...how }));
  try {
    const request = tableOf({ mode: 'overwrite', columns: [], primaryKey: ['id'], ...change });
    const table = await session.openTable(request);
    const all = columns.map((name) => ({ name, type: 'string', declared: false, nullable: true }) as const);
    await table.alter({ columns: all, added: all, retyped: [] });
    for (let at = 0; at < rows.length; at += 1000) {
      await table.write({ rows: rows.slice(at, at + 1000), firstRow: at + 1 });
    }
    const committed = (await session.commit(commitOf(rows.length, { isFinal: true }))) ?? undefined;
    await session.finish?.(ENDED);
    return { sent: endpoint.sent, committed, rowsWritten: session.rowsWritten };
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

export const rowsOf = (count: number, change: (id: number) => Row = () => ({})): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: i + 1, name: `name ${i + 1}`, ...change(i + 1) }));
