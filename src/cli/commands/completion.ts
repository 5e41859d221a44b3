import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { ConnectorRegistry } from '../../host/connectors/connector-registry.js';
import { isHostError } from '../../sdk/errors.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';

/** Commands whose first argument may be a connector, and what they call it. */
const TAKES_CONNECTOR = { describe: 'connector', preview: 'source', run: 'source' };

/**
 * Adds `host completion <shell>`, which prints the shell's script, and the hidden `host complete -- ...`, which that
 * script asks for suggestions: commands, options, choices, and the ids of the connectors at hand.
 */
export async function addCompletion(program: Command, io: Io): Promise<void> {
  const ids = await connectorIds(io);
  const root = tab(program, { completionCommandName: 'completion' });
  for (const [name, argument] of Object.entries(TAKES_CONNECTOR)) {
    root.commands.get(name)?.argument(argument, (complete) => {
      for (const [id, label] of ids) complete(id, label);
    });
  }
}

async function connectorIds(io: Io): Promise<[id: string, label: string][]> {
  try {
    const { connectors } = await openHost({ plugin: [], quiet: true }, io).get(ConnectorRegistry).scan();
    return connectors.map(({ id, manifest }) => [id, manifest.meta?.label ?? '']);
  } catch (error) {
    // Outside a plugin there are no connectors to suggest, and a key press is no moment for an error.
    if (isHostError(error)) return [];
    throw error;
  }
}
