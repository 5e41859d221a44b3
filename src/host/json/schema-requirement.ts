import type { ErrorObject } from 'ajv';
import { shownValue } from './value-words.js';

/** JSON Schema's names of types in the words of the messages. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/**
 * What the schema asks of the value that ajv refused, to be put after its name: `must be a list`. A schema with a
 * `description` says it in its own words.
 */
export function schemaRequirement(error: ErrorObject): string {
  const schema = error.parentSchema as { readonly description?: string } | undefined;
  if (schema?.description !== undefined) return schema.description;
  const limit = String((error.params as { limit?: unknown }).limit);
  switch (error.keyword) {
    case 'type':
      return `must be ${typeWords(error.schema)}`;
    case 'enum':
      return `must be one of ${(error.schema as readonly unknown[]).map(choiceText).join(', ')}`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'minLength':
      return 'must not be empty';
    default:
      return error.message ?? 'is not valid';
  }
}

function choiceText(value: unknown): string {
  return value === null ? 'null' : shownValue(value);
}

/** Null is left out: it stands for a value that is not given. */
function typeWords(types: unknown): string {
  const names = (Array.isArray(types) ? types : [types]).filter((name) => name !== 'null') as string[];
  const words = names.map((name) => TYPE_WORDS[name] ?? name);
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}
