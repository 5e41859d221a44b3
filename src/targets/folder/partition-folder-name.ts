import { join } from 'node:path';
import { ConnectorError } from '../../sdk/errors.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import { encodeName, percentCode } from './table-file-name.js';

/** What ends a name of a dimension, or stands for something in the patterns by which people read folders. */
const RESERVED = /[=[\]]/g;
/** What readers of Hive folders take for no value. */
const NO_VALUE = /^(?:null|__HIVE_DEFAULT_PARTITION__)$/i;

/**
 * The folder of a partition below that of its table, with the value of each dimension: `day=2026-11-21/country=FR`. What a
 * folder's name cannot hold, and what readers would take for something else, is percent-encoded.
 *
 * @throws ConnectorError PARTITIONING_INVALID where the id does not have a value for each dimension
 */
export function partitionFolderName({ dimensions }: Partitioning, id: string): string {
  const values = id.split('|');
  if (values.length !== dimensions.length || values.includes('')) {
    throw new ConnectorError(
      `partition "${id}" does not have one value for each of its ${dimensions.length} dimensions`,
      { code: 'PARTITIONING_INVALID' },
    );
  }
  return join(...dimensions.map(({ name }, i) => `${encoded(name)}=${encodedValue(values[i] ?? '')}`));
}

function encodedValue(value: string): string {
  if (!NO_VALUE.test(value)) return encoded(value);
  return `${percentCode(value.slice(0, 1))}${value.slice(1)}`;
}

function encoded(text: string): string {
  return encodeName(text).replace(RESERVED, percentCode);
}
