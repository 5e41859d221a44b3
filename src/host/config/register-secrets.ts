import type { ParamDefinition } from '../../sdk/manifest.js';
import type { Environment } from './environment.js';
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
 * Also the variables that a PASSWORD refers to are secrets of their own.
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
    for (const text of textsOf(filled.value)) sink.addUrl(text);
  }
  return [...warnings];

  function addSecrets(name: string, values: readonly unknown[]): void {
    for (const text of textsOf(values)) {
      const warning = sink.addSecret(text);
      if (warning !== undefined) warnings.add(`param "${name}": ${warning}`);
    }
  }
}

/** Every text in a value; numbers count, for a secret of digits that was written without quotes. */
function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') yield String(value);
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) yield* textsOf(item);
}
