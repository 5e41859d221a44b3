import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeConnector, type ConnectorSuite } from 'connector-host/testing';

const CONNECTORS = resolve(__dirname, '../../python-connectors');
const folders = readdirSync(CONNECTORS, { withFileTypes: true }).filter((entry) => entry.isDirectory());

it('there are connectors to hold against the contract', () => {
  expect(folders.length).toBeGreaterThanOrEqual(3);
});

/** What is special about a connector. */
const SUITES: Readonly<Record<string, ConnectorSuite>> = {
  // The time of the sync, which the tables are to have.
  'my-plugin-dgraph': { volatileColumns: ['synced_at', 'extracted_at'] },
};

// A new folder is covered without a new file.
for (const { name } of folders) {
  describeConnector(join(CONNECTORS, name), { ...SUITES[name], importModule: (file) => import(file) });
}
