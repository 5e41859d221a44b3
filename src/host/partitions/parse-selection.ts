import { selectionError } from './selection-error.js';
import { isWord, type Item, type Product, type Selection, type Value } from './selection.js';
import { tokenizeSelection, type Token } from './tokenize-selection.js';

/**
 * Reads a text of --partition by its grammar alone:
 *
 *     selection = word | product { ";" product }
 *     product   = list { "|" list }
 *     list      = item { "," item }
 *     item      = "*" | value [ "/" value ]
 *
 * @throws ConfigError PARTITION_SPEC_INVALID that points at the character
 */
export function parseSelection(text: string): Selection {
  return new Parser(text).parse();
}

/** By recursive descent, one method for each rule. */
class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenizeSelection(text);
  }

  parse(): Selection {
    const [first, second] = this.#tokens;
    if (first?.kind === 'end') throw selectionError(this.#text, 0, 'it names no partition');
    if (first?.kind === 'value' && !first.isLiteral && isWord(first.text) && second?.kind === 'end') {
      return { kind: 'word', word: first.text };
    }
    const products = [this.#product()];
    while (this.#takes(';')) products.push(this.#product());
    const rest = this.#token;
    if (rest.kind !== 'end') {
      throw selectionError(this.#text, rest.start, 'one of , / | ; or the end is expected here');
    }
    return { kind: 'products', products };
  }

  #product(): Product {
    const { start } = this.#token;
    const lists = [this.#list()];
    while (this.#takes('|')) lists.push(this.#list());
    return { lists, start, end: this.#token.start };
  }

  #list(): Item[] {
    const items = [this.#item()];
    while (this.#takes(',')) items.push(this.#item());
    return items;
  }

  #item(): Item {
    const { start } = this.#token;
    if (this.#takes('*')) return { kind: 'any', start };
    const from = this.#value();
    return this.#takes('/') ? { kind: 'range', from, to: this.#value() } : { kind: 'value', value: from };
  }

  #value(): Value {
    const token = this.#token;
    if (token.kind !== 'value') {
      throw selectionError(this.#text, token.start, 'a value is expected here');
    }
    const { text, isLiteral, start } = token;
    if (!isLiteral && isWord(text)) {
      throw selectionError(
        this.#text,
        start,
        `"${text}" stands alone; as a value of a dimension it is quoted, and every listed value is *`,
      );
    }
    this.#at += 1;
    return { text, isLiteral, start };
  }

  #takes(kind: Token['kind']): boolean {
    if (this.#token.kind !== kind) return false;
    this.#at += 1;
    return true;
  }

  /** The last token is `end`, which nobody takes. */
  get #token(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', start: this.#text.length };
  }
}
