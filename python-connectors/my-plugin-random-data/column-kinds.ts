import type { Faker } from '@faker-js/faker';
import type { ColumnType } from 'connector-host';
import type { Random } from './random.js';

/** Makes the next value of one column. */
export type ValueGenerator = () => unknown;

/** What generators draw from. */
export interface ValueSource {
  readonly random: Random;
  /** The last day of a date, as midnight UTC in milliseconds since 1970. */
  readonly today: number;
  /** The last moment of a timestamp, in milliseconds since 1970. */
  readonly now: number;
}

/** One word of `column_types`: what its column is declared as, and where its values come from. */
export type ColumnKind =
  | { readonly type: ColumnType; readonly plain: (source: ValueSource) => ValueGenerator }
  | { readonly type: ColumnType; readonly faked: (faker: Faker) => ValueGenerator };

const DAY_MS = 86_400_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Every kind of column. The README and the messages of errors list the same words. */
export const COLUMN_KINDS: ReadonlyMap<string, ColumnKind> = new Map<string, ColumnKind>([
  ['string', { type: 'string', plain: letters }],
  ['int', { type: 'bigint', plain: integers }],
  ['float', { type: 'double', plain: fractions }],
  ['date', { type: 'date', plain: dates }],
  ['boolean', { type: 'boolean', plain: booleans }],
  ['timestamp', { type: 'timestamp', plain: timestamps }],
  ['name', { type: 'string', faked: (faker) => () => faker.person.fullName() }],
  ['first_name', { type: 'string', faked: (faker) => () => faker.person.firstName() }],
  ['last_name', { type: 'string', faked: (faker) => () => faker.person.lastName() }],
  ['email', { type: 'string', faked: (faker) => () => faker.internet.email() }],
  ['username', { type: 'string', faked: (faker) => () => faker.internet.username() }],
  ['uuid', { type: 'string', faked: (faker) => () => faker.string.uuid() }],
  ['city', { type: 'string', faked: (faker) => () => faker.location.city() }],
  ['country', { type: 'string', faked: (faker) => () => faker.location.country() }],
  ['street', { type: 'string', faked: (faker) => () => faker.location.streetAddress() }],
  ['zip_code', { type: 'string', faked: (faker) => () => faker.location.zipCode() }],
  ['company', { type: 'string', faked: (faker) => () => faker.company.name() }],
  ['job_title', { type: 'string', faked: (faker) => () => faker.person.jobTitle() }],
  ['phone', { type: 'string', faked: (faker) => () => faker.phone.number() }],
  ['url', { type: 'string', faked: (faker) => () => faker.internet.url() }],
  ['sentence', { type: 'string', faked: (faker) => () => faker.lorem.sentence() }],
]);

/** 5 to 15 ASCII letters. */
function letters({ random }: ValueSource): ValueGenerator {
  return () => {
    let text = '';
    for (let left = random.integer(5, 15); left > 0; left -= 1) {
      text += LETTERS.charAt(random.integer(0, LETTERS.length - 1));
    }
    return text;
  };
}

/** 0 to 1000, both included. */
function integers({ random }: ValueSource): ValueGenerator {
  return () => random.integer(0, 1000);
}

/** 0 to 1000 with two digits after the point. */
function fractions({ random }: ValueSource): ValueGenerator {
  return () => Math.round(random.next() * 100_000) / 100;
}

/** 0 to 365 days before today. */
function dates({ random, today }: ValueSource): ValueGenerator {
  const days = Array.from({ length: 366 }, (_, ago) =>
    new Date(today - ago * DAY_MS).toISOString().slice(0, 10),
  );
  return () => days[random.integer(0, 365)];
}

function booleans({ random }: ValueSource): ValueGenerator {
  return () => random.next() < 0.5;
}

/** A millisecond of the 365 days before now, in UTC. */
function timestamps({ random, now }: ValueSource): ValueGenerator {
  return () => new Date(now - random.integer(0, 365 * DAY_MS)).toISOString().slice(0, -1);
}
