import { PassThrough } from 'node:stream';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import picocolors from 'picocolors';
import type { Io } from '../../src/cli/io.js';
import { createProgram } from '../../src/cli/program.js';
import { codeSpans, headings, readDoc, section, tableRows } from './markdown.js';

const PAGE = readDoc('docs/reference/cli.md');
let program: Command;

beforeAll(async () => {
  const created = createProgram(silentIo(), new AbortController().signal);
  // `completion` is declared when a command is run.
  await created.run(['--help']);
  program = created.command;
});

describe('docs/reference/cli.md', () => {
  it('has a section for every command, and no other', () => {
    const documented = headings(PAGE).filter((heading) => heading.startsWith('host '));
    expect(documented).toEqual(allCommands(program).map(pathOf));
  });

  it('names the arguments of every command', () => {
    const withArguments = leaves(program).filter((each) => each.registeredArguments.length > 0);
    for (const command of withArguments) {
      const args = command.registeredArguments.map((a) => (a.required ? `<${a.name()}>` : `[${a.name()}]`));
      expect(section(PAGE, pathOf(command))).toContain(`\`${[pathOf(command), ...args].join(' ')}\``);
    }
  });

  it('has the options of the program itself', () => {
    const documented = tableRows(section(PAGE, 'Options')).map(([option = '']) => codeSpans(option)[0]);
    expect(documented).toEqual(['-V, --version', '-h, --help']);
    expect(program.options.map(({ flags }) => flags)).toEqual(['-V, --version']);
  });

  it('has every option of every command with its default and choices, and no other', () => {
    for (const command of leaves(program)) {
      const documented = documentedOptions(section(PAGE, pathOf(command)));
      expect([...documented.keys()].sort()).toEqual(command.options.map(({ flags }) => flags).sort());
      for (const { flags, defaultValue, argChoices } of command.options) {
        const [byDefault, words] = documented.get(flags) ?? [];
        if (typeof defaultValue === 'string')
          expect([flags, byDefault]).toEqual([flags, `\`${defaultValue}\``]);
        for (const choice of argChoices ?? []) expect(words).toContain(`\`${choice}\``);
      }
    }
  });
});

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((each) => [each, ...allCommands(each)]);
}

/** The commands that do something. */
function leaves(command: Command): Command[] {
  return allCommands(command).filter((each) => each.commands.length === 0);
}

/** `host state show` */
function pathOf(command: Command): string {
  const { parent } = command;
  return parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}

/** The options of a command's own tables, and of the tables that its text links to: flags to default and text. */
function documentedOptions(text: string): Map<string, [byDefault: string, words: string]> {
  const linked = ['Common options', 'Parameter options', 'Partition options', 'Place options'].filter(
    (heading) => text.includes(`(#${heading.toLowerCase().replace(' ', '-')})`),
  );
  const parts = [...text.split(/^(?=#+ )/m), ...linked.map((heading) => section(PAGE, heading))];
  return new Map(
    parts
      .flatMap((part) => tableRows(part))
      .filter(([option = '']) => option.startsWith('`--'))
      .map(([option = '', byDefault = '', words = '']) => [codeSpans(option)[0] ?? '', [byDefault, words]]),
  );
}

function silentIo(): Io {
  return {
    cwd: __dirname,
    env: {},
    stdout: new PassThrough(),
    isTerminal: false,
    width: 120,
    colors: picocolors.createColors(false),
    redact: (text) => text,
    printError: () => undefined,
    writeError: () => undefined,
    print: () => undefined,
  };
}
