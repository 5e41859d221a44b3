/** Why an exchange has no answer. */
export type SendFailureKind =
  | 'network'
  | 'idle'
  | 'deadline'
  | 'too large'
  | 'aborted'
  /** The proxy did not connect. */
  | 'proxy'
  | 'request body'
  | 'unsendable';

/** What is known about a failed exchange. */
export interface SendFailureParts {
  readonly cause?: Error | undefined;
  /** Whether the head of the answer had come. */
  readonly hasHead: boolean;
  /** Whether the connection had been used before, so that the server may just have closed it. */
  readonly isReused: boolean;
  /** What a proxy said that did not connect. */
  readonly proxyStatus?: number | undefined;
}

/** Node's parser of HTTP adds the bytes that it failed at. */
type ParserError = NodeJS.ErrnoException & { readonly rawPacket?: Uint8Array };

/** An exchange without an answer, before it is put in words. */
export class SendFailure extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly hasHead: boolean;
  readonly isReused: boolean;
  readonly proxyStatus: number | undefined;
  /** Whether what came is no HTTP but an alert of TLS: its type is 0x15, and its version begins with 3. */
  readonly isTlsAlert: boolean;

  constructor(
    readonly kind: SendFailureKind,
    { cause, hasHead, isReused, proxyStatus }: SendFailureParts,
  ) {
    super(cause?.message ?? kind);
    const { code = '', syscall = '', rawPacket } = (cause ?? {}) as ParserError;
    this.code = code;
    this.syscall = syscall;
    this.hasHead = hasHead;
    this.isReused = isReused;
    this.proxyStatus = proxyStatus;
    this.isTlsAlert = rawPacket?.[0] === 0x15 && rawPacket[1] === 3;
  }
}
