import type { HttpOptions } from '../../sdk/http.js';
import type { Agents } from './agents.js';
import { checkOptions } from './check-options.js';
import { createAuthenticator } from './auth/create-authenticator.js';
import { credentialSender } from './credential-sender.js';
import type { HttpClientParts } from './http-client.js';
import type { HttpEnvironment } from './http-environment.js';
import { OriginGuard } from './origin-guard.js';
import { RateLimitPause } from './rate-limit-pause.js';
import { sharedRateLimiter } from './rate-limiter.js';
import { retryLimits } from './with-retries.js';

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/**
 * What a client of these options works with.
 * @param times how long a request for credentials may take
 * @throws ConnectorError or ConfigError for options that cannot be used
 */
export function clientParts(
  options: HttpOptions,
  environment: HttpEnvironment,
  agents: Agents,
  times: { readonly idleSeconds: number; readonly deadlineSeconds: number },
): HttpClientParts & { readonly maxBytes: number; readonly redact: (text: string) => string } {
  checkOptions(options);
  const { logger, redact, connectorId, userAgent, addSecret, stateFolder } = environment;
  const { rateLimit, auth, headers = {} } = options;
  const hasCredentials = (auth !== undefined && auth.type !== 'none') || Object.keys(headers).length > 0;
  const common = {
    transportOf: agents.forClient(options.tls),
    retry: retryLimits(options.retry),
    maxBytes: options.maxResponseBytes ?? DEFAULT_MAX_BYTES,
    logger,
    redact,
  };
  return {
    ...common,
    guard: new OriginGuard({ ...options, hasCredentials }),
    limiter: rateLimit && sharedRateLimiter(connectorId, rateLimit),
    pause: new RateLimitPause(common.retry.seconds, logger),
    authenticator: createAuthenticator(auth, {
      send: credentialSender({ ...common, ...times, userAgent }),
      addSecret,
      redact,
      stateFolder,
    }),
  };
}
