import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inject, injectable } from 'inversify';
import { ConfigError } from '../../../sdk/errors.js';
import { ConnectorRegistry } from '../../connectors/connector-registry.js';
import type { Plugin } from '../../plugins/plugin.js';
import type { PipelineFile } from './pipeline-file.js';
import { readPipelineFile } from './read-pipeline-file.js';

/** Folder beside plugin.json that has the pipelines of a plugin. */
export const PIPELINES_FOLDER = 'pipelines';

const FILE = /\.(?:ya?ml|json)$/i;

/** Knows the pipeline files of the plugins at hand. They are read once, when first asked. */
@injectable()
export class PipelineRegistry {
  #files: Promise<readonly PipelineFile[]> | undefined;

  constructor(@inject(ConnectorRegistry) private readonly connectors: ConnectorRegistry) {}

  /**
   * All pipelines, good and broken, in the order of their names. Those that share one are broken.
   * @throws ConfigError PLUGIN_NOT_FOUND
   */
  all(): Promise<readonly PipelineFile[]> {
    this.#files ??= this.#read();
    return this.#files;
  }

  /**
   * The pipeline of a name; undefined: there is none.
   * @throws ConfigError for a file that is broken, and for two of one name
   */
  async find(name: string): Promise<PipelineFile | undefined> {
    const found = (await this.all()).find((file) => file.name === name);
    if (found?.error) throw found.error;
    return found;
  }

  async #read(): Promise<readonly PipelineFile[]> {
    const { plugins } = await this.connectors.scan();
    const files: PipelineFile[] = [];
    for (const plugin of plugins) {
      for (const path of await filesOf(plugin)) files.push(await readPipelineFile(path, plugin));
    }
    files.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    return files.map((file) => {
      const twin = files.find((other) => other !== file && other.name === file.name);
      return twin ? { ...file, error: twinError(file, twin) } : file;
    });
  }
}

async function filesOf({ root }: Plugin): Promise<string[]> {
  const folder = join(root, PIPELINES_FOLDER);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What is no folder, or may not be read, holds no pipelines of this user's.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EPERM') return [];
    throw error;
  }
  return names
    .filter((name) => FILE.test(name) && !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name));
}

function twinError(file: PipelineFile, twin: PipelineFile): ConfigError {
  const [first, second] = file.path < twin.path ? [file, twin] : [twin, file];
  const isOneLabel = first.label === second.label;
  const labels = [first, second].map(({ label, path }) => (isOneLabel ? path : label));
  return new ConfigError(`two pipelines are named "${file.name}": ${labels.join(' and ')}`, {
    code: 'PIPELINE_INVALID',
    action: 'Rename one of the files, or give one of them another `name`.',
    details: { file: file.path },
  });
}
