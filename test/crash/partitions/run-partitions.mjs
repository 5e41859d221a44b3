/**
 * One run of partitions by the host's own services, in a process that can be killed: prints "ready" before it starts,
 * "reading" when the first partition is read, "done" at its end.
 */
import { runPartitions } from './run.mjs';

process.stdout.write('ready\n');
const { error } = await runPartitions(JSON.parse(process.argv[2]), () => process.stdout.write('reading\n'));
if (error) throw error;
process.stdout.write('done\n');
