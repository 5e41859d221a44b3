import type { PartitioningMode } from '../../sdk/manifest.js';

/** Null counts as absent everywhere in a manifest, so every optional key may be null. */
const TEXT = { type: ['string', 'null'] };
const FLAG = { type: ['boolean', 'null'] };
const NUMBER = { type: ['number', 'null'] };

const META = {
  type: ['object', 'null'],
  properties: {
    label: TEXT,
    description: TEXT,
    icon: TEXT,
    author: TEXT,
    url: TEXT,
    licenseInfo: TEXT,
    tags: { type: ['array', 'null'], items: { type: 'string' } },
  },
};

const PARAM = {
  type: 'object',
  required: ['type'],
  properties: {
    name: TEXT,
    type: { type: 'string', minLength: 1 },
    label: TEXT,
    description: TEXT,
    mandatory: { type: ['boolean', 'string', 'null'] },
    selectChoices: {
      type: ['array', 'null'],
      items: {
        type: 'object',
        required: ['value'],
        properties: { value: { type: ['string', 'number', 'boolean', 'null'] }, label: TEXT },
      },
    },
    minI: NUMBER,
    maxI: NUMBER,
    minD: NUMBER,
    maxD: NUMBER,
    visibilityCondition: { type: ['string', 'boolean', 'null'] },
    affectsData: FLAG,
  },
  // A separator is only drawn; everything else is given by its name.
  if: { properties: { type: { const: 'SEPARATOR' } } },
  else: { required: ['name'], properties: { name: { type: 'string', minLength: 1 } } },
};

const PARAMS = { type: ['array', 'null'], items: PARAM };

const PARTITIONING_MODES = [
  'NOT_PARTITIONABLE',
  'CODE_DEFINED_LISTABLE',
  'CODE_DEFINED_UNLISTABLE',
  'USER_DEFINED_LISTABLE',
  'USER_DEFINED_UNLISTABLE',
] satisfies PartitioningMode[];

/** JSON Schema of connector.json. Keys that are not listed are allowed. */
export const CONNECTOR_SCHEMA = {
  type: 'object',
  properties: {
    meta: META,
    readable: FLAG,
    writable: FLAG,
    canCountRecords: FLAG,
    supportAppend: FLAG,
    partitioningMode: {
      enum: [...PARTITIONING_MODES, null],
      description: `must be one of ${PARTITIONING_MODES.join(', ')}`,
    },
    stateVersion: { type: ['integer', 'null'], minimum: 1 },
    params: PARAMS,
  },
};

/** JSON Schema of plugin.json. Keys that are not listed are allowed. */
export const PLUGIN_SCHEMA = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', minLength: 1 }, version: TEXT, meta: META, params: PARAMS },
};
