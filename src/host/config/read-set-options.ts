import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ConfigProblems } from './config-problems.js';
import { unreadableReason } from './read-config-file.js';

/** A value as it was given, before it is read by its param's type. */
export interface ConfigInput {
  readonly value: unknown;
  /** From a config file; the text of --set; the content of the file of --set name=@FILE, which is taken as it is. */
  readonly source: 'config-file' | 'set' | 'set-file';
}

/** Where the texts of --set come from. */
export interface SetOptions {
  /** `name=value`, `name=@FILE`, or `name=@@text` for a value that begins with @. The last of one name counts. */
  readonly sets: readonly string[];
  /** The option's name in messages: `--set`, `--to-set`. */
  readonly option: string;
  /** Folder that FILE is relative to. */
  readonly cwd: string;
  /** Names of params; a text that is one of them may be shown in a message, any other could be a secret. */
  readonly names: ReadonlySet<string>;
  /** Names of params of type PASSWORD: what is given for one is never shown, not even as the name of a file. */
  readonly passwords: ReadonlySet<string>;
}

/** Takes the texts of --set apart and reads the files they name. What is wrong is added to `problems`. */
export async function readSetOptions(
  { sets, option, cwd, names, passwords }: SetOptions,
  problems: ConfigProblems,
): Promise<Map<string, ConfigInput>> {
  const inputs = new Map<string, ConfigInput>();
  for (const [index, text] of sets.entries()) {
    const equals = text.indexOf('=');
    const name = text.slice(0, Math.max(equals, 0)).trim();
    if (name === '') {
      const which = names.has(text) ? `${option} ${text}` : `${option} number ${index + 1}`;
      problems.add('CLI_USAGE', `${which} is not of the form name=value`);
      continue;
    }
    const value = text.slice(equals + 1);
    if (value.startsWith('@@')) inputs.set(name, { value: value.slice(1), source: 'set' });
    else if (!value.startsWith('@')) inputs.set(name, { value, source: 'set' });
    else {
      const file = value.slice(1);
      try {
        inputs.set(name, { value: await readValueFile(file, cwd), source: 'set-file' });
      } catch (error) {
        // A password may itself begin with @. The name of no param may be that of a password, mistyped.
        const isShown = names.has(name) && !passwords.has(name);
        const which = isShown
          ? `param "${name}": file ${file}`
          : `the file named after "@" for param "${name}"`;
        problems.add(
          'CONFIG_FILE_UNREADABLE',
          `${which} ${unreadableReason(error)}; @@ begins a value with @`,
        );
        inputs.set(name, { value: undefined, source: 'set-file' });
      }
    }
  }
  return inputs;
}

/** The text of a file without the line break at its end. */
async function readValueFile(file: string, cwd: string): Promise<string> {
  return (await readFile(resolve(cwd, file), 'utf8')).replace(/\r?\n$/, '');
}
