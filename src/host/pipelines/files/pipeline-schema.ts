import { PIPELINE_FIELDS, type FieldSchema, type PipelineField } from './pipeline-fields.js';

/** JSON Schema of a pipeline file, as editors use it: docs/pipeline.schema.json. */
export function pipelineSchema(): FieldSchema {
  const fields = Object.entries<PipelineField>(PIPELINE_FIELDS).map(([name, { schema, description }]) => [
    name,
    { description, ...schema },
  ]);
  return forEditors({
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A pipeline of connector-host',
    type: 'object',
    required: ['source'],
    additionalProperties: false,
    properties: {
      $schema: { type: 'string', description: 'Where an editor finds this schema.' },
      ...(Object.fromEntries(fields) as Record<string, FieldSchema>),
    },
  }) as FieldSchema;
}

/** The same for the validator, which says what a schema asks for in the words of its `description`. */
export function validatedSchema(): FieldSchema {
  return forValidator(pipelineSource()) as FieldSchema;
}

function pipelineSource(): FieldSchema {
  const fields = Object.entries<PipelineField>(PIPELINE_FIELDS).map(([name, { schema }]) => [name, schema]);
  return {
    type: 'object',
    required: ['source'],
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      ...(Object.fromEntries(fields) as Record<string, FieldSchema>),
    },
  };
}

/** Without `errorText`, the host's own word. */
function forEditors(schema: unknown): unknown {
  return mapped(schema, (each) => without(each, 'errorText'));
}

function forValidator(schema: unknown): unknown {
  return mapped(schema, (each) => {
    const { errorText } = each;
    const plain = without(without(each, 'errorText'), 'description');
    return errorText === undefined ? plain : { ...plain, description: errorText };
  });
}

function without(schema: Record<string, unknown>, keyword: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== keyword));
}

/** Changes every schema in a schema; the objects that hold schemas by name stay as they are. */
function mapped(
  value: unknown,
  change: (schema: Record<string, unknown>) => Record<string, unknown>,
  isSchema = true,
): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => [
    key,
    mapped(item, change, !isSchema || key !== 'properties'),
  ]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  return isSchema ? change(copy) : copy;
}
