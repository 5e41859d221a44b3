import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from '../files/file-error.js';

/** The process that holds a pipeline, so that another one can tell whether it still runs. */
export interface Holder {
  readonly pid: number;
  /** When the process started, in ticks after the machine did; null: the system does not say. */
  readonly startTime: string | null;
  /** Changes with each start of the machine; null: the system does not say. */
  readonly bootId: string | null;
  /** Process ids of other namespaces (containers) mean nothing here; null: the system has none. */
  readonly pidNamespace: string | null;
  readonly machine: string;
}

/** This process as a holder. */
export async function thisProcess(): Promise<Holder> {
  return {
    pid: process.pid,
    startTime: (await processStat('self'))?.startTime ?? null,
    ...(await thisPlace()),
  };
}

/**
 * Whether a process has ended for certain. False where it runs, is stopped, or runs where this process cannot look:
 * then only its heartbeat can tell.
 */
export async function hasEnded(holder: Holder): Promise<boolean> {
  const { bootId, pidNamespace, machine } = await thisPlace();
  const isHere =
    holder.machine === machine && holder.bootId === bootId && holder.pidNamespace === pidNamespace;
  if (!isHere) return false;
  if (!hasProcess(holder.pid)) return true;
  const stat = await processStat(holder.pid);
  // The system has no /proc, or hides the processes of other users.
  if (stat === undefined || holder.startTime === null) return false;
  // Killed, and its parent has not asked for its exit code yet: it never runs again.
  const isDefunct = stat.state === 'Z' || stat.state === 'X';
  return isDefunct || stat.startTime !== holder.startTime;
}

async function thisPlace(): Promise<Omit<Holder, 'pid' | 'startTime'>> {
  return {
    bootId: (await unlessMissing(readFile('/proc/sys/kernel/random/boot_id', 'utf8')))?.trim() ?? null,
    pidNamespace: (await unlessMissing(readlink('/proc/self/ns/pid'))) ?? null,
    machine: hostname(),
  };
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return codeOf(error) !== 'ESRCH';
  }
}

async function processStat(pid: number | 'self'): Promise<{ state: string; startTime: string } | undefined> {
  const text = await unlessMissing(readFile(`/proc/${pid}/stat`, 'utf8'));
  // The second field is the program's name in brackets and may itself have blanks and brackets.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields?.[0], fields?.[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    // ESRCH: the process ended while its entry was read.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ESRCH'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}
