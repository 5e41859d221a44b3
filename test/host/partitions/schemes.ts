import type { Partitioning, PartitionPeriod } from '../../../src/sdk/partitioning.js';

function time(name: string, period: PartitionPeriod, timeZone?: string): Partitioning['dimensions'][number] {
  return { name, type: 'time', params: { period, ...(timeZone === undefined ? {} : { timeZone }) } };
}

export const COUNTRY: Partitioning = { dimensions: [{ name: 'country', type: 'value' }] };
export const DAY: Partitioning = { dimensions: [time('day', 'DAY')] };
export const HOUR: Partitioning = { dimensions: [time('hour', 'HOUR')] };
export const MONTH: Partitioning = { dimensions: [time('month', 'MONTH')] };
export const BERLIN_HOUR: Partitioning = { dimensions: [time('hour', 'HOUR', 'Europe/Berlin')] };
export const BERLIN_DAY: Partitioning = { dimensions: [time('day', 'DAY', 'Europe/Berlin')] };
export const DAY_COUNTRY: Partitioning = { dimensions: [...DAY.dimensions, ...COUNTRY.dimensions] };
