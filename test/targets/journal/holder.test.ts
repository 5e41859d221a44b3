import { expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { hasEnded, thisProcess } from '../../../src/targets/journal/holder.js';

it('a process that runs has not ended', async () => {
  expect(await hasEnded(await thisProcess())).toBe(false);
});

it('a process that ended has, and so has one whose number another process got', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const here = await thisProcess();
  expect(await hasEnded({ ...here, pid: child.pid as number })).toBe(true);
  expect(await hasEnded({ ...here, startTime: '1' })).toBe(true);
});

it.each([
  ['another machine', { machine: 'elsewhere' }],
  ['another start of the machine', { bootId: 'other' }],
  ['another container', { pidNamespace: 'pid:[1]' }],
])('of a process of %s nothing is known', async (_name, other) => {
  expect(await hasEnded({ ...(await thisProcess()), pid: 2 ** 22 + 1, ...other })).toBe(false);
});

it('a process that was killed and not waited for has ended', async () => {
  // The shell starts a process, tells its number, and becomes one that never waits for it.
  const shell = spawn('sh', ['-c', 'sleep 30 & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [output] = (await once(shell.stdout, 'data')) as [Buffer];
    const pid = Number(output.toString());
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] as string;
    const holder = { ...(await thisProcess()), pid, startTime };
    expect(await hasEnded(holder)).toBe(false);
    process.kill(pid, 'SIGKILL');
    await wait(200);
    // It still has its number and its start time.
    expect(await readFile(`/proc/${pid}/stat`, 'utf8')).toContain(startTime);
    expect(await hasEnded(holder)).toBe(true);
  } finally {
    shell.kill('SIGKILL');
  }
});
