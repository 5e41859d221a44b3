import type { Fault, FaultName, FaultObject, FaultScript } from './fault.js';
import { unknownKeys, type Report } from './option-keys.js';

const ANY = { fault: true, times: true } as const;
/** Options of each fault. */
export const FAULT_KEYS: {
  readonly [N in FaultName]: Readonly<Record<KeyOf<N>, true>>;
} = {
  status: { ...ANY, status: true, headers: true, body: true },
  reset: ANY,
  hang: ANY,
  cut: { ...ANY, bytes: true },
  'cut-chunked': { ...ANY, bytes: true },
  truncate: ANY,
  'gzip-cut': ANY,
  html: { ...ANY, status: true },
  trickle: { ...ANY, ms: true },
  delay: { ...ANY, ms: true },
  'gzip-bomb': { ...ANY, bytes: true },
  huge: { ...ANY, bytes: true },
  redirect: { ...ANY, to: true, status: true },
  'redirect-loop': ANY,
  empty: ANY,
  scalar: ANY,
  'not-a-list': ANY,
  errors: ANY,
  'duplicate-keys': ANY,
  'big-integers': ANY,
  'wrong-charset': { ...ANY, charset: true },
};

/** The keys of the objects that may have the name. */
type KeyOf<N extends FaultName, F = FaultObject> = F extends { fault?: infer M }
  ? N extends M
    ? keyof F & string
    : never
  : never;

/** Reports faults that there are not; those of a function are seen only when it is called. */
export function checkFaults(script: FaultScript | undefined, at: string, report: Report): void {
  if (script === undefined || typeof script === 'function') return;
  for (const [number, fault] of Object.entries(script)) {
    if (!/^[1-9]\d*$/.test(number)) report(`${at}[${number}] is no number of a request, from 1`);
    checkFault(fault, `${at}[${number}]`, report);
  }
}

/** Reports what is wrong with a fault. */
export function checkFault(fault: Fault, at: string, report: Report): void {
  const object: FaultObject = typeof fault === 'string' ? { fault } : fault;
  const name = object.fault ?? 'status';
  if (!Object.hasOwn(FAULT_KEYS, name)) {
    report(`${at} "${name}" is unknown`);
    return;
  }
  unknownKeys(object, FAULT_KEYS[name], `${at}.`, report);
  if (name === 'status' && typeof (object as { status?: unknown }).status !== 'number') {
    report(`${at} needs a status`);
  }
  if (object.fault === 'redirect' && typeof (object as { to?: unknown }).to !== 'string') {
    report(`${at} needs a "to"`);
  }
}
