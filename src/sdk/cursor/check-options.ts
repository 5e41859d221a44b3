import { ConnectorError } from '../errors.js';
import type { CursorFormat, CursorOptions, CursorType } from './cursor-options.js';

const TYPES: Readonly<Record<CursorType, true>> = {
  auto: true,
  timestamp: true,
  epochSeconds: true,
  epochMilliseconds: true,
  number: true,
  text: true,
};
const FORMATS: Readonly<Record<CursorFormat, true>> = {
  asGiven: true,
  iso: true,
  date: true,
  epochSeconds: true,
  epochMilliseconds: true,
};

/**
 * Checks what a connector in plain JavaScript, or with a wrong type, may get wrong.
 * @throws ConnectorError that names the option
 */
export function checkOptions(options: CursorOptions): void {
  const {
    field,
    state,
    key = [],
    order = 'unknown',
    type = 'auto',
    format = 'asGiven',
    lookBackSeconds = 0,
    maxSeen = 1,
  } = options as Partial<CursorOptions>;
  const check = (isRight: boolean, name: keyof CursorOptions, what: string): void => {
    if (isRight) return;
    throw new ConnectorError(`createCursor: the option "${name}" must be ${what}`, {
      action: 'See docs/reference/cursor.md.',
    });
  };
  check(typeof field === 'string' && field.trim() !== '', 'field', 'a text');
  const given: unknown = state;
  check(typeof given === 'object' && given !== null, 'state', 'an object; it is `{}` at first');
  check(
    Array.isArray(key) && key.every((name) => typeof name === 'string'),
    'key',
    'a list of names of columns',
  );
  check(['asc', 'unknown'].includes(order), 'order', 'asc or unknown');
  check(Object.hasOwn(TYPES, type), 'type', `one of ${Object.keys(TYPES).join(', ')}`);
  check(Object.hasOwn(FORMATS, format), 'format', `one of ${Object.keys(FORMATS).join(', ')}`);
  check(
    Number.isFinite(lookBackSeconds) && lookBackSeconds >= 0,
    'lookBackSeconds',
    'a number of at least 0',
  );
  check(Number.isSafeInteger(maxSeen) && maxSeen >= 1, 'maxSeen', 'an integer of at least 1');
}
