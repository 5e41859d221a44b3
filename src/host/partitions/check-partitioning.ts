import { PERIODS } from '../../sdk/partitioning/calendar.js';
import { isTimeZone } from '../../sdk/partitioning/time-zone.js';
import type { Partitioning, PartitionPeriod, TimeDimension, ValueDimension } from '../../sdk/partitioning.js';
import { didYouMean } from '../suggest.js';

/** They name folders (`day=2026-11-21`) and columns, with every target. */
const NAME = /^[\p{L}_][\p{L}\p{N}_-]*$/u;
/** PostgreSQL takes no longer names. */
const MAX_NAME_BYTES = 63;
/** Column of a target that has the whole id. */
const ID_COLUMN = '_partition';

/** A partitioning with what is known of it and nothing else, or what is wrong with it, a sentence each. */
export type CheckedPartitioning =
  | { readonly partitioning: Partitioning; readonly problems?: undefined }
  | { readonly partitioning?: undefined; readonly problems: readonly string[] };

/** Looks at dimensions that come from a connector or a user. */
export function checkPartitioning(value: unknown): CheckedPartitioning {
  const dimensions = isObject(value) ? value.dimensions : undefined;
  if (!Array.isArray(dimensions)) return { problems: ['it has no list "dimensions"'] };
  if (dimensions.length === 0) return { problems: ['it has no dimension'] };
  const problems: string[] = [];
  const names = new Set<string>();
  const checked = dimensions.map((dimension: unknown, index) => {
    const { found, problem } = checkDimension(dimension);
    if (problem !== undefined) problems.push(`dimension ${index + 1} ${problem}`);
    // Databases and file systems may not tell names apart that differ in case only.
    const name = found?.name.toLowerCase();
    if (name !== undefined && names.has(name))
      problems.push(`two dimensions are named "${found?.name ?? ''}"`);
    if (name !== undefined) names.add(name);
    return found;
  });
  const found = checked.filter((dimension) => dimension !== undefined);
  return problems.length > 0 ? { problems } : { partitioning: { dimensions: found } };
}

interface CheckedDimension {
  readonly found?: TimeDimension | ValueDimension;
  readonly problem?: string;
}

function checkDimension(value: unknown): CheckedDimension {
  if (!isObject(value)) return { problem: 'is no object' };
  const { name, type } = value;
  if (typeof name !== 'string' || name === '') return { problem: 'has no name' };
  if (!NAME.test(name)) {
    return {
      problem: `is named ${JSON.stringify(name)}: a name has letters, digits, "_" and "-", and begins with a letter or "_"`,
    };
  }
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    return { problem: `has a name of ${Buffer.byteLength(name)} bytes, and ${MAX_NAME_BYTES} are allowed` };
  }
  if (name.toLowerCase() === ID_COLUMN)
    return { problem: `is named "${name}", as the column of whole ids is` };
  if (type === 'value') return { found: { name, type } };
  if (type === 'time') return checkTimeDimension(name, value.params);
  return {
    problem: `("${name}") is of the type ${shown(type)}, and there are "time" and "value"${hint(type, ['time', 'value'])}`,
  };
}

function checkTimeDimension(name: string, params: unknown): CheckedDimension {
  const { period, timeZone } = isObject(params) ? params : {};
  if (!isPeriod(period)) {
    return {
      problem: `("${name}") has the period ${shown(period)}, and there are ${PERIODS.join(', ')}${hint(period, PERIODS)}`,
    };
  }
  if (timeZone === undefined || timeZone === null)
    return { found: { name, type: 'time', params: { period } } };
  if (typeof timeZone !== 'string' || !isTimeZone(timeZone)) {
    return {
      problem: `("${name}") has the time zone ${shown(timeZone)}, which is no name such as Europe/Berlin`,
    };
  }
  return { found: { name, type: 'time', params: { period, timeZone } } };
}

function hint(value: unknown, candidates: Iterable<string>): string {
  return typeof value === 'string' ? didYouMean(value, candidates) : '';
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return value === null ? 'null' : typeof value;
}

function isPeriod(value: unknown): value is PartitionPeriod {
  return (PERIODS as readonly unknown[]).includes(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
