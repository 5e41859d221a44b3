import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { ConnectorRegistry } from '../../host/connectors/connector-registry.js';
import { PipelineRegistry } from '../../host/pipelines/files/pipeline-registry.js';
import { isHostError } from '../../sdk/errors.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';

/** Commands whose first argument is a connector, with the name of the argument. */
const TAKES_CONNECTOR = { describe: 'connector', preview: 'source', run: 'source' } as const;

/**
 * Adds `host completion <shell>`, which prints the shell's script, and the hidden `host complete -- ...`, which that
 * script asks for suggestions: commands, options, choices, and the names of the connectors and pipelines at hand.
 */
export async function addCompletion(program: Command, io: Io): Promise<void> {
  const { connectors, pipelines } = await namesAtHand(io);
  const root = tab(program, { completionCommandName: 'completion' });
  for (const [command, argument] of Object.entries(TAKES_CONNECTOR)) {
    root.commands.get(command)?.argument(argument, (complete) => {
      const names = command === 'describe' ? connectors : [...connectors, ...pipelines];
      for (const [name, label] of names) complete(name, label);
    });
  }
}

type Names = [name: string, label: string][];

async function namesAtHand(io: Io): Promise<{ readonly connectors: Names; readonly pipelines: Names }> {
  try {
    const container = openHost({ plugin: [], quiet: true }, io);
    const { connectors } = await container.get(ConnectorRegistry).scan();
    const pipelines = await container.get(PipelineRegistry).all();
    return {
      connectors: connectors.map(({ id, manifest }) => [id, manifest.meta?.label ?? '']),
      pipelines: pipelines.map(({ name, fields: { description } }) => [
        name,
        typeof description === 'string' ? description : '',
      ]),
    };
  } catch (error) {
    // Outside a plugin there is nothing to suggest, and a key press is no moment for an error.
    if (isHostError(error)) return { connectors: [], pipelines: [] };
    throw error;
  }
}
