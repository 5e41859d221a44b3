import type { ParamDefinition } from '../../sdk/manifest.js';
import type { Environment } from './environment.js';
import { keyValuePairs } from './key-value-pairs.js';
import type { ConfigInput } from './read-set-options.js';
import { readScalar, readSetValue } from './read-set-value.js';
import { isReference, substitute } from './substitute.js';

const TEXT_TYPES = new Set(['STRING', 'TEXTAREA', 'PASSWORD', 'DATE']);
const PAIR_TYPES = new Set(['MAP', 'KEY_VALUE_LIST']);
const LIST_TYPES = new Set(['STRINGS', 'INTS', 'DOUBLES', 'MULTISELECT']);
/** Types whose default may be written as text in a manifest, or as a number where text is meant. */
const READ_DEFAULTS = new Set([...TEXT_TYPES, ...LIST_TYPES, 'INT', 'DOUBLE', 'BOOLEAN', 'SELECT']);

/** The value of one param, read by its type. */
export interface ParamValue {
  /** Undefined: nothing was given, and there is no default. */
  readonly value: unknown;
  /** Variables it refers to that are not set. */
  readonly missing: readonly string[];
  /** True where it came from a file or the environment, and so may be a secret whatever the param's type. */
  readonly isPrivate: boolean;
}

/** Reads what the user gave. A value that does not read by its type is kept for the check of types to name. */
export function readGivenValue(
  param: ParamDefinition,
  input: ConfigInput,
  environment: Environment,
): ParamValue {
  const { value: given, source } = input;
  if (source === 'set-file') {
    const value = typeof given === 'string' ? readSetValue(param, given) : undefined;
    return { value: canonical(param, value), missing: [], isPrivate: true };
  }
  // A text with references inside is taken apart before they are filled in: a variable that holds a comma or a
  // quote must not change the shape. One that is a single reference stands for the whole text.
  const isWhole = typeof given === 'string' && isReference(given);
  const value = source === 'set' && !isWhole ? readSetValue(param, given as string) : given;
  const filled = substitute(value, environment);
  return {
    value: canonical(param, readFilled(param, value, filled.value)),
    missing: filled.missing,
    isPrivate: filled.used.length > 0,
  };
}

/** The default of a param. Shipped manifests have numbers as text, and text as numbers. */
export function readDefaultValue(param: ParamDefinition): ParamValue {
  const { defaultValue: value, type } = param;
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const read = isScalar && READ_DEFAULTS.has(type) ? readSetValue(param, String(value)) : value;
  return { value: canonical(param, read ?? undefined), missing: [], isPrivate: false };
}

/** Text that has changed is read by the type, as if it had been given on the command line. */
function readFilled(param: ParamDefinition, before: unknown, after: unknown): unknown {
  if (typeof after === 'string') return after === before ? after : readSetValue(param, after);
  if (!Array.isArray(after) || !Array.isArray(before) || !LIST_TYPES.has(param.type)) return after;
  return after.map((item: unknown, index) =>
    typeof item === 'string' && item !== before[index] ? readScalar(param, item) : item,
  );
}

/** The form in which connectors receive a value. */
function canonical(param: ParamDefinition, value: unknown): unknown {
  if (PAIR_TYPES.has(param.type)) return value === '' ? [] : keyValuePairs(value);
  return value === '' && !TEXT_TYPES.has(param.type) && !isChoice(param, value) ? null : value;
}

function isChoice(param: ParamDefinition, value: unknown): boolean {
  return param.selectChoices?.some((choice) => choice.value === value) ?? false;
}
