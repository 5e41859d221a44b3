import { didYouMean } from '../suggest.js';
import type { Field, Problems } from './option-fields.js';

/** Checks an object that has these fields and no others. A field that must be there is missing where its key is. */
export function checkFields(
  path: string,
  value: unknown,
  fields: Readonly<Record<string, Field>>,
  problems: Problems,
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.author.push(`${path || 'what it is given'} must be an object`);
    return;
  }
  const before = path === '' ? '' : `${path}.`;
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(fields, name)) continue;
    problems.author.push(`there is no option "${before}${name}"${didYouMean(name, Object.keys(fields))}`);
  }
  for (const [name, field] of Object.entries(fields)) {
    const inner: unknown = (value as Record<string, unknown>)[name];
    if (name in value) field(before + name, inner, problems);
    else if (isRequired(field)) problems.author.push(`${before}${name} is missing`);
  }
}

function isRequired(field: Field): boolean {
  const found: Problems = { author: [], user: [] };
  field('', undefined, found);
  return found.author.length + found.user.length > 0;
}
