/**
 * One run in a process of its own, so that it can be killed. Prints "ready" before it starts,
 * "reading" when the source is read, "done" at its end.
 */
import { AbortError } from '../../dist/sdk/errors.js';
import { runPipeline } from './pipeline.mjs';

const stop = new globalThis.AbortController();
process.once('SIGTERM', () => stop.abort(new AbortError('SIGTERM')));
process.stdout.write('ready\n');
const onRead = () => process.stdout.write('reading\n');
const { error } = await runPipeline(JSON.parse(process.argv[2]), { signal: stop.signal, onRead });
if (error?.name === 'AbortError') process.exitCode = error.exitCode;
else if (error) throw error;
else process.stdout.write('done\n');
