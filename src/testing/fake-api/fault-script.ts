import { checkFault } from './check-faults.js';
import type { FakeRequest } from './fake-request.js';
import type { Fault, FaultObject, FaultScript } from './fault.js';

/** Query parameter by which a redirect loop knows itself. */
export const LOOP_PARAM = 'redirect_loop';

/**
 * The fault of a request: `times` counts from the number that it is given for; a later entry wins.
 *
 * @throws TypeError where a function returns what is no fault
 */
export function faultOf(script: FaultScript | undefined, request: FakeRequest): FaultObject | undefined {
  if (script === undefined) return undefined;
  // Where a redirect loop once led it leads for ever.
  if (LOOP_PARAM in request.query) return { fault: 'redirect-loop' };
  const { number } = request;
  if (typeof script === 'function') return scripted(script(request, number));
  const found = Object.entries(script)
    .map(([first, fault]) => ({ first: Number(first), fault: asObject(fault) }))
    .filter(({ first, fault }) => first <= number && number < first + (fault?.times ?? 1));
  return found.sort((a, b) => a.first - b.first).at(-1)?.fault;
}

function asObject(fault: Fault | undefined): FaultObject | undefined {
  return typeof fault === 'string' ? { fault } : fault;
}

function scripted(fault: Fault | undefined): FaultObject | undefined {
  const problems: string[] = [];
  if (fault !== undefined) checkFault(fault, 'the fault of a function', (problem) => problems.push(problem));
  if (problems.length > 0) throw new TypeError(problems.join('; '));
  return asObject(fault);
}
