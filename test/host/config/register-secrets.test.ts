import { expect, it } from '@jest/globals';
import type { ConfigInput } from '../../../src/host/config/read-set-options.js';
import { registerSecrets } from '../../../src/host/config/register-secrets.js';
import { Redactor } from '../../../src/host/redactor.js';

/** What is left of a text when the value of one param has been registered. */
function shown(value: unknown, text: string): string {
  const redactor = new Redactor();
  const inputs = new Map<string, ConfigInput>([['p', { value, source: 'config-file' }]]);
  registerSecrets([{ name: 'p', type: 'STRING' }], inputs, new Map(), redactor);
  return redactor.redact(text);
}

it.each<[string, unknown]>([
  ['pairs', [{ key: 'Authorization', value: 'Bearer hunter2hunter2' }]],
  ['an object', { 'X-Api-Key': 'hunter2hunter2' }],
  ['JSON text', '{"access_token": "hunter2hunter2"}'],
  ['pairs as JSON text', '[{"key": "api_key", "value": "hunter2hunter2"}]'],
  ['a list of one name', { token: ['hunter2hunter2'] }],
  ['the query of a URL', 'https://api.example.com/items?page=1&access_token=hunter2hunter2#top'],
  ['the query of an endpoint', 'items?api_key=hunter2hunter2'],
])('hides what stands under the name of a secret in %s', (_where, value) => {
  expect(shown(value, 'it said hunter2hunter2, and aHVudGVyMmh1bnRlcjI=')).toBe('it said ***, and ***');
});

it('leaves alone what stands under other names', () => {
  expect(shown([{ key: 'Accept', value: 'text/csv' }], 'text/csv')).toBe('text/csv');
  expect(shown('items?page=12345678', '12345678')).toBe('12345678');
  expect(shown({ token_type: 'bearer-token' }, 'bearer-token')).toBe('bearer-token');
});
