import { performance } from 'node:perf_hooks';

/** Starts a watch; the function that it returns says the wall and CPU time since then, both in seconds. */
export function startWatch() {
  const [started, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
  };
}
