import type { WriteOperation } from '../../sdk/writer/index.js';
import type { RejectedRow } from '../rejected-rows.js';
import type {
  Commit,
  Committed,
  RunRecord,
  SavedState,
  TableRequest,
  TargetSession,
  TargetTable,
} from '../target.js';
import type { WriterSession } from '../writer/writer-session.js';
import type { WriterTable } from '../writer/writer-table.js';
import { guardMirror } from './guards.js';
import type { Ledger } from './ledger.js';
import type { Chunk, Differences } from './ledger-table.js';
import type { MirrorOptions } from './mirror-options.js';
import { MirrorTable } from './mirror-table.js';
import { keyText } from './row-texts.js';

/** Rows that are sent before the ledger notes them. */
const CHUNK_ROWS = 10_000;
/** Rows that a writer gets at once. */
const BATCH_ROWS = 1000;

const OPERATIONS: Readonly<Record<Chunk['kind'], WriteOperation>> = {
  added: 'insert',
  changed: 'upsert',
  removed: 'delete',
};
/** What goes comes first: a row that is there under another key may have what an endpoint takes once only. */
const KINDS = ['removed', 'added', 'changed'] as const;

/** What a {@link MirrorSession} works with. */
export interface MirrorSessionParts {
  readonly writer: WriterSession;
  readonly ledger: Ledger;
  readonly options: MirrorOptions;
  readonly signal: AbortSignal;
  /** The rows that the endpoint refused since the chunk at hand began. */
  readonly refused: RejectedRow[];
}

/** One table with what differs of it. */
interface Compared {
  readonly table: MirrorTable;
  readonly differences: Differences;
}

/**
 * One run that sends what differs from what the endpoint has accepted. Rows are staged while they are read; the final
 * commit compares, asks the guards, and sends chunk by chunk, each noted in the ledger when it was accepted.
 */
export class MirrorSession implements TargetSession {
  readonly bytes = 0;
  readonly saved?: SavedState;
  readonly reject?: (rows: readonly RejectedRow[]) => void;
  readonly #parts: MirrorSessionParts;
  /** Tables that rows of the source were kept aside of. */
  readonly #cut = new Set<string>();
  #tables: MirrorTable[] = [];
  #rowsSent = 0;
  #rowsRemoved = 0;

  constructor(parts: MirrorSessionParts) {
    const { writer } = parts;
    this.#parts = parts;
    if (writer.saved) this.saved = writer.saved;
    if (writer.reject) {
      this.reject = (rows) => {
        for (const { table } of rows) this.#cut.add(table);
        writer.reject?.(rows);
      };
    }
  }

  /** Rows that were sent, which are fewer than were read. */
  get rowsWritten(): number {
    return this.#rowsSent;
  }

  /** @throws ConfigError where the table has no key, or another one than before */
  async openTable(request: TableRequest): Promise<TargetTable> {
    const table = await openMirrorTable(this.#parts.ledger, request);
    this.#tables.push(table);
    return table;
  }

  async commit(commit: Commit): Promise<Committed | undefined> {
    const { writer, ledger, options } = this.#parts;
    const compared = await compareAll(ledger, this.#tables, options, this.#cut);
    for (const { table, differences } of compared) {
      guardMirror(guarded(table, differences), options);
    }
    // All of them first, so that what a writer cannot do is known before anything is sent.
    const opened: { readonly compared: Compared; readonly writer: WriterTable }[] = [];
    for (const each of compared) opened.push({ compared: each, writer: await this.#openWriter(each) });
    for (const each of opened) {
      const { ledger: noted, columns, request } = each.compared.table;
      // Also a run that fails leaves rows behind, which are found by this key only.
      await ledger.during(() => noted.describe(noted.columns, request.primaryKey));
      for (const kind of KINDS) await this.#send(each.compared, each.writer, kind);
      await ledger.during(() => noted.describe(columns, request.primaryKey));
    }
    const committed = await writer.commit(commit);
    return committed && { ...committed, rowsDeleted: this.#rowsRemoved };
  }

  async discard(): Promise<void> {
    const { ledger } = this.#parts;
    for (const table of this.#tables.splice(0)) await ledger.during(() => table.ledger.discard());
  }

  async rollback(record?: RunRecord): Promise<void> {
    try {
      await this.#close();
    } finally {
      await this.#parts.writer.rollback(record);
    }
  }

  async finish(record: RunRecord): Promise<void> {
    await this.#close();
    await this.#parts.writer.finish(record);
  }

  async #openWriter({ table, differences }: Compared): Promise<WriterTable> {
    const writer = await this.#parts.writer.openTable(table.request, {
      writeMode: 'APPEND',
      // Rows come in another order where some of them were accepted already.
      naming: 'key',
      isPart: this.#parts.options.isPartial ?? false,
    });
    for (const kind of KINDS) if (differences[kind] > 0) writer.refuseUnsupported(OPERATIONS[kind]);
    return writer;
  }

  async #send({ table, differences }: Compared, writer: WriterTable, kind: Chunk['kind']): Promise<void> {
    if (differences[kind] === 0) return;
    const { ledger, refused, signal } = this.#parts;
    const { primaryKey } = table.request;
    const chunks = table.ledger.chunks(kind, primaryKey, CHUNK_ROWS);
    for (;;) {
      const next = await ledger.during(() => chunks.next());
      if (next.done === true) return;
      const chunk = next.value;
      signal.throwIfAborted();
      // Whoever took the pipeline over has a ledger of its own.
      await this.#parts.writer.refuseFenced();
      await ledger.during(() => table.ledger.note(chunk));
      const { rows, numbers } = chunk;
      for (let at = 0; at < rows.length; at += BATCH_ROWS) {
        await writer.send(
          OPERATIONS[kind],
          rows.slice(at, at + BATCH_ROWS),
          numbers.slice(at, at + BATCH_ROWS),
        );
      }
      await this.#parts.writer.flush();
      const isOut = refusedKeys(refused, table);
      await ledger.during(() => table.ledger.accept(chunk, [...isOut]));
      refused.length = 0;
      const taken =
        rows.length - rows.filter((row) => isOut.size > 0 && isOut.has(keyText(row, primaryKey))).length;
      if (kind === 'removed') this.#rowsRemoved += taken;
      else this.#rowsSent += taken;
    }
  }

  async #close(): Promise<void> {
    try {
      await this.discard();
    } finally {
      this.#parts.ledger.close();
    }
  }
}

/**
 * Rows are told by their keys: what an earlier run left unanswered is sent first, with its own numbers.
 * @param refused rows of all tables
 */
function refusedKeys(refused: readonly RejectedRow[], { request }: MirrorTable): ReadonlySet<string> {
  const own = refused.filter(({ table }) => table === request.name);
  return new Set(own.map(({ row }) => keyText(row, request.primaryKey)));
}

/** Opens a table of the ledger for a run. */
export async function openMirrorTable(ledger: Ledger, request: TableRequest): Promise<MirrorTable> {
  const during = <T>(step: () => Promise<T>): Promise<T> => ledger.during(step);
  return new MirrorTable({ request, ledger: await ledger.table(request.name), during });
}

/**
 * Compares all tables of a run, when everything was read.
 * @param cut tables that rows were kept aside of: these are not gone, and which they are is not known by their keys
 */
export async function compareAll(
  ledger: Ledger,
  tables: readonly MirrorTable[],
  { isAnew = false, isPartial = false }: MirrorOptions,
  cut: ReadonlySet<string>,
): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const table of tables) {
    const differences = await ledger.during(() => table.ledger.compare(isAnew));
    // Of rows that were not read nobody knows whether they are gone.
    const keepsAll = isPartial || cut.has(table.request.name);
    compared.push({ table, differences: keepsAll ? { ...differences, removed: 0 } : differences });
  }
  return compared;
}

/** What the guards ask of a table. */
export function guarded(table: MirrorTable, differences: Differences): Parameters<typeof guardMirror>[0] {
  const { request, ledger, goneColumns } = table;
  return { name: request.name, rows: ledger.rows, differences, goneColumns };
}
