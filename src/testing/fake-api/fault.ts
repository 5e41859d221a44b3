import type { FakeRequest } from './fake-request.js';

/** What can go wrong. */
export type FaultName = NonNullable<FaultObject['fault']>;

interface AnyFault {
  /** How many requests in a row have the fault, where it is given by a number. Default 1; Infinity: all from there on. */
  readonly times?: number;
}

/** This answer and no other. */
export interface StatusFault extends AnyFault {
  readonly fault?: 'status';
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Text as it is, anything else as JSON. Default: a short JSON error; nothing for 204 and 304. */
  readonly body?: unknown;
}

/** The connection ends before the head of an answer (`reset`), or there never is an answer (`hang`). */
export interface SilentFault extends AnyFault {
  readonly fault: 'reset' | 'hang';
}

/**
 * The right answer, and then: the connection ends after half of the body that Content-Length promised (`cut`), or
 * before the last chunk (`cut-chunked`).
 */
export interface CutFault extends AnyFault {
  readonly fault: 'cut' | 'cut-chunked';
  /** Bytes that are sent. Default: half of the body. */
  readonly bytes?: number;
}

/** A whole answer of half a body, as a server sends that broke off while writing it. With gzip, half of the text. */
export interface TruncateFault extends AnyFault {
  readonly fault: 'truncate';
}

/** The gzip of the body breaks off in the middle, in an answer that is otherwise whole. */
export interface GzipCutFault extends AnyFault {
  readonly fault: 'gzip-cut';
}

/** An error page of a proxy. */
export interface HtmlFault extends AnyFault {
  readonly fault: 'html';
  /** Default 200. */
  readonly status?: number;
}

/** The body comes a byte at a time. */
export interface TrickleFault extends AnyFault {
  readonly fault: 'trickle';
  /** Milliseconds between bytes. Default 50. */
  readonly ms?: number;
}

/** The right answer, late. */
export interface DelayFault extends AnyFault {
  readonly fault: 'delay';
  /** Default 1000. */
  readonly ms?: number;
}

/** A few kilobytes that become so many bytes of JSON. */
export interface GzipBombFault extends AnyFault {
  readonly fault: 'gzip-bomb';
  /** Default 1 GiB. */
  readonly bytes?: number;
}

/** A body of so many bytes, sent until the client leaves. */
export interface HugeFault extends AnyFault {
  readonly fault: 'huge';
  /** Default 2 GiB. */
  readonly bytes?: number;
}

/** An answer elsewhere. */
export interface RedirectFault extends AnyFault {
  readonly fault: 'redirect';
  /** A path or a whole URL. */
  readonly to: string;
  /** Default 302. */
  readonly status?: 301 | 302 | 303 | 307 | 308;
}

/** A redirect that leads to itself. */
export interface RedirectLoopFault extends AnyFault {
  readonly fault: 'redirect-loop';
}

/**
 * Status 200 with no body (`empty`), with the number 42 (`scalar`), with an object where the rows should be
 * (`not-a-list`), with a list of GraphQL `errors` and `data: null` (`errors`).
 */
export interface WrongShapeFault extends AnyFault {
  readonly fault: 'empty' | 'scalar' | 'not-a-list' | 'errors';
}

/** The right rows in JSON that few expect: every row has its first key twice, or an integer beyond 2^53. */
export interface OddJsonFault extends AnyFault {
  readonly fault: 'duplicate-keys' | 'big-integers';
}

/** The right text in other bytes than the header says, or than JSON may have. */
export interface CharsetFault extends AnyFault {
  readonly fault: 'wrong-charset';
  /** `latin1` (the default), declared as UTF-8; `utf-16`, little-endian with a byte order mark, declared as it is. */
  readonly charset?: 'latin1' | 'utf-16';
}

/** A fault with its options. */
export type FaultObject =
  | StatusFault
  | SilentFault
  | CutFault
  | TruncateFault
  | GzipCutFault
  | HtmlFault
  | TrickleFault
  | DelayFault
  | GzipBombFault
  | HugeFault
  | RedirectFault
  | RedirectLoopFault
  | WrongShapeFault
  | OddJsonFault
  | CharsetFault;

/** What goes wrong with one answer. A name alone has the defaults; `status` and `redirect` have none. */
export type Fault = Exclude<FaultName, 'redirect' | 'status'> | FaultObject;

/**
 * Faults by the number of the request, counted from 1 for each route, retries included; or a function that is called
 * for each request and returns undefined where nothing goes wrong.
 */
export type FaultScript =
  Readonly<Record<number, Fault>> | ((request: FakeRequest, number: number) => Fault | undefined);
