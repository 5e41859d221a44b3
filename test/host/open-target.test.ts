import { expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { openTarget } from '../../src/targets/open-target.js';

it.each([
  ['postgres://u:se/cret@h/db', 'postgres://***@h/db'],
  ['postgres://token@h/db', 'postgres://***@h/db'],
  ['postgres://h/db', 'postgres://h/db'],
])('hides the credentials of a URL that is no target: %s', async (text, shown) => {
  const options = { stdout: new PassThrough(), openConnector: () => Promise.resolve(undefined) };
  await expect(openTarget(text, options)).rejects.toMatchObject({
    code: 'TARGET_UNKNOWN',
    message: `"${shown}" is neither a target nor a connector`,
  });
});
