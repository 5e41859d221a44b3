import { ConfigError, problemText } from 'connector-host';
import { isDay } from './days.js';

/** The config as connector.json declares it, defaults filled in. A param that was cleared is null. */
export interface DailyEventsConfig {
  readonly base_url?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly countries?: readonly string[] | null;
  readonly events_per_day?: number | null;
  readonly page_size?: number | null;
}

/** A config that has been checked. */
export interface DailyEventsSettings {
  readonly baseUrl: string;
  /** First day, as `2026-11-01`. */
  readonly from: string;
  /** Last day. */
  readonly to: string;
  readonly countries: readonly string[];
  readonly eventsPerDay: number;
  readonly pageSize: number;
}

const DEFAULT_EVENTS = 25;
const DEFAULT_PAGE_SIZE = 100;

/** @throws ConfigError that lists everything that is wrong */
export function readSettings(config: DailyEventsConfig): DailyEventsSettings {
  const baseUrl = (config.base_url ?? '').trim();
  const { from, to } = { from: config.from ?? '', to: config.to ?? '' };
  const countries = config.countries ?? [];
  const problems = [
    ...(isHttpUrl(baseUrl)
      ? []
      : ['param "base_url" must be a URL that begins with http:// or https://, without a query']),
    ...dayProblems(from, to),
    ...countryProblems(countries),
  ];
  if (problems.length > 0) throw new ConfigError(problemText(problems), { details: { problems } });
  const eventsPerDay = config.events_per_day ?? DEFAULT_EVENTS;
  return { baseUrl, from, to, countries, eventsPerDay, pageSize: config.page_size ?? DEFAULT_PAGE_SIZE };
}

/** The text itself is never shown: it may hold a password. */
function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return false;
  const { search, hash } = new URL(text);
  return search === '' && hash === '';
}

function dayProblems(from: string, to: string): string[] {
  const wrong = Object.entries({ from, to }).filter(([, day]) => !isDay(day));
  if (wrong.length > 0) {
    return wrong.map(([name, day]) => `param "${name}" must be a day, for example 2026-11-21 (got "${day}")`);
  }
  return from <= to ? [] : [`param "from" is ${from}, which is after param "to", ${to}`];
}

function countryProblems(countries: readonly string[]): string[] {
  if (countries.length === 0) return ['param "countries" must have at least one'];
  const wrong = countries.find((country) => !/^[A-Z]{2}$/.test(country));
  if (wrong !== undefined) {
    return [`param "countries" must hold codes of two capital letters, such as FR (got "${wrong}")`];
  }
  const twice = countries.find((country, index) => countries.indexOf(country) < index);
  return twice === undefined ? [] : [`param "countries" has ${twice} twice`];
}
