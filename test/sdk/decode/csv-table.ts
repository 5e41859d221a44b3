import fc from 'fast-check';

const name = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && text !== '__proto__');

/** Tables of text that a CSV file can hold: at least one row, since the columns come from it. */
export const csvTable = fc.uniqueArray(name, { minLength: 1, maxLength: 5 }).chain((names) =>
  fc.array(
    fc
      .tuple(...names.map(() => fc.string({ unit: 'grapheme' })))
      .map((values) => Object.fromEntries(names.map((key, i) => [key, values[i]]))),
    { minLength: 1, maxLength: 8 },
  ),
);
