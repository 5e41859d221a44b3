import type { Logger } from 'connector-host';

/** One order, as it lies in its user. */
export interface Order {
  /** `ORD-1`, `ORD-2` and so on: unique within its user only. */
  readonly order_id: string;
  readonly amount: number;
}

/** One user as the API answers. */
export interface User {
  readonly user_id: string;
  readonly name: string;
  readonly orders: readonly Order[];
}

/** What the API is asked for. */
export interface UsersRequest {
  /** Users that there are. */
  readonly count: number;
  /** An integer from 0 to 2^32 - 1. The users of a smaller count are the first ones of a larger. */
  readonly seed: number;
}

const MOST_ORDERS = 5;

/**
 * Stands for the one request of an API that answers with all users, their orders within. The same request gives the
 * same users. Put a request of `context.http` here to read an API of your own.
 */
export async function getUsers({ count, seed }: UsersRequest, logger: Logger): Promise<User[]> {
  logger.info(`mock GET https://api.example.com/users ${JSON.stringify({ count, seed })}`);
  // Faker takes 100 ms to load, so it is loaded when it is needed.
  const { Faker, base, en } = await import('@faker-js/faker');
  // One of its own: the shared one may be seeded by others.
  const faker = new Faker({ locale: [en, base], seed });
  return Array.from({ length: count }, () => ({
    user_id: faker.string.uuid(),
    name: faker.person.fullName(),
    orders: Array.from({ length: faker.number.int({ min: 1, max: MOST_ORDERS }) }, (_, index) => ({
      order_id: `ORD-${index + 1}`,
      amount: faker.number.float({ min: 5, max: 500, fractionDigits: 2 }),
    })),
  }));
}
