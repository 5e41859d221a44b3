import { PathError } from '../read-path.js';
import { kindOf } from './kind-of.js';

/**
 * A copy of a JSON body with a value set at a dotted path; objects on the way are made where they are missing or null.
 * Names behind a dot are never looked for as a whole: `variables.after` is `after` in `variables`.
 */
export function withPath(
  body: Readonly<Record<string, unknown>>,
  path: string,
  value: unknown,
): Record<string, unknown> {
  const [name = '', ...rest] = path.split('.');
  const inner = Object.hasOwn(body, name) ? body[name] : undefined;
  return {
    ...body,
    [name]: rest.length === 0 ? value : withPath(asObject(inner, path), rest.join('.'), value),
  };
}

function asObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new PathError(`"${path}" cannot be set in the body: it leads through ${kindOf(value)}`);
}
