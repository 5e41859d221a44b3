/** Words that stand for a whole selection. */
export const SELECTION_WORDS = ['all', 'latest', 'missing', 'failed'] as const;
export type SelectionWord = (typeof SELECTION_WORDS)[number];

/** What a text of --partition says, before it is held against the dimensions. */
export type Selection =
  | { readonly kind: 'word'; readonly word: SelectionWord }
  | { readonly kind: 'products'; readonly products: readonly Product[] };

/** A list for each dimension: every combination of their values is a partition. */
export interface Product {
  readonly lists: readonly (readonly Item[])[];
  /** Where it begins and ends in the text, counted from 0. */
  readonly start: number;
  readonly end: number;
}

/** A part of the list of a dimension. */
export type Item =
  /** `*`: every value that is listed. */
  | { readonly kind: 'any'; readonly start: number }
  | { readonly kind: 'value'; readonly value: Value }
  /** Both ends are a part of it. */
  | { readonly kind: 'range'; readonly from: Value; readonly to: Value };

/** A value as it is meant, without quotes and `\`. */
export interface Value {
  readonly text: string;
  /** True: it was quoted or has a character with `\` before it, so that it is no keyword. */
  readonly isLiteral: boolean;
  /** Where it begins in the text, counted from 0. */
  readonly start: number;
}

/** Whether a value stands for something else than itself, as `all` does. */
export function isWord(text: string): text is SelectionWord {
  return (SELECTION_WORDS as readonly string[]).includes(text);
}
