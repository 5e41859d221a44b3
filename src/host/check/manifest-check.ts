import type { ConnectorManifest } from '../../sdk/manifest.js';
import { paramsByName } from '../config/resolve-params.js';
import { capabilitiesOf } from '../connectors/connector-entry.js';
import { failed, ok, warning, type Check } from './check.js';
import { counted } from './wording.js';

/** connector.json is valid, the class loads and has what the manifest declares. */
export const manifestCheck: Check = {
  name: 'manifest',
  looksAt: 'folder',
  needs: [],
  async run(subject) {
    const { manifest, error, plugin, warnings } = subject.entry;
    if (error) return failed(error);
    if (plugin.error) return failed(plugin.error);
    const connectorClass = await subject.load();
    const odd = [...warnings, ...undeclaredMethods(manifest, connectorClass.prototype as object)];
    if (odd.length > 0) return warning(odd.join('; '), 'Correct connector.json or the class.');
    const { readable, writable } = capabilitiesOf(manifest);
    const uses = [readable ? 'read' : '', writable ? 'written' : ''].filter((use) => use !== '');
    const params = paramsByName(manifest.params ?? []);
    return ok(
      `connector.json is valid and the class loads; it can be ${uses.join(' and ')}; ${counted(params.size, 'parameter')}`,
    );
  },
};

/** What the class can do although nobody will ask for it, a sentence each. */
function undeclaredMethods(manifest: ConnectorManifest, prototype: object): string[] {
  const { writable, canCountRecords } = capabilitiesOf(manifest);
  const pairs = [
    ['getWriter', '"writable": true', writable],
    ['getRecordsCount', '"canCountRecords": true', canCountRecords],
  ] as const;
  return pairs
    .filter(([method, , isDeclared]) => !isDeclared && method in prototype)
    .map(([method, key]) => `the class has ${method}, but the manifest does not say ${key}`);
}
