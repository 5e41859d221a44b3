import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeConnector } from 'connector-host/testing';

const CONNECTORS = resolve(__dirname, '../../python-connectors');
const folders = readdirSync(CONNECTORS, { withFileTypes: true }).filter((entry) => entry.isDirectory());

it('there are connectors to hold against the contract', () => {
  expect(folders.length).toBeGreaterThanOrEqual(3);
});

// A new folder is covered without a new file.
for (const { name } of folders) {
  describeConnector(join(CONNECTORS, name), { importModule: (file) => import(file) });
}
