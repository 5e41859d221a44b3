import { ConfigError } from '../../../sdk/errors.js';
import { problemText } from '../../../sdk/problem-text.js';
import type { Environment } from '../../config/environment.js';
import type { SecretSink } from '../../config/register-secrets.js';
import { isReference, substitute } from '../../config/substitute.js';
import { PIPELINE_FIELDS, type PipelineField, type PipelineFieldName } from './pipeline-fields.js';
import type { PipelineFields, PipelineFile } from './pipeline-file.js';
import { validatePipeline } from './validate-pipeline.js';

/**
 * Fills in the references to the environment. Parameters of connectors keep theirs: they are filled in where each is read
 * by its type, and its secrets are known.
 *
 * @param sink gets the credentials of every URL
 * @throws ConfigError ENV_MISSING with the file and the variables, PIPELINE_INVALID where a value does not fit its field
 */
export async function fillFields(
  { fields, label, path }: PipelineFile,
  environment: Environment,
  sink: SecretSink,
): Promise<PipelineFields> {
  const missing: string[] = [];
  const filled: Partial<Record<PipelineFieldName, unknown>> = {};
  for (const [name, value] of Object.entries(fields) as [PipelineFieldName, unknown][]) {
    const isLater = (name === 'config' || name === 'to_config') && typeof value !== 'string';
    const result = isLater ? { value, missing: [] } : substitute(value, environment);
    missing.push(
      ...result.missing.map((variable) => `"${name}" needs the variable ${variable}, which is not set`),
    );
    filled[name] = typeof value === 'string' && isReference(value) ? read(name, result.value) : result.value;
  }
  for (const text of textsOf(filled)) sink.addUrl(text);
  const details = { file: path };
  if (missing.length > 0) {
    throw new ConfigError(`pipeline file ${label}: ${problemText(missing)}`, {
      code: 'ENV_MISSING',
      details,
    });
  }
  const problems = await validatePipeline(filled);
  if (problems.length === 0) return filled;
  const sentences = problems.map(({ sentence }) => sentence);
  throw new ConfigError(`pipeline file ${label}: ${problemText(sentences)}`, {
    code: 'PIPELINE_INVALID',
    details: { ...details, problems: sentences },
  });
}

/** A variable is text; where the field takes none, it is what the text says. */
function read(name: PipelineFieldName, value: unknown): unknown {
  const { type } = (PIPELINE_FIELDS[name] as PipelineField).schema;
  const isText = type === undefined || [type].flat().includes('string');
  if (isText || typeof value !== 'string') return value;
  const text = value.trim();
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : value;
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) yield* textsOf(item);
}
