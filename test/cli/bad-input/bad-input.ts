import type { ErrorCode } from '../../../src/sdk/errors.js';
import { connectorCode, pluginFiles, type Files } from '../../helpers/temp-plugin.js';

/** A command that must fail, and how it says so. */
export interface BadInput {
  readonly name: string;
  /** Files besides those of a good plugin, or instead of them; undefined: the file is left out. */
  readonly files?: Readonly<Record<string, Files[string] | undefined>>;
  /** Arguments of the command; default: a run into a file that exists. */
  readonly args?: readonly string[];
  readonly exitCode: number;
  readonly code: ErrorCode;
  /** What stderr says. */
  readonly says: RegExp;
}

export const ID = 'bad-case';
/** Holds something before each command. */
export const OLD_FILE = 'out/rows.csv';
/** A run that is fine but for what the case adds. */
export const RUN = ['run', ID, '--to', OLD_FILE];

export const MANIFEST = `python-connectors/${ID}/connector.json`;
export const CODE = `python-connectors/${ID}/connector.ts`;

export const PARAMS = [
  { name: 'page_size', type: 'INT', minI: 1, maxI: 100 },
  { name: 'kind', type: 'SELECT', selectChoices: [{ value: 'orders' }, { value: 'users' }] },
  { name: 'token', type: 'STRING' },
];

/** What every case begins with: a good plugin, and a target that is there already. */
export const GOOD_FILES: Files = {
  ...pluginFiles('bad', { [ID]: { manifest: { params: PARAMS }, code: rows('{ id: 1 }') } }),
  [OLD_FILE]: 'id\n0\n',
};

/** A connector that yields these, in the words of its own code. */
export function rows(emissions: string, members = ''): string {
  return connectorCode(
    `${members}\n  *generateRows() { for (const row of [${emissions}]) yield row as never; }`,
  );
}

export function schema(text: string): string {
  return `getReadSchema() { return ${text} as never; }`;
}
