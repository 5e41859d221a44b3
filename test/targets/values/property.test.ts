import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'lossless-json';
import { jsonText, sortedJsonText } from '../../../src/targets/values/json-text.js';
import { valueReader } from '../../../src/targets/values/read-value.js';
import {
  dateText,
  readDate,
  readTime,
  readTimestamp,
  timestampText,
  timeText,
} from '../../../src/targets/values/temporal.js';
import { textOf } from '../../../src/targets/values/text-of.js';

const DAY_US = 86_400_000_000n;
/** From the year 1 to the year 9999. */
const days = fc.integer({ min: -719_162, max: 2_932_896 });
const micros = fc.oneof(
  fc.bigInt({ min: -719_162n * DAY_US, max: 2_932_897n * DAY_US - 1n }),
  fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }),
  // Beside a millisecond, where divisions round.
  fc
    .tuple(fc.bigInt({ min: -(2n ** 53n) / 1000n, max: 2n ** 53n / 1000n }), fc.constantFrom(-1n, 0n, 1n))
    .map(([ms, by]) => ms * 1000n + by),
);
const narrow = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

test('every date is read back from its text, and is the one that Date has', () => {
  fc.assert(
    fc.property(days, (day) => {
      const text = dateText(day);
      expect(readDate(text)).toBe(day);
      expect(readDate(new Date(`${text}T00:00:00.000Z`))).toBe(day);
      expect(readDate(`${text} 00:00:00+00`)).toBe(day);
      expect(readDate(`${text}T00:00:00.001Z`)).toBeUndefined();
    }),
  );
});

test('every microsecond is read back from its text, whatever the offset it is written with', () => {
  fc.assert(
    fc.property(micros, fc.integer({ min: -14 * 60, max: 14 * 60 }), (value, offset) => {
      const instant = narrow(value);
      expect(readTimestamp(timestampText(instant))).toBe(instant);
      expect(readTimestamp(`${timestampText(instant)}Z`)).toBe(instant);
      const sign = offset < 0 ? '-' : '+';
      const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
      const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
      const local = timestampText(narrow(value + BigInt(offset) * 60_000_000n));
      fc.pre(!local.startsWith('-'));
      expect(readTimestamp(local + zone)).toBe(instant);
    }),
  );
});

test('a Date is its milliseconds', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      expect(BigInt(readTimestamp(date) as number)).toBe(BigInt(date.getTime()) * 1000n);
      expect(readTimestamp(date.toISOString())).toBe(readTimestamp(date));
    }),
  );
});

test('every time of day is read back from its text', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Number(DAY_US) - 1 }), (value) => {
      expect(readTime(timeText(value))).toBe(value);
    }),
  );
});

test('every decimal is read back digit for digit', () => {
  const digits = fc.integer({ min: 1, max: 38 });
  fc.assert(
    fc.property(
      digits,
      fc.nat(38),
      fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }),
      (precision, s, number) => {
        const scale = Math.min(s, precision);
        const unscaled = number % 10n ** BigInt(precision);
        const read = valueReader(`decimal(${precision},${scale})`);
        const text = read(`${unscaled}e-${scale}`) as string;
        expect(BigInt(text.replace('.', ''))).toBe(unscaled);
        expect(text.length - text.indexOf('.') - 1).toBe(scale === 0 ? text.length : scale);
        expect(read(text)).toBe(text);
        expect(read(`${10n ** BigInt(precision)}e-${scale}`)).toBeUndefined();
      },
    ),
  );
});

test('every integer of 64 bits is read back from number, bigint and text', () => {
  const read = valueReader('bigint');
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(read(value)).toBe(narrow(value));
      expect(read(String(value))).toBe(narrow(value));
    }),
  );
});

const jsonLike = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.bigInt(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('value'), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
})).value;

/** Numbers and bigints of one value are one thing to JSON. */
const numberless = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, item: unknown) =>
      typeof item === 'bigint' || typeof item === 'number' ? `n${String(item)}` : item,
    ),
  );

test('JSON text says exactly the value, bigints included', () => {
  fc.assert(
    fc.property(jsonLike, (value) => {
      const read = parse(jsonText(value) as string, null, (text) =>
        /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text)) ? BigInt(text) : Number(text),
      );
      // A double such as 1e21 is written with an exponent, so only true bigints come back as such.
      expect(numberless(read)).toEqual(numberless(value));
    }),
  );
});

test('sorted JSON text and the text of an object do not depend on the order of keys', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, item]) => [key, reversed(item)]),
    );
  };
  fc.assert(
    fc.property(jsonLike, (value) => {
      expect(sortedJsonText(reversed(value))).toBe(sortedJsonText(value));
      expect(textOf(reversed(value))).toBe(textOf(value));
    }),
  );
});

test('bytes are read back from base64', () => {
  const read = valueReader('binary');
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(Buffer.from(read(textOf(bytes)) as Uint8Array)).toEqual(Buffer.from(bytes));
    }),
  );
});
