// Writes docs/pipeline.schema.json from the declaration of the fields. Run after `npm run build`.
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { pipelineSchema } from '../dist/host/pipelines/files/pipeline-schema.js';

const file = new URL('../docs/pipeline.schema.json', import.meta.url).pathname;
const options = { ...(await resolveConfig(file)), filepath: file };
writeFileSync(file, await format(JSON.stringify(pipelineSchema()), options));
