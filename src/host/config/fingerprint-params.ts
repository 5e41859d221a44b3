import { createHash } from 'node:crypto';
import { maskCredentials } from '../../sdk/mask-credentials.js';
import type { ParamDefinition } from '../../sdk/manifest.js';
import type { Row } from '../../sdk/schema.js';
import type { ParamsOfRun } from '../../sync/sync-options.js';
import { textOf } from '../../targets/values/text-of.js';
import { isSecretName } from '../secret-names.js';
import { readDefaultValue } from './read-param-value.js';
import { paramsByName } from './resolve-params.js';
import { isVisible } from './visibility.js';

/** Hex digits of a hash. */
const HASH_LENGTH = 16;

/** The params of one manifest with the values that a run has for them. */
export interface FingerprintScope {
  readonly params: readonly ParamDefinition[];
  readonly values: Row;
  /** Put before each name. */
  readonly prefix: string;
}

/**
 * Hashes every parameter that decides which rows come, so that a run from a saved state sees which of them changed.
 * Secrets are left out, also where they stand inside a value: they are renewed without other rows coming. So are
 * parameters that the manifest marks with `"affectsData": false`.
 */
export function fingerprintParams(scopes: readonly FingerprintScope[]): ParamsOfRun {
  const fingerprint: Record<string, string> = {};
  const defaults: Record<string, string> = {};
  for (const { params, values, prefix } of scopes) {
    for (const [name, definitions] of paramsByName(params)) {
      const definition = definitions.find((each) => isVisible(each, values)) ?? definitions[0];
      if (isSecretName(name) || definitions.some(({ type }) => type === 'PASSWORD')) continue;
      if (definition.affectsData === false) continue;
      fingerprint[prefix + name] = fingerprintValue(values[name]);
      defaults[prefix + name] = fingerprintValue(readDefaultValue(definition).value);
    }
  }
  return { fingerprint, defaults };
}

/** Hash of a value without the secrets in it. Equal values have equal hashes, whatever the order of their keys. */
export function fingerprintValue(value: unknown): string {
  // In an object, so that a text and a number that look alike differ.
  const text = textOf({ value: withoutSecrets(value) ?? null }) ?? '';
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);
}

function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return maskCredentials(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value as Row);
  const { key } = value as Row;
  // A pair of a MAP: its key is a name, not a secret.
  if (typeof key === 'string' && fields.length === 2 && 'value' in value) {
    return isSecretName(key) ? { key } : { key, value: withoutSecrets(value.value) };
  }
  return Object.fromEntries(
    fields.filter(([name]) => !isSecretName(name)).map(([name, item]) => [name, withoutSecrets(item)]),
  );
}
