/** A type of a GraphQL schema, with the names of its fields. */
export interface SchemaType {
  readonly name: string;
  readonly fields: readonly string[];
}

/** What GraphQL text consists of, as far as it matters here: strings and comments, names, brackets. */
const TOKEN = /"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|[A-Za-z_]\w*|[{}()[\]:]/g;
const NAME = /^[A-Za-z_]/;
/** Words before the name of a type that has fields. */
const TYPES: ReadonlySet<string> = new Set(['type', 'interface']);
/** Words that begin a definition of another kind. */
const OTHERS: ReadonlySet<string> = new Set(['enum', 'input', 'union', 'scalar', 'directive', 'schema']);
/** Types whose fields are operations. */
const OPERATIONS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/**
 * The object types and interfaces that a schema defines, in its order. Comments, descriptions and whatever stands in the
 * arguments of fields and directives are passed over; `extend type` adds fields to the type.
 */
export function schemaTypes(text: string): SchemaType[] {
  const types = new Map<string, string[]>();
  /** Fields of the type whose body is being read; undefined outside of one. */
  let fields: string[] | undefined;
  let braces = 0;
  let parentheses = 0;
  let previous = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith('"') || token.startsWith('#')) continue;
    if (token === '(') parentheses += 1;
    else if (token === ')') parentheses -= 1;
    // So that the name before the arguments of a field is still the previous one behind them.
    if (parentheses > 0 || token === ')') continue;
    if (token === '{') braces += 1;
    else if (token === '}') braces -= 1;
    else if (braces === 0 && TYPES.has(previous) && NAME.test(token)) {
      fields = types.get(token) ?? [];
      types.set(token, fields);
    } else if (braces === 0 && OTHERS.has(token)) fields = undefined;
    else if (braces === 1 && token === ':' && NAME.test(previous)) fields?.push(previous);
    previous = token;
  }
  return [...types]
    .filter(([name]) => !OPERATIONS.has(name))
    .map(([name, names]) => ({ name, fields: names }));
}
