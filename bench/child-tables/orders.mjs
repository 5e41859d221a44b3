import { makeRow } from '../rows.mjs';

const PAGE = 1000;
const ITEMS = 4;

/** Columns of an order that a connector would declare; its items it cannot. */
export const ORDER_COLUMNS = [
  { name: 'id', type: 'bigint' },
  { name: 'placed_at', type: 'timestamp' },
  { name: 'total', type: 'double' },
];

/** Pages of orders, each with a customer inside of it and a list of four items. */
export function* orderPages(count) {
  for (let offset = 0; offset < count; offset += PAGE) {
    const page = [];
    for (let i = offset; i < offset + PAGE; i += 1) page.push(makeOrder(i));
    yield page;
  }
}

function makeOrder(i) {
  const items = [];
  for (let k = 0; k < ITEMS; k += 1) {
    items.push({
      sku: `sku-${(i * ITEMS + k) % 9973}`,
      quantity: 1 + ((i + k) % 5),
      price: ((i * 31 + k) % 10_007) / 100 + 0.25,
      label: `item ${k} of order ${i}`,
    });
  }
  return {
    id: i,
    placed_at: makeRow(i).created_at,
    total: ((i * 17) % 100_003) / 100 + 0.25,
    customer: { id: i % 5000, name: `user ${i % 5000}`, city: 'Paris' },
    items,
  };
}
