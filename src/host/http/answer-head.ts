import type { HttpAnswer } from './http-request.js';

/** What is known of an answer before its body has come. */
export type AnswerHead = Pick<HttpAnswer, 'status' | 'headers'>;
