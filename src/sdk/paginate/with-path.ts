/**
 * A copy of a JSON body with a value set at a dotted path; objects on the way are made where they are missing.
 * Names behind a dot are never looked for as a whole: `variables.after` is `after` in `variables`.
 */
export function withPath(
  body: Readonly<Record<string, unknown>>,
  path: string,
  value: unknown,
): Record<string, unknown> {
  const [name = '', ...rest] = path.split('.');
  const inner = Object.hasOwn(body, name) ? body[name] : undefined;
  return { ...body, [name]: rest.length === 0 ? value : withPath(asObject(inner), rest.join('.'), value) };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
