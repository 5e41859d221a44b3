import { isUrl } from './is-path-or-url.js';
import type { ConfigSpec, RunSpec } from '../../run-spec.js';

/**
 * The run of a pipeline file with what the command line says otherwise. An option that was not given is undefined, or a
 * list of nothing. Another target is one without the config and the format that the file has for its own.
 *
 * @param options what was given; its source is the name of the pipeline
 */
export function overrideRunSpec(file: RunSpec, options: RunSpec): RunSpec {
  const { shape = {}, toConfig = {}, configFile, sets, ...others } = options;
  const isOtherTarget = options.to !== undefined && options.to !== file.to;
  const spec: RunSpec = {
    ...file,
    ...(isOtherTarget
      ? { toConfig: {}, format: undefined, ...(isUrl(file.source) ? {} : { pgSchema: undefined }) }
      : {}),
    ...given(others),
    source: file.source,
    shape: { ...file.shape, ...given(shape) },
    // What the last run chose goes before what the file says.
    ...(options.resume && options.partition === undefined ? { partition: undefined } : {}),
  };
  const { maxDelete } = options;
  return {
    ...spec,
    ...configOf(file, { configFile, sets }),
    toConfig: configOf(spec.toConfig ?? {}, toConfig),
    ...(spec.deleteMissing && maxDelete !== undefined ? { deleteMissing: { maxShare: maxDelete } } : {}),
  };
}

/** A file of the command line stands in the place of what the pipeline has; single values are put over it. */
function configOf({ params, paramsFrom, configFile }: ConfigSpec, options: ConfigSpec): ConfigSpec {
  const { sets } = options;
  if (options.configFile !== undefined)
    return { params: undefined, paramsFrom: undefined, configFile: options.configFile, sets };
  return { params, paramsFrom, configFile, sets };
}

function given<T extends object>(values: T): Partial<T> {
  const entries = Object.entries(values).filter(
    ([, value]: [string, unknown]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(entries) as Partial<T>;
}
