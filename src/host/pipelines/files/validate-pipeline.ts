import type { ErrorObject, ValidateFunction } from 'ajv';
import { loadAjv } from '../../json/load-ajv.js';
import { schemaRequirement } from '../../json/schema-requirement.js';
import { kindOfValue, shownValue } from '../../json/value-words.js';
import { didYouMean } from '../../suggest.js';
import { validatedSchema } from './pipeline-schema.js';

/** One thing that is wrong with a pipeline file. */
export interface PipelineProblem {
  /** Where: names of fields and places in lists; empty: the file as a whole. */
  readonly path: readonly (string | number)[];
  readonly sentence: string;
}

/** Fields that are known of elsewhere, by their names, with what is to be done instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  cursor: 'a cursor is for a source with one table; a connector of several keeps its own in its state',
  where: 'rows are chosen by `query`, or by the parameters of the connector',
};

let validator: Promise<ValidateFunction> | undefined;

/**
 * Every problem of a pipeline file.
 *
 * @param fields as they stand in the file; a text with a reference to the environment counts as right
 */
export async function validatePipeline(fields: unknown): Promise<PipelineProblem[]> {
  validator ??= loadAjv().then((ajv) => ajv.compile(validatedSchema()));
  const validate = await validator;
  validate(fields);
  const errors = (validate.errors ?? []).filter(({ data }) => !hasReference(data));
  // A text that is none of several types breaks the rules of each of them.
  const seen = new Set<string>();
  return errors.map(problemOf).filter(({ path, sentence }) => {
    const place = JSON.stringify([path, sentence]);
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}

function hasReference(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${env:');
}

function problemOf(error: ErrorObject): PipelineProblem {
  const path = pathOf(error.instancePath);
  if (error.keyword === 'additionalProperties') {
    const { additionalProperty: name } = error.params as { additionalProperty: string };
    const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
    const elsewhere = path.length > 0 ? ELSEWHERE[name] : undefined;
    const hint = elsewhere === undefined ? didYouMean(name, known) : `: ${elsewhere}`;
    return { path: [...path, name], sentence: `unknown field ${named([...path, name])}${hint}` };
  }
  if (error.keyword === 'required') {
    const { missingProperty } = error.params as { missingProperty: string };
    return { path, sentence: `${named([...path, missingProperty])} is missing` };
  }
  const subject = path.length === 0 ? 'the file' : named(path);
  // A text may be a secret that was put into the wrong field; of a choice it is short and public.
  const got = error.keyword === 'enum' ? shownValue(error.data) : kindOrNumber(error.data);
  return { path, sentence: `${subject} ${schemaRequirement(error)} (got ${got})` };
}

function kindOrNumber(value: unknown): string {
  return typeof value === 'number' ? shownValue(value) : kindOfValue(value);
}

function pathOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** `"tables.users.mode"`, `"columns[2]"` */
function named(path: readonly (string | number)[]): string {
  const text = path.reduce<string>(
    (all, part) => (typeof part === 'number' ? `${all}[${part}]` : all === '' ? part : `${all}.${part}`),
    '',
  );
  return JSON.stringify(text);
}
