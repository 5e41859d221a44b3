import { randomInt } from 'node:crypto';
import { ConfigError, Connector, problemText } from 'connector-host';
import type { ConnectorContext, ReadRequest, ReadSchema, Row } from 'connector-host';
import type { Faker } from '@faker-js/faker';
import { COLUMN_KINDS, type ColumnKind, type ValueGenerator, type ValueSource } from './column-kinds.js';
import { configProblems, DEFAULT_KIND, type RandomDataConfig } from './config-problems.js';
import { Random } from './random.js';

const PAGE_ROWS = 1000;
const DEFAULT_ROWS = 100;
/** A seed stands for the same rows on every day and in every time zone, so its days count from a fixed one. */
const SEEDED_DAY = Date.UTC(2026, 0, 1);

interface GeneratedColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** Generates random rows for tests and demonstrations. */
export default class RandomDataConnector extends Connector<RandomDataConfig> {
  readonly #rows: number;
  readonly #columns: readonly GeneratedColumn[];

  /** @throws ConfigError that lists everything that is wrong with the config */
  constructor(config: RandomDataConfig, context: ConnectorContext) {
    super(config, context);
    const problems = configProblems(config);
    if (problems.length > 0) {
      throw new ConfigError(problemText(problems), { details: { problems } });
    }
    const { num_rows: rows, columns = [], column_types: types } = config;
    this.#rows = rows ?? DEFAULT_ROWS;
    this.#columns = columns.map((name, index) => ({
      name,
      kind: COLUMN_KINDS.get(types?.[index] ?? DEFAULT_KIND) as ColumnKind,
    }));
  }

  override getReadSchema(): ReadSchema {
    return { columns: this.#columns.map(({ name, kind }) => ({ name, type: kind.type })) };
  }

  async *generateRows({ recordsLimit }: ReadRequest): AsyncGenerator<Row[]> {
    const generators = await this.#generators();
    const names = this.#columns.map(({ name }) => name);
    let left = recordsLimit > 0 ? Math.min(this.#rows, recordsLimit) : this.#rows;
    while (left > 0) {
      const page = makePage(Math.min(left, PAGE_ROWS), names, generators);
      left -= page.length;
      yield page;
    }
  }

  /** One function for each column, all drawing from one sequence of numbers. */
  async #generators(): Promise<ValueGenerator[]> {
    const { seed } = this.config;
    const isRepeatable = seed !== undefined && seed !== null;
    const random = new Random(isRepeatable ? seed : randomInt(2 ** 32));
    const source = { random, ...(isRepeatable ? { today: SEEDED_DAY, now: SEEDED_DAY } : currentTime()) };
    const faker = this.#columns.some(({ kind }) => 'faked' in kind) ? await loadFaker(random) : undefined;
    return this.#columns.map(({ kind }) =>
      'faked' in kind ? kind.faked(faker as Faker) : kind.plain(source),
    );
  }
}

/** Now, and the calendar date that the local clock shows. */
function currentTime(): Pick<ValueSource, 'today' | 'now'> {
  const now = new Date();
  return { now: now.getTime(), today: Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) };
}

/** Loaded only for the kinds that need it, and by its locale: the package's root loads all 70 of them, in 140 ms. */
async function loadFaker(random: Random): Promise<Faker> {
  const { faker } = await import('@faker-js/faker/locale/en');
  const FakerClass = faker.constructor as typeof Faker;
  const randomizer = { next: () => random.next(), seed: () => undefined };
  return new FakerClass({ locale: faker.rawDefinitions, randomizer });
}

function makePage(length: number, names: readonly string[], generators: readonly ValueGenerator[]): Row[] {
  const page = new Array<Row>(length);
  for (let i = 0; i < length; i += 1) {
    const row: Row = {};
    for (let c = 0; c < names.length; c += 1) row[names[c] as string] = (generators[c] as ValueGenerator)();
    page[i] = row;
  }
  return page;
}
