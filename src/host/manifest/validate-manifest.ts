import type { ErrorObject, ValidateFunction } from 'ajv';
import type { ParamDefinition } from '../../sdk/manifest.js';
import { loadAjv } from '../json/load-ajv.js';
import { schemaRequirement } from '../json/schema-requirement.js';
import { kindOfValue, shownValue } from '../json/value-words.js';
import { checkParams } from './check-params.js';
import { CONNECTOR_SCHEMA, PLUGIN_SCHEMA } from './manifest-schemas.js';

/** Which of the two manifests a file is. */
export type ManifestKind = 'connector' | 'plugin';

const SCHEMAS = { connector: CONNECTOR_SCHEMA, plugin: PLUGIN_SCHEMA };
const validators = new Map<ManifestKind, ValidateFunction>();

/**
 * Every problem of a manifest, one sentence each with the path of the place: `params[2].selectChoices must be a list
 * (got text)`. Lenient: unknown keys and unknown types of params are no problem, null counts as absent.
 *
 * @param value the parsed JSON
 * @returns an empty list for a good manifest
 */
export async function validateManifest(kind: ManifestKind, value: unknown): Promise<string[]> {
  let validate = validators.get(kind);
  if (!validate) {
    validate = (await loadAjv()).compile(SCHEMAS[kind]);
    validators.set(kind, validate);
  }
  validate(value);
  const problems = new Set<string>();
  for (const error of validate.errors ?? []) {
    // "if" only repeats that the schema of its "else" failed.
    if (error.keyword !== 'if') problems.add(problemSentence(error));
  }
  const params = (value as { readonly params?: unknown } | null)?.params;
  if (problems.size === 0 && Array.isArray(params)) return checkParams(params as ParamDefinition[]);
  return [...problems];
}

function problemSentence(error: ErrorObject): string {
  const path = readablePath(error.instancePath);
  if (error.keyword === 'required') {
    const { missingProperty } = error.params as { missingProperty: string };
    return `${path === '' ? missingProperty : `${path}.${missingProperty}`} is missing`;
  }
  const got = error.keyword === 'type' ? kindOfValue(error.data) : shownValue(error.data);
  return `${path === '' ? 'the manifest' : path} ${schemaRequirement(error)} (got ${got})`;
}

/** `/params/2/selectChoices` as `params[2].selectChoices`. */
function readablePath(pointer: string): string {
  let path = '';
  for (const part of pointer.split('/').slice(1)) {
    if (/^\d+$/.test(part)) path += `[${part}]`;
    else path += path === '' ? part : `.${part}`;
  }
  return path;
}
