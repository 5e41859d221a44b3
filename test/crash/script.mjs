import { Random } from './random.mjs';

/**
 * What a source emits: steps, each a list of `[operation, ...arguments]` and followed by a checkpoint that says how many
 * steps were read. A salt makes other data of the same kind.
 */
export const STEPS = 9;

/** Tables of the sync; columns are inferred, so that they come and widen on the way. */
export const SYNC_TABLES = [
  { name: 'items', primaryKey: ['id'] },
  { name: 'lines', primaryKey: ['parent', 'n'] },
  { name: 'events' },
  { name: 'rates', primaryKey: ['day'] },
];

/**
 * Upserts, updates, deletes, removals by value, truncates and rows without a key, mixed over the tables.
 *
 * Rows have no nested values yet: lists in the rows of `items` would go here, for child tables.
 */
export function syncSteps(salt) {
  const random = new Random(salt);
  return Array.from({ length: STEPS }, (_, step) => {
    const operations = [];
    const rounds = 2 + random.below(4);
    for (let round = 0; round < rounds; round += 1) operations.push(...syncOperations(random, salt, step));
    return operations;
  });
}

function syncOperations(random, salt, step) {
  const id = () => random.below(60);
  const list = (count, make) => Array.from({ length: 1 + random.below(count) }, make);
  const mark = `${salt}.${step}.${random.below(1000)}`;
  switch (random.below(8)) {
    case 0:
      return [['upsert', 'items', list(30, () => item(random, id(), step, mark))]];
    case 1:
      return [['update', 'items', list(8, () => ({ id: id(), name: `changed ${mark}` }))]];
    case 2:
      return [['delete', 'items', list(8, () => ({ id: id() }))]];
    case 3: {
      // The children of a parent are replaced.
      const parent = random.below(6);
      const lines = list(5, (_, n) => ({ parent, n, text: `line ${mark}` }));
      return [
        ['deleteWhere', 'lines', { parent }],
        ['upsert', 'lines', lines],
      ];
    }
    case 4:
      return [['upsert', 'events', list(20, (_, n) => ({ event: `${mark}.${n}`, step }))]];
    case 5:
      return [
        ['upsert', 'items', item(random, id(), step, mark)],
        ['delete', 'items', { id: id() }],
        ['upsert', 'items', item(random, id(), step, mark)],
        ['deleteWhere', 'items', { name: `changed ${mark}` }],
      ];
    case 6:
      return [
        ['upsert', 'rates', list(3, () => ({ day: random.below(9), rate: step < 6 ? step : step + 0.5 }))],
      ];
    default:
      return random.chance(0.3)
        ? [
            ['truncate', 'rates'],
            ['upsert', 'rates', { day: 0, rate: step, why: mark }],
          ]
        : [['update', 'lines', list(4, () => ({ parent: random.below(6), n: 0, text: `changed ${mark}` }))]];
  }
}

/** From the sixth step on, items have one more column. */
function item(random, id, step, mark) {
  const row = { id, name: `item ${mark}`, price: random.below(1000) };
  return step < 5 ? row : { ...row, price: row.price + 0.5, note: `note ${mark}` };
}

/** Pages of a dataset; ids come again in later steps. */
export function datasetSteps(salt) {
  const random = new Random(salt);
  return Array.from({ length: STEPS }, (_, step) => [
    [
      'rows',
      Array.from({ length: 1 + random.below(60) }, (_, n) => ({
        id: random.below(200),
        step,
        text: `row ${salt}.${step}.${n}`,
      })),
    ],
  ]);
}
