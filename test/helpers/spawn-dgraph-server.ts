import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DgraphCommand, DgraphRequest } from './dgraph-server.js';

/** A Dgraph in miniature that runs in a process of its own. */
export interface SpawnedDgraph {
  readonly url: string;
  control(command: DgraphCommand): Promise<void>;
  /** Every request so far. */
  requests(): Promise<readonly DgraphRequest[]>;
  stop(): Promise<void>;
}

/** Starts {@link startDgraphServer} in another process. */
export async function spawnDgraphServer(): Promise<SpawnedDgraph> {
  const script = join(__dirname, 'dgraph-server-process.ts');
  const child = spawn(process.execPath, ['--import', 'jiti/register', script], {
    cwd: join(__dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) => String(code));
  const [url] = (await Promise.race([once(lines, 'line'), ended.then(() => [undefined])])) as [string?];
  if (url === undefined) throw new Error(`the server ended with ${await ended} before it was ready`);
  const ask = async (init: RequestInit): Promise<{ requests: DgraphRequest[] }> => {
    const response = await fetch(`${url}/control`, init);
    return (await response.json()) as { requests: DgraphRequest[] };
  };
  return {
    url,
    control: async (command) => {
      await ask({ method: 'POST', body: JSON.stringify(command) });
    },
    requests: async () => (await ask({})).requests,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
