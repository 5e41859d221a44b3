import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Longest time that a script may take to end after its last round, in milliseconds. */
const END_MS = 30_000;

/** How a round ended. */
export interface SoakResult {
  readonly name: string;
  readonly wasKilled?: boolean;
  readonly problem?: string;
}

/** A process that plays rounds while tests wait for them. */
export interface Soak {
  /** @throws Error where it ends without that round */
  resultOf(name: string): Promise<SoakResult>;
  /** Lets it end, which removes what it made; ends it when it does not. */
  stop(): Promise<void>;
}

/** Starts a script that prints a line of JSON for each round. */
export function startSoak(script: string, args: readonly string[]): Soak {
  const results = new Map<string, SoakResult>();
  /** Called when there is news of it. */
  let wake: () => void = () => undefined;
  let stderr = '';
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  createInterface(child.stdout).on('line', (line) => {
    const result = JSON.parse(line) as SoakResult;
    results.set(result.name, result);
    wake();
  });
  child.on('close', () => wake());
  return {
    resultOf: async (name) => {
      for (;;) {
        const result = results.get(name);
        if (result) return result;
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`no round "${name}": ${stderr}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const timer = setTimeout(() => child.kill(), END_MS);
      await once(child, 'exit');
      clearTimeout(timer);
    },
  };
}
