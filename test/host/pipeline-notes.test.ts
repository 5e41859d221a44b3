import { describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineNotes } from '../../src/host/pipelines/pipeline-notes.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const newFolder = tempFolders();

describe('PipelineNotes', () => {
  it('has the last target of each pipeline, the latest first, as seen from where the command runs', async () => {
    const root = await newFolder();
    const folder = join(root, '.host');
    const notes = new PipelineNotes(folder, root);
    expect(await notes.all()).toEqual([]);
    await notes.add('a', { to: 'data/old.duckdb' });
    await notes.add('b', { to: 'out/', format: 'csv' });
    await notes.add('a', { to: 'data/new.duckdb' });
    const at = expect.any(String);
    expect(await notes.all()).toEqual([
      { pipeline: 'a', to: 'data/new.duckdb', at },
      { pipeline: 'b', to: 'out/', format: 'csv', at },
    ]);
    const [below] = await new PipelineNotes(folder, join(root, 'data')).all();
    expect(below?.to).toBe('new.duckdb');
    expect(await readdir(folder)).toEqual(['pipelines.json']);
  });

  it('shows no credentials', async () => {
    const folder = await newFolder();
    await new PipelineNotes(folder, folder).add('a', { to: 'postgres://me:secret@db/x' });
    expect(await readFile(join(folder, 'pipelines.json'), 'utf8')).toContain('postgres://***@db/x');
  });

  it.each([
    ['postgres://me@db/x', 'postgres://me@db/x'],
    ['postgres://me:${env:PASSWORD}@db/x', 'postgres://me:${env:PASSWORD}@db/x'],
    ['${env:DATABASE_URL}', '${env:DATABASE_URL}'],
    ['postgres://me:${env:A}b@db/x', 'postgres://***@db/x'],
    ['postgres://me@db/x?password=secret', 'postgres://me@db/x?password=***'],
    ['https://token@db/x', 'https://***@db/x'],
  ])('keeps %s as %s, so that it can be opened again where it shows no secret', async (to, noted) => {
    const folder = await newFolder();
    const notes = new PipelineNotes(folder, folder);
    await notes.add('a', { to });
    expect((await notes.all())[0]?.to).toBe(noted);
  });

  it.each(['{', '[]', '{"version":2,"pipelines":[]}', '{"version":1,"pipelines":[{"to":1}]}'])(
    'refuses the file %s and leaves it alone',
    async (text) => {
      const folder = await newFolder();
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'pipelines.json'), text);
      const notes = new PipelineNotes(folder, folder);
      await expect(notes.all()).rejects.toMatchObject({ code: 'CONFIG_FILE_INVALID' });
      await expect(notes.add('a', { to: 'x.csv' })).rejects.toMatchObject({ code: 'CONFIG_FILE_INVALID' });
      expect(await readFile(join(folder, 'pipelines.json'), 'utf8')).toBe(text);
    },
  );
});
