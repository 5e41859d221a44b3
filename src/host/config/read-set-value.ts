import type { ParamDefinition } from '../../sdk/manifest.js';
import { keyValuePairs } from './key-value-pairs.js';

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
]);

/**
 * Reads a text of the command line (`--set name=text`) as a value of the param's type.
 *
 * | type | read as |
 * |---|---|
 * | INT, DOUBLE, BOOLEAN | the number; true, false, yes, no, 1, 0 |
 * | STRINGS, INTS, DOUBLES, MULTISELECT | a JSON list where it starts with `[`, else items between commas |
 * | SELECT | the choice whose value, written as text, equals it |
 * | MAP, KEY_VALUE_LIST | JSON where it starts with `{` or `[`, else `key=value,key=value` |
 * | OBJECT_LIST, ARRAY, PRESET, unknown types | JSON where it parses |
 * | all others | the text |
 *
 * An empty text is an empty list, null (nothing given) or, for text, itself. A text that does not read is returned as
 * it is, so that the check of types complains about it, once.
 */
export function readSetValue(param: ParamDefinition, text: string): unknown {
  switch (param.type) {
    case 'STRING':
    case 'TEXTAREA':
    case 'PASSWORD':
    case 'DATE':
      return text;
    case 'INT':
    case 'DOUBLE':
    case 'BOOLEAN':
    case 'SELECT':
      return readScalar(param, text);
    case 'STRINGS':
    case 'INTS':
    case 'DOUBLES':
    case 'MULTISELECT':
      return readList(param, text);
    case 'MAP':
    case 'KEY_VALUE_LIST':
      return readPairs(text);
    default:
      return readJson(text);
  }
}

/** Reads a text as one item of a list param, or as the param's only value where it is no list. */
export function readScalar(param: ParamDefinition, text: string): unknown {
  const trimmed = text.trim();
  switch (param.type) {
    case 'INT':
    case 'INTS':
      return readNumber(text, INTEGER.test(trimmed) && Number.isSafeInteger(Number(trimmed)));
    case 'DOUBLE':
    case 'DOUBLES':
      return readNumber(text, NUMBER.test(trimmed) && Number.isFinite(Number(trimmed)));
    case 'BOOLEAN':
      return trimmed === '' ? null : (BOOLEANS.get(trimmed.toLowerCase()) ?? text);
    case 'SELECT':
    case 'MULTISELECT':
      return readChoice(param, text);
    default:
      return text;
  }
}

function readNumber(text: string, reads: boolean): unknown {
  if (reads) return Number(text);
  return text.trim() === '' ? null : text;
}

function readChoice(param: ParamDefinition, text: string): unknown {
  const choices = param.selectChoices ?? [];
  // A choice of that very text comes before a number or null that is written alike.
  const choice =
    choices.find(({ value }) => value === text) ??
    choices.find(({ value }) => String(value) === text || (value === null && text === ''));
  if (choice) return choice.value;
  return text === '' ? null : text;
}

function readList(param: ParamDefinition, text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  if (!trimmed.startsWith('[')) return trimmed.split(',').map((item) => readScalar(param, item.trim()));
  const list = readJson(trimmed);
  // Text in a JSON list is read too: ["1"] names the choice 1.
  return Array.isArray(list)
    ? list.map((item: unknown) => (typeof item === 'string' ? readScalar(param, item) : item))
    : text;
}

function readPairs(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  if (/^[[{]/.test(trimmed)) return keyValuePairs(readJson(trimmed));
  const pairs = trimmed.split(',').map((pair) => {
    const equals = pair.indexOf('=');
    return equals < 0
      ? undefined
      : { key: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim() };
  });
  return pairs.includes(undefined) ? text : pairs;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
