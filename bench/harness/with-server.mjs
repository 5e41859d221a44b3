import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Lets `use` ask a server, a process of its own: a script that prints its port. */
export async function withServer(script, args, use) {
  const server = spawn(process.execPath, [script, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = await once(server.stdout, 'data');
    return await use(`http://127.0.0.1:${String(port).trim()}`);
  } finally {
    server.kill();
  }
}
