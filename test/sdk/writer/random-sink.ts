import { ConfigError, TransientError } from '../../../src/sdk/errors.js';
import type { Row } from '../../../src/sdk/schema.js';
import {
  BufferedWriter,
  type BatchInfo,
  type BatchResult,
  type BufferedWriterOptions,
} from '../../../src/sdk/writer/index.js';

/** What comes of a call of the sink, besides what its rows are like. */
export type SinkMood = 'takes' | 'fails' | 'takes and fails' | 'limits' | 'is too small';

/** A row of the tests: `bad` is refused (422), `poison` fails (500), `late` is put off once. */
export interface SinkRow extends Row {
  readonly n: number;
  readonly k: number;
  readonly kind: 'good' | 'bad' | 'poison' | 'late';
}

/** How a sink behaves. */
export interface SinkPlan {
  /** The moods of its calls, in turn. A batch meets a bad one twice at most, then it is judged by its rows alone. */
  readonly moods: readonly SinkMood[];
  /** Turns of the event loop that each call takes, in turn. */
  readonly delays: readonly number[];
  /** Whether it says what became of each row. */
  readonly reportsRows: boolean;
}

/** A sink that plays a plan and notes all it sees. */
export class RandomSink extends BufferedWriter {
  /** Rows that were taken and answered so, in their order. */
  readonly taken: SinkRow[] = [];
  readonly problems: string[] = [];
  calls = 0;
  mostUnderWay = 0;
  readonly #underWay = new Map<number, number>();
  readonly #badLuck = new Map<string, number>();
  readonly #putOff = new Set<number>();
  #calls = 0;

  constructor(
    private readonly plan: SinkPlan,
    private readonly isOrdered: boolean,
    options: BufferedWriterOptions,
  ) {
    // Bad luck twice, put off, bad luck twice, taken.
    super({ tries: 6, backoffSeconds: 0.0005, maxBackoffSeconds: 0.001, ...options });
  }

  protected async writeBatch(rows: readonly Row[], batch: BatchInfo): Promise<BatchResult | undefined> {
    const sent = rows as readonly SinkRow[];
    const call = this.#calls++;
    this.calls = this.#calls;
    const keys = new Set(sent.map(({ k }) => k));
    for (const key of keys) this.#enter(key);
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.#now);
    try {
      const turns = at(this.plan.delays, call) ?? 0;
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return this.#answer(sent, batch, at(this.plan.moods, call) ?? 'takes');
    } finally {
      this.#now -= 1;
      for (const key of keys) this.#underWay.set(key, (this.#underWay.get(key) ?? 0) - 1);
    }
  }

  #now = 0;

  #enter(key: number): void {
    const underWay = (this.#underWay.get(key) ?? 0) + 1;
    if (this.isOrdered && underWay > 1) this.problems.push(`key ${key} is under way twice`);
    this.#underWay.set(key, underWay);
  }

  #answer(rows: readonly SinkRow[], batch: BatchInfo, mood: SinkMood): BatchResult | undefined {
    const luck = this.#badLuck.get(batch.idempotencyKey) ?? 0;
    if (mood !== 'takes' && luck < 2) {
      this.#badLuck.set(batch.idempotencyKey, luck + 1);
      if (mood === 'limits') throw failure(429);
      if (mood === 'is too small') {
        if (rows.length > 1) throw refusal(413);
      } else throw failure(mood === 'fails' ? 503 : undefined);
    }
    if (rows.some(({ kind }) => kind === 'poison')) throw failure(500);
    if (!this.plan.reportsRows) {
      if (rows.some(({ kind }) => kind === 'bad')) throw refusal(422);
      this.#take(rows);
      return undefined;
    }
    const results = rows.map((row) => {
      if (row.kind === 'bad') return { reject: { code: 'bad', message: 'bad' } };
      if (row.kind !== 'late' || this.#putOff.has(row.n)) return { ok: true } as const;
      this.#putOff.add(row.n);
      return { retryAfter: 0 };
    });
    this.#take(rows.filter((_row, index) => 'ok' in (results[index] as object)));
    return { rows: results };
  }

  #take(rows: readonly SinkRow[]): void {
    this.taken.push(...rows);
  }
}

function at<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)];
}

function failure(status: number | undefined): TransientError {
  return new TransientError('failed', {
    code: 'SOURCE_UNAVAILABLE',
    details: status === undefined ? {} : { status },
  });
}

function refusal(status: number): ConfigError {
  return new ConfigError('refused', { code: 'HTTP_REFUSED', details: { status } });
}
