import { rowNumber, type RowBatch } from '../targets/target.js';

/** A batch without some of its rows. What it removes by value stays, in its place among the others. */
export function withoutRows(batch: RowBatch, isOut: (index: number) => boolean): RowBatch {
  const { rows, kinds, removals } = batch;
  const isKept = (_: unknown, i: number): boolean => !isOut(i);
  return {
    ...batch,
    rows: rows.filter(isKept),
    numbers: rows.map((_, i) => rowNumber(batch, i)).filter(isKept),
    ...(kinds ? { kinds: kinds.filter(isKept) } : {}),
    ...(removals
      ? {
          removals: removals.map(({ at, where }) => ({
            at: rows.slice(0, at).filter(isKept).length,
            where,
          })),
        }
      : {}),
  };
}

/** The two halves of a batch, in their order. */
export function halves(batch: RowBatch): [RowBatch, RowBatch] {
  const middle = Math.floor(batch.rows.length / 2);
  const { removals, ...rest } = batch;
  const first = withoutRows(rest, (i) => i >= middle);
  const second = withoutRows(rest, (i) => i < middle);
  if (!removals) return [first, second];
  return [
    { ...first, removals: removals.filter(({ at }) => at <= middle) },
    {
      ...second,
      removals: removals.filter(({ at }) => at > middle).map(({ at, where }) => ({ at: at - middle, where })),
    },
  ];
}
