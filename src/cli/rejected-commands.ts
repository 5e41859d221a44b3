import type { Command } from 'commander';
import type { DropOptions, RejectedOptions, RetryOptions } from './commands/rejected.js';
import type { PipelineCommandParts } from './pipeline-command-parts.js';
import { repeatable } from './repeatable.js';

/** Declares `host rejected ...`. */
export function addRejectedCommands({
  program,
  io,
  signal,
  done,
  withPlace,
}: PipelineCommandParts & {
  /** Adds the options of commands that look at the pipelines of a target. */
  readonly withPlace: (command: Command) => Command;
}): void {
  const rejected = program
    .command('rejected')
    .description('look at the rows that a pipeline kept aside, give them again, or forget them')
    .addHelpText(
      'after',
      `
Examples:
  $ host rejected list daily-orders
  $ host rejected show daily-orders > rows.jsonl
  $ host rejected retry daily-orders --rows rows.jsonl`,
    );
  const declare = (name: string, description: string): Command =>
    withPlace(rejected.command(name).argument('<pipeline>').description(description))
      .addOption(repeatable('--id <id>', 'one of the rows; repeatable', 'all'))
      .option('--partition <id>', 'rows of this partition; default: of all');

  declare('list', 'list the rows with the reasons, without their values').action(
    async (pipeline: string, options: RejectedOptions) => {
      const { listRejected } = await import('./commands/rejected.js');
      done(await listRejected(pipeline, options, io, signal));
    },
  );

  declare('show', 'print the rows as JSON lines, so that they can be edited').action(
    async (pipeline: string, options: RejectedOptions) => {
      const { showRejected } = await import('./commands/rejected.js');
      done(await showRejected(pipeline, options, io, signal));
    },
  );

  declare('retry', 'give the rows to the target once more')
    .option('--rows <file>', 'give these instead: lines as `host rejected show` prints them, edited')
    .option('--to-config <file>', 'config of the target, where it is a connector')
    .addOption(repeatable('--to-set <name=value>', 'one value of the target’s config; repeatable', 'none'))
    .action(async (pipeline: string, options: RetryOptions) => {
      const { retryRejected } = await import('./commands/rejected.js');
      done(await retryRejected(pipeline, options, io, signal));
    });

  declare('drop', 'forget the rows')
    .option('--all', 'forget every row of the pipeline')
    .action(async (pipeline: string, options: DropOptions) => {
      const { dropRejected } = await import('./commands/rejected.js');
      done(await dropRejected(pipeline, options, io, signal));
    });
}
