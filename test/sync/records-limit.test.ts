import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Row } from '../../src/sdk/schema.js';
import { runRows } from '../../src/testing/run-rows.js';
import { WatchedTarget } from '../fixtures/watched-target.js';

/** A source that never ends, in pages of 10 rows or in single rows, and says how far it ran and that it was closed. */
class Endless {
  yielded = 0;
  closed = 0;

  *pages(): Generator<Row[]> {
    try {
      for (;;) yield Array.from({ length: 10 }, () => ({ n: this.yielded++ }));
    } finally {
      this.closed += 1;
    }
  }

  *rows(): Generator<Row> {
    for (const page of this.pages()) yield* page;
  }

  async *asyncPages(): AsyncGenerator<Row[]> {
    yield* this.pages();
  }

  async *asyncRows(): AsyncGenerator<Row> {
    yield* this.rows();
  }
}

function logOut(): void {
  throw new Error('logout failed');
}

const KINDS = ['pages', 'rows', 'asyncPages', 'asyncRows'] as const;

describe('recordsLimit', () => {
  describe.each(KINDS)('with a source of %s that ignores it and never ends', (kind) => {
    it.each([1, 9, 10, 11, 20, 9_999, 10_000, 10_001])('cuts after %i rows', async (limit) => {
      const source = new Endless();
      const target = new WatchedTarget();
      const { error, report } = await runRows({ target, rows: () => source[kind](), limit });
      expect(error).toBeUndefined();
      expect(target.rows.map(({ n }) => n)).toEqual(Array.from({ length: limit }, (_, n) => n));
      expect([report.rowsRead, report.rowsWritten]).toEqual([limit, limit]);
      expect(source.yielded).toBe(Math.ceil(limit / 10) * 10);
      expect(source.closed).toBe(1);
    });
  });

  it('that is larger than the source changes nothing', async () => {
    const target = new WatchedTarget();
    const { report } = await runRows({ target, rows: [[{ n: 1 }], [], { n: 2 }], limit: 3 });
    expect([report.rowsRead, target.rows]).toEqual([2, [{ n: 1 }, { n: 2 }]]);
  });

  it('gives the first rows, for any pages and limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(6), { maxLength: 10 }),
        fc.oneof(fc.constant(-1), fc.integer({ min: 1, max: 40 })),
        fc.boolean(),
        async (sizes, limit, isAsync) => {
          let n = 0;
          const pages = sizes.map((size) => Array.from({ length: size }, () => ({ n: n++ })));
          const target = new WatchedTarget();
          const rows = isAsync
            ? async function* (): AsyncGenerator<Row[]> {
                yield* pages;
              }
            : pages;
          await runRows({ target, rows, limit });
          expect(target.rows).toEqual(pages.flat().slice(0, limit === -1 ? undefined : limit));
        },
      ),
    );
  });

  describe.each(['a sync', 'an async'])('with %s source whose finally fails', (kind) => {
    it('is reached all the same: nobody needs that source any more', async () => {
      const rows =
        kind === 'a sync'
          ? function* (): Generator<Row> {
              try {
                for (;;) yield { n: 1 };
              } finally {
                logOut();
              }
            }
          : async function* (): AsyncGenerator<Row> {
              try {
                for (;;) yield { n: 1 };
              } finally {
                logOut();
              }
            };
      const target = new WatchedTarget();
      const { error, report } = await runRows({ target, rows, limit: 3 });
      expect(error).toBeUndefined();
      expect(target.rows).toHaveLength(3);
      expect(report.warnings).toEqual([
        expect.stringMatching(
          /^while cleaning up: the connector failed: Error: logout failed \(.*records-limit\.test\.ts:\d+\)$/,
        ),
      ]);
    });
  });

  it('closes a source whose finally never ends', async () => {
    const target = new WatchedTarget();
    const { report } = await runRows({
      target,
      limit: 1,
      rows: async function* () {
        try {
          for (;;) yield { n: 1 };
        } finally {
          await new Promise(() => undefined);
        }
      },
    });
    expect(report.status).toBe('succeeded');
  });
});
