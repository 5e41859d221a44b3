import { expect, it } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { claimJournal } from '../../../src/targets/journal/claim-journal.js';
import { failedRun } from '../../../src/targets/journal/failed-run.js';
import { pipelineFileName } from '../../../src/targets/journal/journal-files.js';
import { encodeLine, type JournalLine } from '../../../src/targets/journal/journal-line.js';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { tempFolders } from '../../fixtures/temp-folder.js';

const newFolder = tempFolders();

it('a journal from before there were partitions is read, and goes on', async () => {
  const folder = join(await newFolder(), '.host');
  await mkdir(folder);
  const claim = {
    run: 'old',
    isCommand: false,
    startedAt: '2026-01-01T00:00:00.000Z',
    pid: 1,
    startTime: 'gone',
    bootId: null,
    pidNamespace: null,
    machine: 'other',
  };
  const file = { path: '/out/a.csv', length: 3, tail: 't', isPending: false, isHeld: false };
  const saved = { state: '1', version: 4, fingerprint: { p: 'h' }, format: 1, run: 'old', savedAt: null };
  const lines: JournalLine[] = [
    { type: 'claim', journal: 1, pipeline: 'orders', epoch: 3, claim },
    { type: 'saved', saved },
    { type: 'file', file },
    { type: 'ready' },
    { type: 'ended', at: '2026-01-01T00:00:00.000Z', record: null, isClean: true },
  ];
  const path = join(folder, `${pipelineFileName('orders')}.3.journal`);
  await writeFile(path, Buffer.concat(lines.map(encodeLine)));
  const ledger = await new JournalStore(folder).partitions('orders');
  expect(await ledger.batch()).toBeNull();
  expect(await ledger.find(['a'])).toEqual(new Map());
  const journal = await claimJournal(folder, 'orders', { run: 'new' });
  expect(journal.saved).toEqual({ state: '1', version: 4, fingerprint: { p: 'h' }, format: 1 });
  expect([...journal.files]).toEqual([['/out/a.csv', file]]);
  await journal.end(failedRun(undefined), true);
});
