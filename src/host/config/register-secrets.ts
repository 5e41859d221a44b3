import type { ParamDefinition } from '../../sdk/manifest.js';
import { eachSecret } from '../secret-names.js';
import type { Environment } from './environment.js';
import { keyValuePairs } from './key-value-pairs.js';
import type { ConfigInput } from './read-set-options.js';
import { substitute } from './substitute.js';

/** Where secrets are made known before any text about them is written: a Redactor. */
export interface SecretSink {
  /** @returns a warning about a secret that cannot be hidden everywhere */
  addSecret(value: string): string | undefined;
  /** Makes the credentials of every URL in a text known. */
  addUrl(text: string): void;
}

/**
 * Makes every PASSWORD value that was given, or is a default, known to the sink, and the credentials in every URL.
 * Also the variables that a PASSWORD refers to are secrets of their own, and what stands under a name such as
 * Authorization or api_key: in pairs, in objects and in the query of a URL.
 *
 * @returns the warnings of the sink, each with the param's name
 */
export function registerSecrets(
  params: readonly ParamDefinition[],
  inputs: ReadonlyMap<string, ConfigInput>,
  environment: Environment,
  sink: SecretSink,
): string[] {
  const warnings = new Set<string>();
  const passwords = new Set<string>();
  for (const { type, name, defaultValue } of params) {
    if (type !== 'PASSWORD' || name === undefined) continue;
    passwords.add(name);
    addSecrets(name, [defaultValue]);
  }
  for (const [name, { value, source }] of inputs) {
    const filled = source === 'set-file' ? { value, used: [] } : substitute(value, environment);
    if (passwords.has(name)) addSecrets(name, [filled.value, ...filled.used]);
    eachSecret(withPairs(filled.value), (text) => {
      addNamed(text, sink);
    });
    for (const text of textsOf(filled.value)) {
      sink.addUrl(text);
      eachSecret(queryOf(text), (secret) => void sink.addSecret(secret));
    }
  }
  return [...warnings];

  function addSecrets(name: string, values: readonly unknown[]): void {
    for (const text of textsOf(values)) {
      const warning = sink.addSecret(text);
      if (warning !== undefined) warnings.add(`param "${name}": ${warning}`);
    }
  }
}

/** A token is a secret also without the scheme before it: `Bearer abc`. */
function addNamed(text: string, sink: SecretSink): void {
  sink.addSecret(text);
  const token = /^[a-z]+ +(\S+)$/i.exec(text.trim())?.[1];
  if (token !== undefined) sink.addSecret(token);
}

/** Pairs as objects with one name each, whichever way they were written, also as JSON text; the rest as it is. */
function withPairs(value: unknown): unknown {
  const given = typeof value === 'string' && /^\s*[[{]/.test(value) ? parsed(value) : value;
  if (!Array.isArray(given)) return given;
  return (keyValuePairs(given) as readonly unknown[]).map((item) => {
    const isPair = typeof item === 'object' && item !== null && 'key' in item && 'value' in item;
    return isPair ? { [String(item.key)]: item.value } : item;
  });
}

/** The text itself where it is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The values of a query, as they stand there and decoded; a list for each name. */
function queryOf(text: string): Record<string, readonly string[]> {
  const query = /\?([^#\s]*)/.exec(text)?.[1] ?? '';
  const values: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    (values[name] ??= []).push(value, encodeURIComponent(value));
  }
  return values;
}

/** Every text in a value; numbers count, for a secret of digits that was written without quotes. */
function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') yield String(value);
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) yield* textsOf(item);
}
