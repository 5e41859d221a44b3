import type { HostError } from '../../../sdk/errors.js';
import type { Plugin } from '../../plugins/plugin.js';
import type { PipelineFieldName } from './pipeline-fields.js';

/** The fields of a pipeline file, with references to the environment as they were written. */
export type PipelineFields = Readonly<Partial<Record<PipelineFieldName, unknown>>>;

/** A file in the folder `pipelines` of a plugin. */
export interface PipelineFile {
  /** Of the pipeline: what `name` says, else the name of the file without its ending. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  /** Path as messages name it: `pipelines/orders.yaml`. */
  readonly label: string;
  readonly plugin: Plugin;
  /** Empty where the file cannot be used. */
  readonly fields: PipelineFields;
  /** Why it cannot be used. */
  readonly error?: HostError;
}
