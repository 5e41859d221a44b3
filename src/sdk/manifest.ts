/** A type of parameter. Types that are not listed are passed through as they are given. */
export type ParamType =
  | 'STRING'
  | 'STRINGS'
  | 'INT'
  | 'INTS'
  | 'DOUBLE'
  | 'DOUBLES'
  | 'BOOLEAN'
  | 'PASSWORD'
  | 'TEXTAREA'
  | 'SELECT'
  | 'MULTISELECT'
  | 'MAP'
  | 'KEY_VALUE_LIST'
  | 'DATE'
  | 'OBJECT_LIST'
  | 'ARRAY'
  | 'PRESET'
  | 'SEPARATOR';

/** One choice of a SELECT or MULTISELECT parameter. */
export interface SelectChoice {
  readonly value: string | number | boolean | null;
  readonly label?: string;
}

/** One parameter of a connector or a plugin, as its manifest declares it. */
export interface ParamDefinition {
  /** Name in the config; only SEPARATOR may lack one. */
  readonly name?: string;
  /** One of {@link ParamType}; any other text is passed through. */
  readonly type: string;
  readonly label?: string;
  readonly description?: string;
  /** True (or the text "true"): the config must have a value that is not empty, unless the parameter is hidden. */
  readonly mandatory?: boolean | string;
  readonly defaultValue?: unknown;
  readonly selectChoices?: readonly SelectChoice[];
  /** Bounds of INT and INTS. */
  readonly minI?: number;
  readonly maxI?: number;
  /** Bounds of DOUBLE and DOUBLES. */
  readonly minD?: number;
  readonly maxD?: number;
  /** An expression over `model` (the config); false hides the parameter: it keeps its value and is not mandatory. */
  readonly visibilityCondition?: string | boolean;
  /** False: changing the parameter does not change the rows, as for a page size. Default true. */
  readonly affectsData?: boolean;
}

/** Name and looks of a connector or plugin. */
export interface ManifestMeta {
  readonly label?: string;
  readonly description?: string;
  readonly icon?: string;
  readonly author?: string;
  readonly tags?: readonly string[];
  readonly url?: string;
  readonly licenseInfo?: string;
}

/** Who defines the partitions of a dataset, and whether they can be listed. */
export type PartitioningMode =
  | 'NOT_PARTITIONABLE'
  | 'CODE_DEFINED_LISTABLE'
  | 'CODE_DEFINED_UNLISTABLE'
  | 'USER_DEFINED_LISTABLE'
  | 'USER_DEFINED_UNLISTABLE';

/** `connector.json`. Keys that are not listed are ignored. */
export interface ConnectorManifest {
  readonly meta?: ManifestMeta;
  /** generateRows may be called. Default true. */
  readonly readable?: boolean;
  /** getWriter may be called. Default false. */
  readonly writable?: boolean;
  /** getRecordsCount may be called. Default false. */
  readonly canCountRecords?: boolean;
  /** Writers take rows that are added to what is there. Default false. */
  readonly supportAppend?: boolean;
  /** Default NOT_PARTITIONABLE. */
  readonly partitioningMode?: PartitioningMode;
  /**
   * Version of the state that the connector saves, raised when its shape changes: `migrateState` is called with a state
   * of an earlier version. Default 1.
   */
  readonly stateVersion?: number;
  readonly params?: readonly ParamDefinition[];
}

/** `plugin.json`. Keys that are not listed are ignored. */
export interface PluginManifest {
  /** Every connector's folder begins with it, followed by `-` or `_`. */
  readonly id: string;
  readonly version?: string;
  readonly meta?: ManifestMeta;
  /** Parameters shared by all connectors of the plugin; connectors find them in `context.pluginConfig`. */
  readonly params?: readonly ParamDefinition[];
}

/** The value of a MAP or KEY_VALUE_LIST parameter, as connectors receive it, in the order given. */
export type KeyValueList = readonly { readonly key: string; readonly value: unknown }[];
