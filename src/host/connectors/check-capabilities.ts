import type { ConnectorManifest } from '../../sdk/manifest.js';
import { capabilitiesOf } from './connector-entry.js';

/**
 * What a manifest declares and the class has no method for, a sentence each.
 *
 * @param prototype the prototype of the connector's class
 */
export function missingMethods(manifest: ConnectorManifest, prototype: object): string[] {
  const { readable, writable, canCountRecords, partitioningMode } = capabilitiesOf(manifest);
  const needs: [declared: string, isDeclared: boolean, method: string][] = [
    ['"readable": true', readable, 'generateRows'],
    ['"writable": true', writable, 'getWriter'],
    ['"canCountRecords": true', canCountRecords, 'getRecordsCount'],
    [
      `"partitioningMode": "${partitioningMode}"`,
      partitioningMode.startsWith('CODE_DEFINED'),
      'getPartitioning',
    ],
    [`"partitioningMode": "${partitioningMode}"`, partitioningMode.endsWith('_LISTABLE'), 'listPartitions'],
  ];
  return needs
    .filter(([, isDeclared, method]) => isDeclared && !hasMethod(prototype, method))
    .map(([declared, , method]) => `the manifest says ${declared}, but the class has no ${method}`);
}

function hasMethod(prototype: object, name: string): boolean {
  return typeof (prototype as Record<string, unknown>)[name] === 'function';
}
