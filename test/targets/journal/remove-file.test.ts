import { expect, it } from '@jest/globals';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { identityOf, removeFile } from '../../../src/targets/journal/remove-file.js';
import { tempFolders } from '../../fixtures/temp-folder.js';

const newFolder = tempFolders();

async function newFile() {
  const folder = await newFolder();
  const path = join(folder, 'rows', 'day=1', 'part.csv');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'old');
  return { folder, path, file: { path, identity: await identityOf(path), grave: `${path}.grave` } };
}

it('a file goes with the folders that become empty, and may go twice', async () => {
  const { folder, file } = await newFile();
  await removeFile(file);
  await removeFile(file);
  expect(await readdir(folder, { recursive: true })).toEqual(['rows']);
});

it('a removal that was killed half-way is completed', async () => {
  const { folder, path, file } = await newFile();
  await rename(path, file.grave);
  await removeFile(file);
  expect(await readdir(folder, { recursive: true })).toEqual(['rows']);
});

it('one that comes too late leaves the file that was put there since', async () => {
  const { folder, path, file } = await newFile();
  await writeFile(`${path}.part`, 'new');
  await rename(`${path}.part`, path);
  await removeFile(file);
  expect(await readdir(folder, { recursive: true })).toEqual(['rows', 'rows/day=1', 'rows/day=1/part.csv']);
});
