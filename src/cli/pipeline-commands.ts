import type { Command } from 'commander';
import { withLockTimeout, withPgSchema, withStateDir } from './run-command-options.js';
import type { PipelineCommandParts } from './pipeline-command-parts.js';
import { addRejectedCommands } from './rejected-commands.js';
import type { RunsOptions } from './commands/runs.js';
import type { PipelineOptions } from './commands/state.js';

const OF_PARTITION = 'the state of this partition; default: that of the pipeline itself';

/** Declares `host state ...`, `host runs` and `host rejected ...`. */
export function addPipelineCommands(parts: PipelineCommandParts): void {
  const { program, io, signal, withCommon, done } = parts;
  const withPlace = (command: Command): Command =>
    withStateDir(
      withLockTimeout(
        withPgSchema(
          withCommon(command)
            .option(
              '--to <target>',
              'the target that has them (default: that of the pipeline’s file, else its last one, else warehouse.duckdb)',
            )
            .option('--env-file <file>', 'variables for ${env:NAME}, besides the .env beside plugin.json'),
        ),
      ),
    );

  const state = program
    .command('state')
    .description('show or change what a pipeline has saved')
    .addHelpText(
      'after',
      `
Examples:
  $ host state show my-plugin-parent-child
  $ host state set my-plugin-parent-child '{"company_cursor": "2024-08-14T01:00:00Z"}'
  $ host state restore my-plugin-parent-child`,
    );

  withPlace(
    state.command('show').argument('<pipeline>').description('show the state, and what it was before'),
  )
    .option('--partition <id>', OF_PARTITION)
    .addHelpText('after', '\nExample:\n  $ host state show my-plugin-parent-child --json')
    .action(async (pipeline: string, options: PipelineOptions) => {
      const { showState } = await import('./commands/state.js');
      done(await showState(pipeline, options, io, signal));
    });

  withPlace(
    state
      .command('reset')
      .argument('<pipeline>')
      .description('forget the state, so that the next run reads everything'),
  )
    .option('--partition <id>', OF_PARTITION)
    .addHelpText('after', '\nExample:\n  $ host state reset my-plugin-parent-child')
    .action(async (pipeline: string, options: PipelineOptions) => {
      const { resetState } = await import('./commands/state.js');
      done(await resetState(pipeline, options, io, signal));
    });

  withPlace(
    state
      .command('set')
      .argument('<pipeline>')
      .argument('<state>', 'a JSON object, or @FILE with one')
      .description('put another state in its place'),
  )
    .option('--partition <id>', OF_PARTITION)
    .addHelpText('after', '\nExample:\n  $ host state set my-plugin-parent-child @state.json')
    .action(async (pipeline: string, text: string, options: PipelineOptions) => {
      const { setState } = await import('./commands/state.js');
      done(await setState(pipeline, text, options, io, signal));
    });

  withPlace(
    state
      .command('restore')
      .argument('<pipeline>')
      .argument('[version]', 'as `host state show` lists it; default: the newest of them')
      .description('go back to an earlier state'),
  )
    .addHelpText('after', '\nExample:\n  $ host state restore my-plugin-parent-child 3')
    .action(async (pipeline: string, version: string | undefined, options: PipelineOptions) => {
      const { restoreState } = await import('./commands/state.js');
      done(await restoreState(pipeline, version, options, io, signal));
    });

  withPlace(
    program.command('runs').argument('[pipeline]').description('list the runs of a target, the newest first'),
  )
    .option('--limit <n>', 'runs to show', '20')
    .addHelpText('after', '\nExamples:\n  $ host runs\n  $ host runs my-plugin-parent-child --json')
    .action(async (pipeline: string | undefined, options: RunsOptions) => {
      const { runs } = await import('./commands/runs.js');
      done(await runs(pipeline, options, io, signal));
    });

  addRejectedCommands({ ...parts, withPlace });
}
