import { compile, search, TreeInterpreter } from '@jmespath-community/jmespath';

/** What no plain path has: it makes a path an expression of JMESPath. */
const EXPRESSION = /[[\](){}"'`|&!<>=,*]/;
/** A list whose items are taken by `[]`, as the end of a path. */
const FLAT_LIST = /^(.*)\[\]$/s;
/** A list, and the names of what is taken of each of its items. */
const NAMES_OF_ITEMS =
  /^(.*\])\.((?:[^[\](){}"'`|&!<>=,*.]+|"(?:[^"\\]|\\.)*")(?:\.(?:[^[\](){}"'`|&!<>=,*.]+|"(?:[^"\\]|\\.)*"))*)$/s;
/** Brackets and quotes with what is in them: an operator that is left stands outside of them. */
const ENCLOSED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|\[[^[\]]*\]/g;

/** A path that cannot be read, or not be applied to a value. */
export class PathError extends SyntaxError {
  override readonly name = 'PathError';
}

/** A path that has been read and found right. */
export interface JsonPath {
  readonly text: string;
  /** What lies there; undefined: nothing does. @throws PathError where an expression cannot take the value */
  readonly read: (value: unknown) => unknown;
}

/**
 * Reads a path: names joined by dots (`data.items`), or a JMESPath expression (`hits.hits[]._source`, `"a.b"`,
 * `items[-1].id`). A plain path whose whole text is a key of the value is that key, so `@odata.nextLink` needs no
 * quotes. The empty path is the value itself.
 *
 * Where a path ends in `[]`, or in names behind a list (`edges[*].node`, `a[?b].c`), an item that is null or has no such
 * names is kept as null or undefined: JMESPath by itself leaves it out, and rows would be lost in silence. What filters
 * leave out stays out; they compare numbers only, and an integer beyond 2^53 is a bigint.
 *
 * @throws PathError for text that is neither
 */
export function compilePath(text: string): JsonPath {
  const path = text.trim();
  if (path === '') return { text: path, read: (value) => value };
  return { text: path, read: EXPRESSION.test(path) ? readerOf(path) : plainReader(path) };
}

/** Reads a path once; see {@link compilePath}. */
export function readPath(path: string, value: unknown): unknown {
  return compilePath(path).read(value);
}

type Reader = JsonPath['read'];

function readerOf(path: string): Reader {
  const isChain = !/[|&!<>=(,]/.test(path.replace(ENCLOSED, '').replace(ENCLOSED, ''));
  if (!isChain) return expressionReader(path);
  const [, list] = FLAT_LIST.exec(path) ?? [];
  if (list !== undefined) {
    const { read } = compilePath(list);
    return (value) => {
      const items = read(value);
      return Array.isArray(items) ? (items.flat() as unknown) : items;
    };
  }
  const [, items, names] = NAMES_OF_ITEMS.exec(path) ?? [];
  if (items === undefined || names === undefined) return expressionReader(path);
  // The items of a list, null ones too, are what the list is without a `[*]` behind it.
  const { read } = compilePath(items.replace(/\[\*\]$/, ''));
  const readItem = names.includes('"') ? expressionReader(names) : plainReader(names);
  return (value) => {
    const found = read(value);
    if (Array.isArray(found)) return found.map(readItem);
    // Of what is no list, it is for the caller to say so.
    return /\[\*?\]$/.test(items) ? found : readItem(found);
  };
}

function plainReader(path: string): Reader {
  const names = path.split('.');
  return (value) => {
    if (names.length > 1 && hasOwn(value, path)) return value[path];
    let found = value;
    for (const name of names) {
      if (!hasOwn(found, name)) return undefined;
      found = found[name];
    }
    return found;
  };
}

function expressionReader(path: string): Reader {
  const expression = compiled(path);
  try {
    search(null, path);
  } catch (error) {
    // Applied to nothing, most functions complain; one that does not exist does so always.
    const { message } = error as Error;
    if (message.startsWith('Unknown function')) throw new PathError(`"${path}" is no path: ${message}`);
  }
  return (value) => {
    try {
      // It cannot tell null from nothing.
      return TreeInterpreter.search(expression, value as Parameters<typeof search>[0]) ?? undefined;
    } catch (error) {
      throw new PathError(`"${path}" cannot be applied to the answer: ${(error as Error).message}`);
    }
  };
}

function compiled(path: string): ReturnType<typeof compile> {
  try {
    return compile(path);
  } catch (error) {
    throw new PathError(`"${path}" is no path: ${(error as Error).message}`);
  }
}

function hasOwn(value: unknown, name: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}
