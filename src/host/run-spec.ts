import type { OutputFormat } from '../targets/open-target.js';
import type { WriteMode } from '../targets/target.js';

/** Where the values of a connector's parameters come from; later ones win. */
export interface ConfigSpec {
  /** A JSON or YAML file, relative to the working directory. */
  readonly configFile?: string | undefined;
  /** `name=value` texts, read by each parameter's type. */
  readonly sets?: readonly string[] | undefined;
}

/** Everything that defines one run. The command line fills it; pipeline files and HTTP will. */
export interface RunSpec extends ConfigSpec {
  /** Id of the connector to read. */
  readonly connector: string;
  /** The target's text: `-`, a file, or the id of a writable connector. Default: warehouse.duckdb. */
  readonly to?: string | undefined;
  /** Config of the target, where it is a connector. */
  readonly toConfig?: ConfigSpec | undefined;
  /** The target's table. Default: the connector's id without its plugin's prefix. */
  readonly table?: string | undefined;
  /** Rows to read at most, at least 1. Default: all. */
  readonly limit?: number | undefined;
  /** Default: overwrite. */
  readonly mode?: WriteMode | undefined;
  /** How rows look on stdout and in the files of a folder. */
  readonly format?: OutputFormat | undefined;
}
