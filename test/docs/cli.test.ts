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
    expect(documented).toEqual(program.commands.map((command) => `host ${command.name()}`));
  });

  it('names the arguments of every command', () => {
    for (const command of program.commands) {
      const usage = ['host', command.name(), ...command.registeredArguments.map((a) => `<${a.name()}>`)].join(
        ' ',
      );
      expect(`## ${usage}\n${section(PAGE, `host ${command.name()}`)}`).toContain(usage);
    }
  });

  it('has the options of the program itself', () => {
    const documented = tableRows(section(PAGE, 'Options')).map(([option = '']) => codeSpans(option)[0]);
    expect(documented).toEqual(['-V, --version', '-h, --help']);
    expect(program.options.map(({ flags }) => flags)).toEqual(['-V, --version']);
  });

  it('has every option of every command with its default and choices, and no other', () => {
    for (const command of program.commands) {
      const documented = documentedOptions(section(PAGE, `host ${command.name()}`));
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

/** The options of a command's own table, and of the tables that its text links to: flags to default and text. */
function documentedOptions(text: string): Map<string, [byDefault: string, words: string]> {
  const parts = [text];
  if (text.includes('(#common-options)')) parts.push(section(PAGE, 'Common options'));
  if (text.includes('(#parameter-options)')) parts.push(section(PAGE, 'Parameter options'));
  return new Map(
    parts
      .flatMap((part) => tableRows(part))
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
