import { inject, injectable } from 'inversify';
import { ConfigError } from '../../../sdk/errors.js';
import { loadEnvironment } from '../../config/environment.js';
import { isReference } from '../../config/substitute.js';
import { ConnectorRegistry } from '../../connectors/connector-registry.js';
import { Redactor } from '../../redactor.js';
import type { RunSpec } from '../../run-spec.js';
import type { Settings } from '../../settings.js';
import { didYouMean } from '../../suggest.js';
import { TOKENS } from '../../tokens.js';
import { fillFields } from './fill-fields.js';
import { isPathOrUrl } from './is-path-or-url.js';
import { overrideRunSpec } from './override-run-spec.js';
import type { PipelineFile } from './pipeline-file.js';
import { PipelineRegistry } from './pipeline-registry.js';
import { pipelineRunSpec } from './pipeline-run-spec.js';

/** Finds out what the name that a command was given means. */
@injectable()
export class RunResolver {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(ConnectorRegistry) private readonly connectors: ConnectorRegistry,
    @inject(PipelineRegistry) private readonly pipelines: PipelineRegistry,
    @inject(Redactor) private readonly redactor: Redactor,
  ) {}

  /**
   * The run that a name stands for: a path or URL, a connector and a pipeline are looked for in this order.
   *
   * @param spec what was asked for; its source is the name
   * @throws ConfigError CONNECTOR_NOT_FOUND, and for a pipeline whose file is broken or whose name is a connector's
   */
  async resolve(spec: RunSpec): Promise<RunSpec> {
    const { source: name } = spec;
    if (isPathOrUrl(name) || isReference(name)) return spec;
    const { connectors } = await this.connectors.scan();
    const files = await this.pipelines.all();
    const file = files.find((each) => each.name === name);
    if (connectors.some(({ id }) => id === name)) {
      if (file) throw ambiguous(file);
      return spec;
    }
    if (file) return overrideRunSpec(await this.read(file), spec);
    const what = files.length > 0 ? 'connector and no pipeline' : 'connector';
    const hint = didYouMean(name, [...connectors.map(({ id }) => id), ...files.map((each) => each.name)]);
    throw new ConfigError(`there is no ${what} "${name}"${hint}`, { code: 'CONNECTOR_NOT_FOUND' });
  }

  /**
   * The run of a pipeline, as its file has it.
   * @throws ConfigError for a file that is broken, or that needs a variable which is not set
   */
  async read(file: PipelineFile): Promise<RunSpec> {
    if (file.error) throw file.error;
    const { cwd, envFile } = this.settings;
    const environment = await loadEnvironment({ pluginDir: file.plugin.root, cwd, envFile });
    return pipelineRunSpec(file, await fillFields(file, environment, this.redactor), cwd);
  }
}

function ambiguous({ name, label, path }: PipelineFile): ConfigError {
  return new ConfigError(`"${name}" is the name of a connector and of the pipeline file ${label}`, {
    code: 'PIPELINE_INVALID',
    action: 'Give the pipeline another name.',
    details: { file: path },
  });
}
