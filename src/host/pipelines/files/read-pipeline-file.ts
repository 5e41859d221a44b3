import { readFile, stat } from 'node:fs/promises';
import { basename, extname, relative, sep } from 'node:path';
import { ConfigError, isHostError } from '../../../sdk/errors.js';
import { maskCredentials } from '../../../sdk/mask-credentials.js';
import { problemText } from '../../../sdk/problem-text.js';
import { parseDataText, type DataText } from '../../config/parse-data-text.js';
import { unreadableReason } from '../../config/read-config-file.js';
import type { Plugin } from '../../plugins/plugin.js';
import type { PipelineFields, PipelineFile } from './pipeline-file.js';
import { isPathOrUrl } from './is-path-or-url.js';
import { validatePipeline, type PipelineProblem } from './validate-pipeline.js';

/** Reads one pipeline file. A bad one is a result with its error, so that it cannot hide good ones. */
export async function readPipelineFile(path: string, plugin: Plugin): Promise<PipelineFile> {
  const label = relative(plugin.root, path).split(sep).join('/');
  const file = { name: basename(path, extname(path)), path, label, plugin };
  let data: DataText;
  try {
    data = await parseDataText({ label: `pipeline file ${label}`, file: path }, await readText(path, label));
  } catch (error) {
    if (!isHostError(error)) throw error;
    return { ...file, fields: {}, error };
  }
  const { value } = data;
  const name = nameIn(value) ?? file.name;
  const problems = [...(await validatePipeline(value)), ...nameProblems(name)];
  if (problems.length === 0) return { ...file, name, fields: value as PipelineFields };
  const found = problems
    .map(({ path: where, sentence }) => ({ sentence, place: data.placeOf(where) }))
    .sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  const sentences = found.map(({ sentence, place }) =>
    maskCredentials(place ? `line ${place.line}: ${sentence}` : sentence),
  );
  const first = found[0]?.place;
  const error = new ConfigError(`pipeline file ${label}: ${problemText(sentences)}`, {
    code: 'PIPELINE_INVALID',
    details: {
      file: path,
      problems: sentences,
      ...(first ? { line: first.line, columnNumber: first.column } : {}),
    },
  });
  return { ...file, name, fields: {}, error };
}

async function readText(path: string, label: string): Promise<string> {
  try {
    // A named pipe would be waited for without end.
    if ((await stat(path)).isFile()) return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, `pipeline file ${label} ${unreadableReason(error)}`, error);
  }
  throw unreadable(path, `pipeline file ${label} is not a file`);
}

function unreadable(file: string, message: string, cause?: unknown): ConfigError {
  return new ConfigError(message, { code: 'CONFIG_FILE_UNREADABLE', details: { file }, cause });
}

/** What `host run` takes for a path it never finds by its name. */
function nameProblems(name: string): PipelineProblem[] {
  if (!isPathOrUrl(name)) return [];
  return [{ path: ['name'], sentence: `name ${JSON.stringify(name)} reads like a path or URL` }];
}

/** Also of a file that is wrong elsewhere. */
function nameIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('name' in value)) return undefined;
  return typeof value.name === 'string' && value.name !== '' ? value.name : undefined;
}
