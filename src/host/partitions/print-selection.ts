import type { Item, Selection, Value } from './selection.js';

/** The text of a selection: read again it gives the same one. */
export function printSelection(selection: Selection): string {
  if (selection.kind === 'word') return selection.word;
  return selection.products
    .map(({ lists }) => lists.map((items) => items.map(printItem).join(',')).join('|'))
    .join(';');
}

function printItem(item: Item): string {
  switch (item.kind) {
    case 'any':
      return '*';
    case 'value':
      return printValue(item.value);
    case 'range':
      return `${printValue(item.from)}/${printValue(item.to)}`;
  }
}

function printValue({ text, isLiteral }: Value): string {
  return isLiteral ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : text;
}
