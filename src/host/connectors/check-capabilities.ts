import type { ConnectorManifest, PartitioningMode } from '../../sdk/manifest.js';
import { capabilitiesOf } from './connector-entry.js';

/**
 * Where a manifest and the methods of the class do not go together, a sentence each: what is declared must be there, and
 * methods of partitions only where the mode calls them.
 *
 * @param prototype the prototype of the connector's class
 */
export function checkCapabilities(manifest: ConnectorManifest, prototype: object): string[] {
  const { readable, writable, canCountRecords, partitioningMode: mode } = capabilitiesOf(manifest);
  const inMode = `"partitioningMode": "${mode}"`;
  const has = (method: string): boolean => hasMethod(prototype, method);
  const needs: [declared: string, isDeclared: boolean, method: string][] = [
    ['"readable": true', readable, 'generateRows'],
    ['"writable": true', writable, 'getWriter'],
    ['"canCountRecords": true', canCountRecords, 'getRecordsCount'],
    [inMode, definesByCode(mode), 'getPartitioning'],
    [inMode, lists(mode), 'listPartitions'],
  ];
  // Nobody would call them, so that rows of all partitions would land in one table, or a listing in none.
  const unused: [isUsed: boolean, method: string][] = [
    [definesByCode(mode), 'getPartitioning'],
    [lists(mode), 'listPartitions'],
    [mode !== 'NOT_PARTITIONABLE', 'partitionExists'],
  ];
  return [
    ...needs
      .filter(([, isDeclared, method]) => isDeclared && !has(method))
      .map(([declared, , method]) => `the manifest says ${declared}, but the class has no ${method}`),
    ...unused
      .filter(([isUsed, method]) => !isUsed && has(method))
      .map(([, method]) => `the class has ${method}, but the manifest says ${inMode}`),
  ];
}

function definesByCode(mode: PartitioningMode): boolean {
  return mode === 'CODE_DEFINED_LISTABLE' || mode === 'CODE_DEFINED_UNLISTABLE';
}

function lists(mode: PartitioningMode): boolean {
  return mode === 'CODE_DEFINED_LISTABLE' || mode === 'USER_DEFINED_LISTABLE';
}

function hasMethod(prototype: object, name: string): boolean {
  return typeof (prototype as Record<string, unknown>)[name] === 'function';
}
