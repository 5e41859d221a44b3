import { expect, it } from '@jest/globals';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { openTarget } from '../../src/targets/open-target.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const newFolder = tempFolders();

it.each([
  ['mysql://u:se/cret@h/db', 'mysql://***@h/db'],
  ['mysql://token@h/db', 'mysql://***@h/db'],
  ['mysql://h/db', 'mysql://h/db'],
])('hides the credentials of a URL that is no target: %s', async (text, shown) => {
  const options = { stdout: new PassThrough(), openConnector: () => Promise.resolve(undefined) };
  await expect(openTarget(text, options)).rejects.toMatchObject({
    code: 'TARGET_UNKNOWN',
    message: `"${shown}" is neither a target nor a connector`,
  });
});

it.each(['orders.csv', 'orders.jsonl', 'orders.ndjson'])(
  'hands the folder for states to %s',
  async (name) => {
    const folder = await newFolder();
    const options = { stdout: new PassThrough(), openConnector: () => Promise.resolve(undefined) };
    const file = join(folder, name);
    expect(await (await openTarget(file, options)).pipelines?.()).toBeUndefined();
    const store = await (
      await openTarget(file, { ...options, stateFolder: join(folder, 'state') })
    ).pipelines?.();
    expect(await store?.save('orders', '{"n":1}', 'state set')).toBe(1);
    expect(await store?.load('orders')).toMatchObject({ state: '{"n":1}' });
  },
);
