import type { HttpOptions } from '../../sdk/http.js';
import { checkOptions } from './check-options.js';
import type { Authenticator } from './auth/authenticator.js';
import { createAuthenticator } from './auth/create-authenticator.js';
import { credentialSender } from './credential-sender.js';
import type { HttpClientParts } from './http-client.js';
import type { HttpEnvironment } from './http-environment.js';
import type { HttpShare } from './http-share.js';
import { OriginGuard } from './origin-guard.js';
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
  share: HttpShare,
  times: { readonly idleSeconds: number; readonly deadlineSeconds: number },
): HttpClientParts & { readonly maxBytes: number; readonly redact: (text: string) => string } {
  checkOptions(options);
  const { logger, redact, connectorId } = environment;
  const { rateLimit, auth, headers = {} } = options;
  const hasCredentials = (auth !== undefined && auth.type !== 'none') || Object.keys(headers).length > 0;
  const common = {
    transportOf: share.agents.forClient(options.tls),
    retry: retryLimits(options.retry),
    maxBytes: options.maxResponseBytes ?? DEFAULT_MAX_BYTES,
    logger,
    redact,
  };
  return {
    ...common,
    guard: new OriginGuard({ ...options, hasCredentials }),
    limiter: rateLimit && sharedRateLimiter(connectorId, rateLimit),
    pause: share.pause(options, common.retry.seconds, logger),
    authenticator: sharedAuthenticator(options, environment, share, { ...common, ...times }),
  };
}

/** Nothing of it ends with the instance whose client is the first to have it. */
function sharedAuthenticator(
  options: HttpOptions,
  { addSecret, redact, stateFolder, userAgent }: HttpEnvironment,
  share: HttpShare,
  sending: Omit<Parameters<typeof credentialSender>[0], 'userAgent'>,
): Authenticator | undefined {
  const { auth } = options;
  if (auth === undefined || auth.type === 'none') return undefined;
  return share.authenticator({ ...options, auth }, () =>
    createAuthenticator(auth, {
      send: credentialSender({ ...sending, userAgent }),
      addSecret,
      redact,
      stateFolder,
    }),
  );
}
