import { compile, TreeInterpreter } from '@jmespath-community/jmespath';

/** What no plain path has: it makes a path an expression of JMESPath. */
const EXPRESSION = /[[\](){}"'`|&!<>=,*]/;
/** A list whose items are taken, and the names of what is taken of each. */
const ITEMS = /^(.*)\[\](?:\.([^[\](){}"'`|&!<>=,*]+))?$/s;

/** A path that has been read and found right. */
export interface JsonPath {
  readonly text: string;
  /** What lies there; undefined: nothing does. */
  readonly read: (value: unknown) => unknown;
}

/**
 * Reads a path: names joined by dots (`data.items`), or a JMESPath expression (`hits.hits[]._source`, `"a.b"`,
 * `items[-1].id`). A plain path whose whole text is a key of the value is that key, so `@odata.nextLink` needs no
 * quotes. The empty path is the value itself.
 *
 * Where a path ends in `[]`, or in names behind one, an item that is null or has no such names is kept as null or
 * undefined: JMESPath by itself leaves it out, and rows would be lost in silence.
 *
 * @throws SyntaxError for text that is neither
 */
export function compilePath(text: string): JsonPath {
  const path = text.trim();
  if (path === '') return { text: path, read: (value) => value };
  if (!EXPRESSION.test(path)) return { text: path, read: plainReader(path) };
  const [, prefix, tail] = ITEMS.exec(path) ?? [];
  if (prefix === undefined) return { text: path, read: expressionReader(path) };
  const { read: readList } = compilePath(prefix);
  const readItem = tail === undefined ? undefined : plainReader(tail);
  return {
    text: path,
    read: (value) => {
      const list = readList(value);
      if (!Array.isArray(list)) return undefined;
      const items: unknown[] = list.flat();
      return readItem ? items.map(readItem) : items;
    },
  };
}

/** Reads a path once; see {@link compilePath}. */
export function readPath(path: string, value: unknown): unknown {
  return compilePath(path).read(value);
}

function plainReader(path: string): (value: unknown) => unknown {
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

function expressionReader(path: string): (value: unknown) => unknown {
  let expression: ReturnType<typeof compile>;
  try {
    expression = compile(path);
  } catch (error) {
    throw new SyntaxError(`"${path}" is no path: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  // It cannot tell null from nothing.
  return (value) =>
    TreeInterpreter.search(expression, value as Parameters<typeof TreeInterpreter.search>[1]) ?? undefined;
}

function hasOwn(value: unknown, name: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}
