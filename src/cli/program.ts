import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../sdk/errors.js';
import type { Io } from './io.js';
import type { CommonOptions } from './options.js';
import { redirectConsole } from './redirect-console.js';
import type { CheckOptions } from './commands/check.js';
import type { DescribeOptions } from './commands/describe.js';
import type { PreviewOptions } from './commands/preview.js';
import { addPartitionsCommand } from './partitions-command.js';
import { addPipelineCommands } from './pipeline-commands.js';
import type { RunOptions } from './read-run-spec.js';
import { repeatable } from './repeatable.js';
import { addRunOptions, withPartitionOptions, withSourceOptions } from './run-command-options.js';

/** Commands that load the code of a connector. */
const LOADS_CODE = new Set(['check', 'describe', 'partitions', 'preview', 'run']);

/** The command line, ready to run one command. */
export interface Program {
  /** @returns the exit code; @throws HostError */
  run(args: readonly string[]): Promise<number>;
  /** The commands and their options, for completion and documentation. */
  readonly command: Command;
}

/**
 * Declares every command. Their code is imported when one is run, so that --help and --version answer at once.
 *
 * @param signal stops the command; its reason is an AbortError
 */
export function createProgram(io: Io, signal: AbortSignal): Program {
  let exitCode = 0;
  const program = new Command('host')
    .description('Runs dataset connectors from drop-in folders.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.print(text.trimEnd()), writeErr: () => undefined })
    .showSuggestionAfterError(true)
    .addHelpText(
      'after',
      `
Examples:
  $ host list
  $ host preview my-plugin-random-data --set columns=id,name
  $ host run my-plugin-random-data --set columns=id,name --to rows.csv
  $ host check my-plugin-random-data --set columns=id,name
  $ host completion bash >> ~/.bashrc`,
    );
  program.hook('preAction', (_program, command) => {
    if (LOADS_CODE.has(command.name())) redirectConsole(io);
  });
  const done = (code: number): void => {
    exitCode = code;
  };

  withCommon(
    program.command('list').description('list every connector found, and the broken ones with the reason'),
  )
    .addHelpText('after', '\nExamples:\n  $ host list\n  $ host list --plugin ../other-plugin --json')
    .action(async (options: CommonOptions) => {
      const { list } = await import('./commands/list.js');
      done(await list(options, io));
    });

  withCommon(
    program
      .command('describe')
      .argument('<connector>')
      .description('show what a connector can do, and its parameters'),
  )
    .addHelpText('after', '\nExample:\n  $ host describe my-plugin-rest-api')
    .action(async (id: string, options: DescribeOptions) => {
      const { describe } = await import('./commands/describe.js');
      done(await describe(id, options, io));
    });

  withPartitionOptions(
    withSourceOptions(
      withConfig(
        withCommon(
          program
            .command('preview')
            .argument('<source>')
            .description(
              'show the schema and the first rows of a connector, file or database; stores nothing',
            ),
        ),
      ),
    ),
  )
    .option('--limit <n>', 'rows to show', '20')
    .option('--to <target>', 'the target whose statements are shown (default: warehouse.duckdb)')
    .option(
      '--pg-schema <name>',
      'schema of a PostgreSQL database (default: public; of a source its search path)',
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ host preview my-plugin-random-data --set columns=id,born --set column_types=int,date',
    )
    .action(async (source: string, options: PreviewOptions) => {
      const { preview } = await import('./commands/preview.js');
      done(await preview(source, options, io, signal));
    });

  addRunOptions(
    withConfig(
      withCommon(
        program
          .command('run')
          .argument('[source]', 'a connector, a pipeline, or the path or URL of a file or database')
          .description('read a connector, file or database into a target, or run a pipeline file'),
      ),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ host run my-plugin-random-data --set columns=id,name --set num_rows=1000
  $ host run my-plugin-rest-api --config countries.json --to warehouse.duckdb --table countries
  $ host run my-plugin-rest-api --config countries.json --to - | head
  $ host run my-plugin-random-data --set columns=a --to my-plugin-api-connector --to-config api.json
  $ host run orders.csv --primary-key id --to warehouse.duckdb
  $ host run warehouse.duckdb --from-table orders --cursor updated_at --to out.jsonl
  $ host run daily-orders
  $ host run --all`,
    )
    .action(async (source: string | undefined, options: RunOptions) => {
      const { run } = await import('./commands/run.js');
      done(await run(source, options, io, signal));
    });

  withPartitionOptions(
    withConfig(
      withCommon(
        program
          .command('check')
          .argument('<connector>')
          .description('hold a connector against the contract, on live rows; stores nothing'),
      ),
    ),
  )
    .option(
      '--limit <n>',
      'rows to look at (default: two pages, or 1000 rows of a connector that yields them one by one)',
    )
    .addHelpText('after', '\nExample:\n  $ host check my-plugin-rest-api --config countries.json --json')
    .action(async (id: string, options: CheckOptions) => {
      const { check } = await import('./commands/check.js');
      done(await check(id, options, io, signal));
    });

  addPartitionsCommand({ program, io, signal, withCommon, withConfig, done });
  addPipelineCommands({ program, io, signal, withCommon, done });

  return {
    command: program,
    async run(args) {
      if (args[0] === 'completion' || args[0] === 'complete') {
        const { addCompletion } = await import('./commands/completion.js');
        await addCompletion(program, io);
      } else
        program
          .command('completion')
          .argument('<shell>')
          .description('print the completion script of bash, zsh, fish or powershell');
      try {
        await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' });
        return exitCode;
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        // Help and the version were printed.
        if (error.exitCode === 0) return 0;
        const known = program.commands.some((command) => command.name() === args[0]);
        const failure = new ConfigError(usageMessage(error), {
          code: 'CLI_USAGE',
          action: `See \`host ${known ? `${args[0] ?? ''} ` : ''}--help\`.`,
        });
        if (args[0] === 'run' && args.includes('--json')) {
          const { reportNoStart } = await import('./commands/run-one.js');
          reportNoStart(failure, '', args[args.indexOf('--to') + 1] === '-' || args.includes('--to=-'), io);
        }
        throw failure;
      }
    },
  };
}

/** The value of an option that is not known may be a secret of one that was mistyped. */
function usageMessage({ code, message }: CommanderError): string {
  // Commander would print the help as an error.
  if (code === 'commander.help') return 'a command is missing that says what to do';
  return message.replace(/^error: /, '').replace(/^(unknown option '--?[^='\n]+)=[^]*?'(?=\n|$)/, "$1'");
}

function withCommon(command: Command): Command {
  return command
    .addOption(
      repeatable(
        '--plugin <dir>',
        'folder of a plugin, or of one connector; repeatable',
        'the nearest plugin.json',
      ),
    )
    .option('--json', 'print the result as one JSON value')
    .option('--verbose', 'show debug messages, and the stack of an error')
    .option('--quiet', 'show errors only');
}

function withConfig(command: Command): Command {
  return command
    .option('--config <file>', 'values of parameters, as JSON with comments or YAML')
    .addOption(
      repeatable(
        '--set <name=value>',
        'one value, read by its type; name=@FILE takes the text of a file; repeatable',
        'none',
      ),
    )
    .option('--env-file <file>', 'variables for ${env:NAME}, besides the .env beside plugin.json');
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
