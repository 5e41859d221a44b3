/** The one row of every benchmark: 8 columns of the usual types, about 237 bytes as JSON. The same for the same number. */
export function makeRow(i) {
  const [high, low] = [hex8(Math.imul(i, 0x9e3779b1)), hex8(i)];
  return {
    id: i,
    uuid: `${high}-${low.slice(0, 4)}-4${low.slice(5)}-8${high.slice(0, 3)}-${high.slice(4)}${low}`,
    name: `user ${i}`,
    email: `user${i}@example.com`,
    amount: ((i * 7919) % 1_000_003) / 100 + 0.25,
    active: i % 2 === 0,
    created_at: `2024-${two(1 + (i % 12))}-${two(1 + (i % 28))}T${two(i % 24)}:${two(i % 60)}:${two((i * 7) % 60)}Z`,
    note: `note ${low.slice(6)} lorem ipsum dolor sit amet consectetur adipisci`,
  };
}

/** The page of rows that begins at a number. */
export function makePage(offset, size) {
  const page = [];
  for (let i = offset; i < offset + size; i += 1) page.push(makeRow(i));
  return page;
}

/** Type of each column, as a read schema names it. */
export const COLUMN_TYPES = {
  id: 'bigint',
  uuid: 'string',
  name: 'string',
  email: 'string',
  amount: 'double',
  active: 'boolean',
  created_at: 'timestamp',
  note: 'string',
};

/** The columns as a read schema declares them. */
export const COLUMNS = Object.entries(COLUMN_TYPES).map(([name, type]) => ({ name, type }));

function hex8(n) {
  return (n >>> 0).toString(16).padStart(8, '0');
}

function two(n) {
  return n < 10 ? `0${n}` : `${n}`;
}
