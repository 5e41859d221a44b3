import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from '../../src/host/redactor.js';

function redactorOf(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.addSecret(secret);
  return redactor;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const formEncoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);

describe('Redactor', () => {
  it.each([
    ['as it is', 'the token s3cr3t-t0ken was refused', 'the token *** was refused'],
    ['several times', 's3cr3t-t0ken,s3cr3t-t0ken', '***,***'],
    ['in JSON', '{"token":"s3cr3t-t0ken"}', '{"token":"***"}'],
    ['inside a word', 'xs3cr3t-t0keny', 'x***y'],
    ['nothing to hide', 'all is well', 'all is well'],
    ['empty text', '', ''],
  ])('hides a secret: %s', (_case, text, expected) => {
    expect(redactorOf('s3cr3t-t0ken').redact(text)).toBe(expected);
  });

  it.each([
    ['encodeURIComponent', encodeURIComponent('p@ss w/"ö+')],
    ['in lower case', encodeURIComponent('p@ss w/"ö+').toLowerCase()],
    ['a form', formEncoded('p@ss w/"ö+')],
    ['encoded twice', encodeURIComponent(encodeURIComponent('p@ss w/"ö+'))],
    ['encodeURI', encodeURI('p@ss w/"ö+')],
    ['JSON', JSON.stringify('p@ss w/"ö+').slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify('p@ss w/"ö+')).slice(3, -3)],
    ['JSON of ASCII only', 'p@ss w\\/\\"\\u00f6+'],
  ])('hides a secret encoded by %s', (_case, encoded) => {
    expect(redactorOf('p@ss w/"ö+').redact(`<${encoded}>`)).toBe('<***>');
  });

  it.each(['', 'a', 'ab', 'abc', 'user:', 'ann:', 'anna:'])(
    'hides a password in base64 behind "%s"',
    (before) => {
      const redactor = redactorOf('correct horse');
      for (const after of ['', 'x', 'xy', 'xyz']) {
        const encoded = base64(`${before}correct horse${after}`);
        const hidden = redactor.redact(`Basic ${encoded}`);
        expect(hidden).toMatch(/^Basic [A-Za-z0-9+/]*\*\*\*[A-Za-z0-9+/=]*$/);
        // What is left says nothing of the secret: another one leaves the same.
        const other = redactorOf('battery stapl').redact(`Basic ${base64(`${before}battery stapl${after}`)}`);
        expect(hidden).toBe(other);
      }
    },
  );

  it('hides a secret whose base64 has + and /, also in base64url and in URLs', () => {
    const secret = '~~~???>>>~~~';
    const plain = base64(secret);
    expect(plain).toBe('fn5+Pz8/Pj4+fn5+');
    const redactor = redactorOf(secret);
    for (const text of [plain, plain.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(plain)]) {
      expect(redactor.redact(text)).toBe('***');
    }
  });

  it('hides all of two secrets that overlap, and the longer of two that begin alike', () => {
    expect(redactorOf('abcdef123', '123456').redact('[abcdef123456]')).toBe('[***]');
    expect(redactorOf('secret', 'secret-two').redact('secret-two secret')).toBe('*** ***');
  });

  it('hides a key of several lines: whole, escaped, with other line ends, and each line alone', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nQEFAASCBKcwggSjAgEAAoIB\n-----END KEY-----\n';
    const redactor = redactorOf(key);
    expect(redactor.redact(`key: ${key.trim()}.`)).toBe('key: ***.');
    expect(redactor.redact(JSON.stringify({ key: key.trim() }))).toBe('{"key":"***"}');
    expect(redactor.redact(key.replaceAll('\n', '\r\n'))).toBe('***\r\n');
    expect(redactor.redact('line QEFAASCBKcwggSjAgEAAoIB is wrong')).toBe('line *** is wrong');
    expect(redactor.redact('-----BEGIN KEY-----')).toBe('-----BEGIN KEY-----');
  });

  describe('a secret of fewer than 6 characters', () => {
    it('gives a warning, a longer one does not', () => {
      expect(new Redactor().addSecret('12345')).toBe(
        'a secret of fewer than 6 characters is hidden only where it stands as a whole value',
      );
      expect(new Redactor().addSecret('123456')).toBeUndefined();
      expect(new Redactor().addSecret('')).toBeUndefined();
      expect(new Redactor().addSecret('  ')).toBeUndefined();
    });

    it.each([
      ['password=1234&x=12345', 'password=***&x=12345'],
      ['{"pin":"1234","count":12340}', '{"pin":"***","count":12340}'],
      ['pin: 1234', 'pin: ***'],
      ["pin '1234'.", "pin '***'."],
      ['the pin is 1234.', 'the pin is ***.'],
      ['0.1234 and 1234.5 and a1234 and 1234b', '0.1234 and 1234.5 and a1234 and 1234b'],
      ['order_1234, 1234-5', 'order_1234, 1234-5'],
      [`Authorization: Basic ${base64('user:1234')}`, 'Authorization: Basic dXNlcj***'],
    ])('is hidden as a whole value only: %s', (text, expected) => {
      expect(redactorOf('1234').redact(text)).toBe(expected);
    });

    it('is hidden with characters that mean something in a regular expression', () => {
      expect(redactorOf('a.*b').redact('x="a.*b" y="a__b"')).toBe('x="***" y="a__b"');
      expect(redactorOf('-').redact('a - b')).toBe('a *** b');
    });
  });

  it.each([
    ['get https://ann:pa55@api.test/x failed', 'get https://***@api.test/x failed'],
    ['postgres://ann:p@ss@db:5432/x', 'postgres://***@db:5432/x'],
    ['https://token@api.test', 'https://***@api.test'],
    ['postgres://u:se/cret@h/db', 'postgres://***@h/db'],
    ['"http://u:se/c?r#e<t@127.0.0.1:1/x" failed', '"http://***@127.0.0.1:1/x" failed'],
    ['GET http://u:se/cret@h, http://v:an/other@h', 'GET http://***@h, http://***@h'],
    ['https://api.test/users?mail=a@b.test', 'https://api.test/users?mail=a@b.test'],
    ['{"url":"https://api.test","mail":"a@b.test"}', '{"url":"https://api.test","mail":"a@b.test"}'],
    [
      'npm install @scope/name, see https://npm.test/@scope',
      'npm install @scope/name, see https://npm.test/@scope',
    ],
  ])('hides credentials of URLs that nobody registered: %s', (text, expected) => {
    expect(new Redactor().redact(text)).toBe(expected);
  });

  it('hides the credentials of a registered URL also without the URL', () => {
    const redactor = new Redactor();
    redactor.addUrl(
      'postgres://ann:hunter%2F22@db/x and https://tok3n-of-ann@api.test and https://key-1234:@api.test',
    );
    expect(redactor.redact('user ann, password hunter/22 or hunter%2F22, tok3n-of-ann, key-1234')).toBe(
      'user ann, password *** or ***, ***, ***',
    );
    expect(redactor.redact(`Basic ${base64('ann:hunter/22')}`)).toBe('Basic YW5uO***');
  });

  it('never lets a secret survive in any of its forms', () => {
    const secretText = fc
      .oneof(
        fc.string({ minLength: 6, maxLength: 40 }),
        fc.string({ minLength: 6, maxLength: 40, unit: 'binary' }),
        fc.string({
          minLength: 6,
          maxLength: 40,
          unit: fc.constantFrom('\\', '"', '%', '+', '/', '\n', ' ', 'a', '.', '('),
        }),
      )
      // A secret of asterisks is its own mask.
      .filter((text) => text.trim().length >= 6 && !text.includes('*'));
    const around = fc.string({
      maxLength: 20,
      unit: fc.constantFrom('x', ' ', '"', ':', '=', '\\', '%', '+'),
    });
    fc.assert(
      fc.property(secretText, around, around, (secret, before, after) => {
        const redactor = redactorOf(secret);
        const core = secret.trim();
        const forms = [
          core,
          encodeURIComponent(core),
          formEncoded(core),
          JSON.stringify(core).slice(1, -1),
          JSON.stringify({ key: JSON.stringify(core) }),
          base64(core),
          base64(`u:${core}`),
          base64(`us:${core}`),
          Buffer.from(`use:${core}`).toString('base64url'),
        ];
        for (const form of forms) {
          const hidden = redactor.redact(before + form + after);
          expect(hidden).toContain('***');
          expect(hidden).not.toContain(core);
          expect(hidden).not.toContain(form);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing in text that has no secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '.', '"', '%', '\\') }), (text) => {
        expect(redactorOf('zzzzzz', 'y.y', '(((((((').redact(text)).toBe(text);
      }),
    );
  });

  it('is fast on long text, also on text made to be slow, and takes long secrets', () => {
    const redactor = redactorOf(
      'correct horse battery',
      '\\\\\\\\x\\"y',
      '%%%%%%%%x',
      '+/+/+/+/x',
      'k'.repeat(20_000),
    );
    const started = performance.now();
    for (const piece of ['a line of a log, without secrets\n', '\\', '%25', '://', 'kkkk ', '+', '://a:']) {
      const text = piece.repeat(Math.ceil(300_000 / piece.length));
      expect([piece, redactor.redact(text) === text]).toEqual([piece, true]);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
