import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { plainAnswer, type Answer } from './answer.js';
import type { CharsetFault, FaultObject } from './fault.js';
import { faultedAnswer } from './faulted-answer.js';
import { sendFlood, sendGzipBomb } from './send-flood.js';

/** How an answer is sent. */
export interface Sending {
  readonly response: ServerResponse;
  /** The right answer. */
  readonly answer: Answer;
  readonly fault: FaultObject | undefined;
  /** Path and query as they were asked for. */
  readonly target: string;
  /** Waits; rejects when the server closes. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** What reached the wire. */
export interface Sent {
  /** Undefined where there was no head. */
  readonly status: number | undefined;
  /** Rows of an answer that was whole and right. */
  readonly rows: number;
  /** Resolves when the last byte was handed over, or the client left. */
  readonly done: Promise<void>;
}

const TRICKLE_MS = 50;
const DELAY_MS = 1000;
const FLOOD_BYTES = 2 ** 31;
const BOMB_BYTES = 2 ** 30;

/** Sends an answer, or what a fault makes of it. */
export function sendAnswer({ response, answer: right, fault, target, sleep }: Sending): Sent {
  const answer = faultedAnswer(right, fault, target);
  const { status } = answer;
  const none = { status, rows: 0 };
  const rows = answer.status < 300 && answer === right ? answer.rows : 0;
  const body = bytesOf(answer, fault);
  switch (fault?.fault) {
    case 'reset':
      reset(response.socket);
      return { status: undefined, rows: 0, done: Promise.resolve() };
    case 'hang':
      return { status: undefined, rows: 0, done: closed(response) };
    case 'cut':
      writeHead(response, answer, body.length);
      return { ...none, done: cut(response, body, fault.bytes) };
    case 'cut-chunked':
      writeHead(response, answer);
      return { ...none, done: cut(response, body, fault.bytes) };
    case 'gzip-cut':
      return {
        ...none,
        done: whole(response, { ...answer, gzip: true }, body.subarray(0, body.length >> 1)),
      };
    case 'trickle':
      return { status, rows, done: trickle(response, answer, body, () => sleep(fault.ms ?? TRICKLE_MS)) };
    case 'delay':
      return { status, rows, done: sleep(fault.ms ?? DELAY_MS).then(() => whole(response, answer, body)) };
    case 'huge': {
      const bytes = fault.bytes ?? FLOOD_BYTES;
      writeHead(response, plainAnswer(200, []), bytes);
      return { ...none, done: sendFlood(response, bytes) };
    }
    case 'gzip-bomb':
      writeHead(response, { ...plainAnswer(200, []), gzip: true });
      return { ...none, done: sendGzipBomb(response, fault.bytes ?? BOMB_BYTES) };
    default:
      return {
        status,
        rows: fault?.fault === 'wrong-charset' ? 0 : rows,
        done: whole(response, answer, body),
      };
  }
}

function bytesOf({ text, gzip }: Answer, fault: FaultObject | undefined): Buffer {
  const bytes = fault?.fault === 'wrong-charset' ? encoded(text, fault) : Buffer.from(text);
  return gzip !== false || fault?.fault === 'gzip-cut' ? gzipSync(bytes) : bytes;
}

function encoded(text: string, { charset = 'latin1' }: CharsetFault): Buffer {
  return charset === 'latin1' ? Buffer.from(text, 'latin1') : Buffer.from(`\ufeff${text}`, 'utf16le');
}

/** Without a length the body is chunked. */
function writeHead(response: ServerResponse, { status, headers, gzip }: Answer, length?: number): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (gzip === true) response.setHeader('Content-Encoding', 'gzip');
  if (gzip === 'file') response.setHeader('Content-Type', 'application/gzip');
  if (length !== undefined) response.setHeader('Content-Length', length);
  response.writeHead(status);
  response.flushHeaders();
}

async function whole(response: ServerResponse, answer: Answer, body: Buffer): Promise<void> {
  const hasNoBody = answer.status === 204 || answer.status === 304;
  writeHead(response, answer, hasNoBody ? undefined : body.length);
  response.end(hasNoBody ? undefined : body);
  await closed(response);
}

/** The client has what was written before the connection ends. */
async function cut(response: ServerResponse, body: Buffer, bytes = body.length >> 1): Promise<void> {
  await new Promise<void>((resolve) => response.write(body.subarray(0, bytes), () => resolve()));
  response.destroy();
}

async function trickle(
  response: ServerResponse,
  answer: Answer,
  body: Buffer,
  pause: () => Promise<void>,
): Promise<void> {
  writeHead(response, answer, body.length);
  for (const byte of body) {
    await pause();
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
  }
  response.end();
}

/** An end without a farewell, which the client sees as ECONNRESET; where TLS hides the connection it is just an end. */
function reset(socket: Socket | null): void {
  if (socket && 'encrypted' in socket) socket.destroy();
  else socket?.resetAndDestroy();
}

/** Until the answer was handed over, or the client left. */
function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed || response.writableFinished) resolve();
    else response.once('finish', resolve).once('close', resolve);
  });
}
