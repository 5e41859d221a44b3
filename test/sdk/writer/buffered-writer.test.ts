import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateBytes } from '../../../src/sdk/estimate-bytes.js';
import type { Row } from '../../../src/sdk/schema.js';
import { BufferedWriter, type BatchInfo, type BufferLimits } from '../../../src/sdk/writer/index.js';

class NotingWriter extends BufferedWriter {
  readonly batches: (readonly Row[])[] = [];
  readonly ordinals: number[] = [];
  running = 0;
  mostRunning = 0;

  constructor(
    limits?: BufferLimits,
    private readonly failAt = -1,
  ) {
    super(limits);
  }

  protected async writeBatch(rows: readonly Row[], { ordinal }: BatchInfo): Promise<void> {
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    await Promise.resolve();
    this.running -= 1;
    if (ordinal === this.failAt) throw new Error(`batch ${ordinal} was refused`);
    this.batches.push(rows);
    this.ordinals.push(ordinal);
  }

  get sizes(): number[] {
    return this.batches.map((batch) => batch.length);
  }
}

const numbered = (count: number): Row[] => Array.from({ length: count }, (_, n) => ({ n }));

describe('BufferedWriter', () => {
  it('sends 1000 rows at a time by default and the rest at close', async () => {
    const writer = new NotingWriter();
    await writer.writeRows(numbered(2500));
    expect(writer.sizes).toEqual([1000, 1000]);
    await writer.close();
    expect(writer.sizes).toEqual([1000, 1000, 500]);
    expect(writer.ordinals).toEqual([1, 2, 3]);
    expect(writer.batches.flat()).toEqual(numbered(2500));
  });

  it('sends nothing at close when nothing is left', async () => {
    const writer = new NotingWriter({ rows: 2 });
    await writer.close();
    expect(writer.sizes).toEqual([]);
    await writer.writeRows(numbered(4));
    await writer.close();
    await writer.close();
    expect(writer.sizes).toEqual([2, 2]);
  });

  it('takes no batch over the limit of bytes', async () => {
    const row = { text: 'x'.repeat(100) };
    const writer = new NotingWriter({ bytes: 3 * estimateBytes(row) });
    await writer.writeRows(Array.from({ length: 8 }, () => row));
    await writer.close();
    expect(writer.sizes).toEqual([3, 3, 2]);
  });

  it('sends a row larger than the limit alone, in its place', async () => {
    const large = { text: 'x'.repeat(1000) };
    const [a, b, c, d] = numbered(4) as [Row, Row, Row, Row];
    const writer = new NotingWriter({ bytes: 100 });
    await writer.writeRows([a, b, large, large, c, d]);
    await writer.close();
    expect(writer.batches).toEqual([[a, b], [large], [large], [c, d]]);
  });

  it('flushes on request', async () => {
    const writer = new NotingWriter();
    await writer.writeRow({ n: 0 });
    await writer.flush();
    await writer.flush();
    expect(writer.batches).toEqual([[{ n: 0 }]]);
  });

  it('drops what it holds on abort', async () => {
    const writer = new NotingWriter({ rows: 3 });
    await writer.writeRows(numbered(5));
    await writer.abort();
    await writer.close();
    expect(writer.sizes).toEqual([3]);
  });

  it('lets the failure of a batch through, and never sends that batch again', async () => {
    const writer = new NotingWriter({ rows: 2 }, 2);
    await expect(writer.writeRows(numbered(7))).rejects.toThrow('batch 2 was refused');
    await writer.abort();
    await writer.close();
    expect(writer.batches).toEqual([numbered(2)]);
  });

  it('lets the failure of the last batch through close', async () => {
    const writer = new NotingWriter({}, 1);
    await writer.writeRow({ n: 0 });
    await expect(writer.close()).rejects.toThrow('batch 1 was refused');
  });

  it.each([0, -1, Number.NaN])('refuses the limit %p', (limit) => {
    expect(() => new NotingWriter({ rows: limit })).toThrow(RangeError);
    expect(() => new NotingWriter({ bytes: limit })).toThrow(
      new RangeError(`BufferedWriter: bytes must be more than 0 (got ${limit})`),
    );
  });

  it('makes the same batches of single rows and of pages, each row once, in order, within the limits', async () => {
    const rowsOf = fc.array(fc.record({ text: fc.string({ maxLength: 60 }) }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        rowsOf,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.nat(10), { maxLength: 60 }),
        async (rows, maxRows, maxBytes, cuts) => {
          const limits = { rows: maxRows, bytes: maxBytes };
          const [single, paged] = [new NotingWriter(limits), new NotingWriter(limits)];
          for (const row of rows) await single.writeRow(row);
          let start = 0;
          for (const cut of cuts) await paged.writeRows(rows.slice(start, (start += cut)));
          await paged.writeRows(rows.slice(start));
          await single.close();
          await paged.close();
          expect(paged.batches).toEqual(single.batches);
          expect(single.batches.flat()).toEqual(rows);
          expect(single.mostRunning).toBeLessThanOrEqual(1);
          for (const batch of single.batches) {
            expect(batch.length).toBeLessThanOrEqual(maxRows);
            const bytes = batch.reduce((sum, row) => sum + estimateBytes(row), 0);
            expect(batch.length === 1 || bytes <= maxBytes).toBe(true);
          }
        },
      ),
    );
  });
});
