// A capital is a letter that has a small one (CWL: changes when lowercased); mathematical ones have none.
const BEFORE_CAPITAL = /(?<=[\p{Ll}\p{N}])(?=\p{CWL})/gu;
const BEFORE_WORD = /(?<=\p{CWL})(?=\p{CWL}\p{Ll})/gu;
const NO_LETTER_OR_DIGIT = /[^\p{L}\p{M}\p{N}]+/gu;

/**
 * A name in lower case with `_` between its words: `orderID`, `Order ID` and `order-id` all become `order_id`. Letters
 * of every script stay. A `_` at the beginning stays, one comes before a digit at the beginning, none is at the end.
 */
export function snakeCase(name: string): string {
  const words = name
    .normalize('NFC')
    .replace(BEFORE_CAPITAL, '_')
    .replace(BEFORE_WORD, '_')
    .toLowerCase()
    .normalize('NFC')
    .replace(NO_LETTER_OR_DIGIT, '_')
    .replace(/^_|_$/g, '');
  const needsMark = name.startsWith('_') || words === '' || /^\p{N}/u.test(words);
  return needsMark ? `_${words}` : words;
}
