import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fingerprintParams, fingerprintValue } from '../../../src/host/config/fingerprint-params.js';
import type { ParamDefinition } from '../../../src/sdk/manifest.js';
import type { Row } from '../../../src/sdk/schema.js';

const fingerprint = (params: readonly ParamDefinition[], values: Row, prefix = ''): Row =>
  fingerprintParams([{ params, values, prefix }]).fingerprint;

describe('fingerprintParams', () => {
  it('has a hash of 16 hex digits for each parameter, also for one without a value', () => {
    const params = [
      { name: 'region', type: 'STRING' },
      { name: 'since', type: 'DATE' },
      { type: 'SEPARATOR', label: 'more' },
    ];
    expect(fingerprint(params, { region: 'eu' }, 'plugin.')).toEqual({
      'plugin.region': expect.stringMatching(/^[\da-f]{16}$/),
      'plugin.since': fingerprintValue(null),
    });
  });

  it.each([
    { why: 'a password', param: { name: 'p', type: 'PASSWORD' } },
    { why: 'the name of a secret', param: { name: 'api_key', type: 'STRING' } },
    { why: 'what decides no row', param: { name: 'page_size', type: 'INT', affectsData: false } },
  ])('leaves out $why', ({ param }) => {
    expect(fingerprintParams([{ params: [param], values: { [param.name]: 'x' }, prefix: '' }])).toEqual({
      fingerprint: {},
      defaults: {},
    });
  });

  it('takes a value that is given as its default for the same', () => {
    const params = [{ name: 'size', type: 'INT', defaultValue: '5' }];
    const { defaults, ...given } = fingerprintParams([{ params, values: { size: 5 }, prefix: '' }]);
    expect(given.fingerprint).toEqual(defaults);
  });

  it('takes the default of the definition that is shown', () => {
    const params = [
      { name: 'kind', type: 'STRING' },
      { name: 'size', type: 'INT', defaultValue: 1, visibilityCondition: "model.kind == 'a'" },
      { name: 'size', type: 'INT', defaultValue: 2, visibilityCondition: "model.kind == 'b'" },
    ];
    const { defaults } = fingerprintParams([{ params, values: { kind: 'b' }, prefix: '' }]);
    expect(defaults.size).toBe(fingerprintValue(2));
  });
});

describe('fingerprintValue', () => {
  it.each([
    [5, '5'],
    [null, 'null'],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: 2 }],
    ['true', true],
  ])('tells %j from %j', (one, other) => {
    expect(fingerprintValue(one)).not.toBe(fingerprintValue(other));
  });

  it.each([
    ['https://me:one@example.com/x', 'https://me:two@example.com/x'],
    [[{ key: 'Authorization', value: 'Bearer one' }], [{ key: 'Authorization', value: 'Bearer two' }]],
    [{ headers: { 'x-api-key': 'one', a: 1 } }, { headers: { 'x-api-key': 'two', a: 1 } }],
  ])('does not tell secrets apart', (one, other) => {
    expect(fingerprintValue(one)).toBe(fingerprintValue(other));
  });

  it('depends on the value alone, not on the order of its keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(fingerprintValue(reversed)).toBe(fingerprintValue(value));
      }),
    );
  });
});
