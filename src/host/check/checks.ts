import type { Check } from './check.js';
import { configCheck } from './config-check.js';
import { connectionCheck } from './connection-check.js';
import { firstPageCheck } from './first-page-check.js';
import { keyCheck } from './key-check.js';
import { limitCheck } from './limit-check.js';
import { listingCheck } from './listing-check.js';
import { manifestCheck } from './manifest-check.js';
import { ownValuesCheck } from './own-values-check.js';
import { pagesCheck } from './pages-check.js';
import { partitionCheck } from './partition-check.js';
import { resumeCheck } from './resume-check.js';
import { schemaCheck } from './schema-check.js';
import { stateCheck } from './state-check.js';
import { stopCheck } from './stop-check.js';

/** All checks, in the order in which they run: what one of them needs stands before it. */
export const CHECKS: readonly Check[] = [
  manifestCheck,
  configCheck,
  partitionCheck,
  connectionCheck,
  firstPageCheck,
  schemaCheck,
  keyCheck,
  limitCheck,
  pagesCheck,
  stateCheck,
  resumeCheck,
  stopCheck,
  listingCheck,
  ownValuesCheck,
];
