import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { onAbort } from '../../sdk/on-abort.js';
import type { AnswerHead } from './answer-head.js';
import type { Transport } from './agents.js';
import type { HttpRequest } from './http-request.js';
import { ReceivedAnswer } from './received-answer.js';
import { SendFailure, type SendFailureKind } from './send-failure.js';
import { Watchdog } from './watchdog.js';

/** The limits of one exchange. */
export interface SendOptions {
  readonly signal: AbortSignal;
  readonly transport: Transport;
  /** Milliseconds without a byte. */
  readonly idle: number;
  /** Milliseconds from now to the last byte of the answer. */
  readonly deadline: number;
  /** Bytes of the body at most, as they come. */
  readonly maxBytes: number;
  /** Whether the body of an answer is handed on while it comes. */
  readonly streams: (head: AnswerHead) => boolean;
}

/**
 * Sends one request and reads its answer: no retries, no redirects, nothing decompressed.
 * @throws SendFailure
 */
export function sendRequest(request: HttpRequest, options: SendOptions): Promise<ReceivedAnswer> {
  return new Promise((resolve, reject) => {
    const { signal, idle, deadline, maxBytes, streams } = options;
    const { method, url, body } = request;
    let outgoing: ClientRequest;
    let incoming: IncomingMessage | undefined;
    let isOver = false;
    let letGo = (): void => undefined;

    const finish = (): boolean => {
      if (isOver) return false;
      isOver = true;
      watchdog.stop();
      letGo();
      return true;
    };
    const fail = (kind: SendFailureKind, cause?: Error, proxyStatus?: number): void => {
      if (!finish()) return;
      const failure = new SendFailure(kind, {
        cause,
        hasHead: incoming !== undefined,
        isReused: outgoing.reusedSocket,
        proxyStatus,
      });
      outgoing.destroy();
      // Where the body is handed on, its reader learns of it here.
      incoming?.destroy(failure);
      reject(failure);
    };
    const watchdog = new Watchdog({ idle, deadline, progress, isWaiting, onFire: fail });

    function progress(): number {
      const { socket } = outgoing;
      return socket ? socket.bytesRead + socket.bytesWritten : 0;
    }
    /** False while the reader of a stream has enough to do. */
    function isWaiting(): boolean {
      return incoming === undefined || incoming.readableLength === 0;
    }

    try {
      outgoing = open(request, options.transport);
    } catch (error) {
      watchdog.stop();
      reject(new SendFailure('unsendable', { cause: error as Error, hasHead: false, isReused: false }));
      return;
    }
    outgoing.on('error', (error) => fail('network', error));
    // Without this, what the proxy says would pass for the answer of the server.
    outgoing.on('proxyConnect', ({ statusCode = 200 }: { readonly statusCode?: number }) => {
      if (statusCode !== 200) fail('proxy', undefined, statusCode);
    });
    outgoing.on('response', (answer) => {
      incoming = answer;
      const { statusCode: status = 0, statusMessage: statusText = '', headers } = answer;
      const head = { status, statusText, headers };
      answer.on('error', (error) => fail('network', error));
      answer.on('close', () => fail('network'));
      if (method !== 'HEAD' && streams(head)) {
        watchdog.liftDeadline();
        answer.on('end', finish);
        resolve(new ReceivedAnswer(head, url, [], 0, answer));
        return;
      }
      if (method !== 'HEAD' && Number(headers['content-length']) > maxBytes) {
        fail('too large');
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > maxBytes) fail('too large');
        else chunks.push(chunk);
      });
      answer.on('end', () => {
        if (!answer.complete) fail('network');
        else if (finish()) resolve(new ReceivedAnswer(head, url, chunks, length));
      });
    });
    if (signal.aborted) {
      fail('aborted');
      return;
    }
    letGo = onAbort(signal, () => fail('aborted'));
    if (body === undefined || body instanceof Uint8Array) outgoing.end(body);
    else {
      body.on('error', (error) => fail('request body', error));
      body.pipe(outgoing);
    }
  });
}

function open({ method, url, headers }: HttpRequest, { agent, tls }: Transport): ClientRequest {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return send({
    ...tls,
    agent,
    method,
    headers,
    // An address of IPv6 stands in brackets in a URL, and without them everywhere else.
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    path: url.pathname + url.search,
  });
}
