import type { ErrorObject } from 'ajv';
import type { ParamDefinition } from '../../sdk/manifest.js';
import { readTimestamp } from '../../targets/values/temporal.js';
import { loadAjv } from '../json/load-ajv.js';
import { schemaRequirement } from '../json/schema-requirement.js';
import { kindOfValue, shownValue } from '../json/value-words.js';

/** One param whose value is checked. */
export interface CheckedParam {
  readonly name: string;
  readonly definition: ParamDefinition;
  /** How messages call it: `param "page_size"`. */
  readonly label: string;
  /** True: it must have a value. */
  readonly required: boolean;
  /** False: messages say what kind of value was given, never the value. */
  readonly printable: boolean;
}

type Schema = Readonly<Record<string, unknown>>;

const DATE_FORMAT = 'date-or-timestamp';
const PAIRS_WORDS = 'must be an object, or a list of {"key", "value"} or {"from", "to"} pairs';
const ANY_SCALAR: Schema = { type: ['string', 'number', 'boolean'], description: 'must be a single value' };

/**
 * Checks the values of params with one JSON Schema, compiled by ajv.
 *
 * @param values the values that are not empty, by name
 * @returns every problem, one sentence each: `param "page_size" must be an integer (got "ten")`
 */
export async function checkParamValues(
  params: readonly CheckedParam[],
  values: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  if (params.length === 0) return [];
  const ajv = await loadAjv();
  ajv.addFormat(DATE_FORMAT, (text: string) => readTimestamp(text) !== undefined);
  const validate = ajv.compile({
    type: 'object',
    required: params.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(params.map(({ name, definition }) => [name, paramSchema(definition)])),
  });
  validate(values);
  return problemSentences(validate.errors ?? [], new Map(params.map((param) => [param.name, param])));
}

/** JSON Schema of one param's value. A type that is not known takes any value. */
export function paramSchema(param: ParamDefinition): Schema {
  switch (param.type) {
    case 'STRING':
    case 'TEXTAREA':
    case 'PASSWORD':
      return { type: 'string' };
    case 'INT':
    case 'DOUBLE':
      return numberSchema(param);
    case 'BOOLEAN':
      return { type: 'boolean' };
    case 'DATE':
      return {
        type: 'string',
        format: DATE_FORMAT,
        description: 'must be a date (2026-11-21) or a date and time (2026-11-21T07:00:00Z)',
      };
    case 'SELECT':
      return choiceSchema(param);
    case 'STRINGS':
      return { type: 'array', items: { type: 'string' } };
    case 'INTS':
    case 'DOUBLES':
      return { type: 'array', items: numberSchema(param) };
    case 'MULTISELECT':
      return { type: 'array', items: choiceSchema(param) };
    case 'MAP':
    case 'KEY_VALUE_LIST': {
      const pair = { type: 'object', required: ['key'], properties: { key: { type: 'string' } } };
      return { type: 'array', items: { ...pair, description: PAIRS_WORDS }, description: PAIRS_WORDS };
    }
    case 'OBJECT_LIST':
      return { type: 'array', items: { type: 'object' } };
    case 'ARRAY':
      return { type: 'array' };
    default:
      return {};
  }
}

/** Bounds may be written with the names of the other kind of number. An integer is always one that is exact. */
function numberSchema(param: ParamDefinition): Schema {
  const isInteger = param.type.startsWith('INT');
  const minimum = isInteger ? (param.minI ?? param.minD) : (param.minD ?? param.minI);
  const maximum = isInteger ? (param.maxI ?? param.maxD) : (param.maxD ?? param.maxI);
  if (isInteger) {
    return {
      type: 'integer',
      minimum: minimum ?? Number.MIN_SAFE_INTEGER,
      maximum: maximum ?? Number.MAX_SAFE_INTEGER,
    };
  }
  return {
    type: 'number',
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

/** A SELECT without choices gets them from code that only Dataiku runs, so any value may be one. */
function choiceSchema({ selectChoices = [] }: ParamDefinition): Schema {
  const choices = [...new Set(selectChoices.map(({ value }) => value))];
  return choices.length === 0 ? ANY_SCALAR : { enum: choices };
}

function problemSentences(
  errors: readonly ErrorObject[],
  params: ReadonlyMap<string, CheckedParam>,
): string[] {
  const problems = new Map<string, string>();
  for (const error of errors) {
    // RFC 6901: only these two are escaped in a pointer.
    const [name = '', index] = error.instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (error.instancePath === '') {
      const { missingProperty } = error.params as { missingProperty: string };
      const label = params.get(missingProperty)?.label ?? missingProperty;
      problems.set(`missing ${missingProperty}`, `${label} is mandatory but has no value`);
      continue;
    }
    const param = params.get(name);
    // One sentence for each place is enough: a text that is no integer is not "at least 1" either.
    const place = `${name}/${index ?? ''}`;
    if (!param || problems.has(place)) continue;
    const label = index === undefined ? param.label : `item ${Number(index) + 1} of ${param.label}`;
    const got = param.printable ? shownValue(error.data) : kindOfValue(error.data);
    problems.set(place, `${label} ${schemaRequirement(error)} (got ${got})`);
  }
  return [...problems.values()];
}
