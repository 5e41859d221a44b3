import type { PipelineCommandParts } from './pipeline-command-parts.js';
import type { PartitionsOptions } from './commands/partitions.js';
import { withLockTimeout, withPartitionOptions, withPgSchema, withStateDir } from './run-command-options.js';
import type { Command } from 'commander';

/** Declares `host partitions`. */
export function addPartitionsCommand({
  program,
  io,
  signal,
  withCommon,
  withConfig,
  done,
}: PipelineCommandParts & { readonly withConfig: (command: Command) => Command }): void {
  withStateDir(
    withLockTimeout(
      withPgSchema(
        withPartitionOptions(
          withConfig(
            withCommon(
              program
                .command('partitions')
                .argument('<source>', 'a connector or a pipeline')
                .description('list the partitions that a run would read, and what became of each'),
            ),
          ),
        )
          .option('--limit <n>', 'partitions to list; the others are counted', '100')
          .option('--counts', 'ask the connector how many rows each has')
          .option(
            '--to <target>',
            'the target that knows what became of them (default: that of the pipeline, else warehouse.duckdb)',
          )
          .option('--table <name>', 'table of the target, where it is not the default one')
          .option('--name <pipeline>', 'name of the pipeline, where it is not the default one'),
      ),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ host partitions my-plugin-daily-events
  $ host partitions my-plugin-daily-events --partition missing --json`,
    )
    .action(async (source: string, options: PartitionsOptions) => {
      const { partitions } = await import('./commands/partitions.js');
      done(await partitions(source, options, io, signal));
    });
}
