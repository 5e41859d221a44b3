/** What a shell runs instead of `host`: hands the command to a warm host, and writes what it says. */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const { WARM_HOST, ...env } = process.env;
const socket = connect(WARM_HOST);
socket.write(`${JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), env })}\n`);
// 70: the host ended in the middle of the command.
process.exitCode = 70;
createInterface(socket).on('line', (line) => {
  const { stdout, stderr, exitCode } = JSON.parse(line);
  if (stdout !== undefined) process.stdout.write(stdout);
  else if (stderr !== undefined) process.stderr.write(stderr);
  else process.exitCode = exitCode;
});
