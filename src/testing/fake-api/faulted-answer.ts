import { plainAnswer, type Answer, type AnswerHeaders } from './answer.js';
import type { FaultObject, StatusFault } from './fault.js';
import { LOOP_PARAM } from './fault-script.js';

const PAGE = `<!DOCTYPE html>
<html><head><title>Bad Gateway</title></head>
<body><h1>The server is not available</h1>
<p>${'The page you are looking for is temporarily unavailable. Please try again later. '.repeat(5)}</p></body></html>
`;

/** The answer that a fault makes of the right one; the same one, where the fault is not in its text. */
export function faultedAnswer(right: Answer, fault: FaultObject | undefined, target: string): Answer {
  switch (fault?.fault) {
    case undefined:
    case 'status':
      return fault ? statusAnswer(fault) : right;
    case 'truncate':
      return { ...right, text: brokenOff(right.text), rows: 0 };
    case 'html':
      return plainAnswer(fault.status ?? 200, PAGE, { 'Content-Type': 'text/html; charset=utf-8' });
    case 'redirect':
      return plainAnswer(fault.status ?? 302, undefined, { Location: fault.to });
    case 'redirect-loop':
      return plainAnswer(302, undefined, { Location: loopTo(target) });
    case 'empty':
      return { ...right, text: '', gzip: false, rows: 0 };
    case 'scalar':
      return plainAnswer(200, '42', { 'Content-Type': 'application/json; charset=utf-8' });
    case 'not-a-list':
      return { ...right, rows: 0 };
    case 'errors':
      return plainAnswer(200, {
        errors: [{ message: 'the field is not there', path: ['items'] }],
        data: null,
      });
    case 'wrong-charset':
      return fault.charset === 'utf-16' ? declared(right, 'utf-16le') : right;
    default:
      return right;
  }
}

function statusAnswer({ status, headers, body }: StatusFault): Answer {
  const hasNoBody = status === 204 || status === 304;
  return plainAnswer(status, body ?? (hasNoBody ? undefined : { error: `status ${status}` }), headers);
}

/** Half of a text, never at the end of a line or value, where NDJSON and CSV would be whole. */
function brokenOff(text: string): string {
  let length = Math.ceil(text.length / 2);
  while (length > 1 && /[\n}\]]/.test(text.charAt(length - 1))) length -= 1;
  return text.slice(0, length);
}

function declared(right: Answer, charset: string): Answer {
  const type = String(right.headers['Content-Type']).replace(/charset=.*$/, `charset=${charset}`);
  const headers: AnswerHeaders = { ...right.headers, 'Content-Type': type };
  return { ...right, headers };
}

function loopTo(target: string): string {
  const url = new URL(target, 'http://localhost');
  url.searchParams.set(LOOP_PARAM, '1');
  return url.pathname + url.search;
}
