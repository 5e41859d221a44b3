/**
 * Runs commands of the built command line, one after the other, in a process that has its code loaded already. Each
 * connection to the socket given is a command: a line of JSON `{ args, cwd, env }` comes in; lines of JSON go out,
 * `{ stdout }` and `{ stderr }` as it writes them, and `{ exitCode }` at the end.
 */
import { createServer } from 'node:net';
import { Writable } from 'node:stream';
import picocolors from 'picocolors';
import { printError } from '../../dist/cli/output/print-error.js';
import { runCommand } from '../../dist/cli/run-command.js';

const [, , socketPath] = process.argv;
const realConsole = globalThis.console;
/** The end of the command before; never rejects. */
let last = Promise.resolve();

createServer((socket) => {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    const hadAll = text.includes('\n');
    text += chunk;
    if (hadAll || !text.includes('\n')) return;
    const request = JSON.parse(text);
    last = last.then(() => run(request, socket));
  });
  // A client that leaves does not end the others.
  socket.on('error', () => undefined);
}).listen(socketPath, () => process.stdout.write('ready\n'));

async function run({ args, cwd, env }, socket) {
  const send = (message) => socket.write(`${JSON.stringify(message)}\n`);
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  const stdout = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => done(void send({ stdout: chunk.toString() })),
  });
  const io = {
    cwd,
    env: process.env,
    stdout,
    isTerminal: false,
    width: 120,
    colors: picocolors.createColors(false),
    redact: (line) => line,
    printError: (line) => send({ stderr: `${io.redact(line)}\n` }),
    writeError: (line) => send({ stderr: io.redact(line) }),
    print: (line) => send({ stdout: `${line}\n` }),
  };
  const report = (error) => printError(error, io, args.includes('--verbose'));
  const exitCode = await runCommand(args, io, new globalThis.AbortController().signal, report);
  globalThis.console = realConsole;
  socket.end(`${JSON.stringify({ exitCode })}\n`);
}
