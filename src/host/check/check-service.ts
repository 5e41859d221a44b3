import { inject, injectable } from 'inversify';
import type { HostError } from '../../sdk/errors.js';
import type { Logger } from '../../sdk/logger.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { ConnectorLoader } from '../connectors/connector-loader.js';
import { ConnectorOpener } from '../connectors/connector-opener.js';
import { ConnectorRegistry } from '../connectors/connector-registry.js';
import { toHostError } from '../http/http-error.js';
import { redactingLogger } from '../redacting-logger.js';
import { Redactor } from '../redactor.js';
import type { ConfigSpec, RunSpec } from '../run-spec.js';
import { TOKENS } from '../tokens.js';
import { CheckLog } from './check-log.js';
import type { CheckName } from './check-name.js';
import { failed, skipped, type Check, type CheckResult, type Finding } from './check.js';
import { CheckSubject } from './check-subject.js';
import { CHECKS } from './checks.js';
import { whyNoRows } from './reading.js';

/** What is checked. */
export interface CheckSpec extends ConfigSpec, Pick<RunSpec, 'partition' | 'dimensions' | 'now'> {
  readonly connector: string;
  /** Rows to look at. Default: two pages, or 1000 rows of a connector that yields them one by one. */
  readonly limit?: number | undefined;
}

/** What whoever starts the checks gives. */
export interface CheckControl {
  /** Stops the checks; its reason is an AbortError. */
  readonly signal: AbortSignal;
  /** Called after each check, and for each warning that was logged in it. */
  readonly onResult?: ((result: CheckResult) => void) | undefined;
}

/** What the checks found: `host check --json` prints it as one object. */
export interface CheckReport {
  /** Id of the connector. */
  readonly connector: string;
  /** The worst of all checks. */
  readonly status: 'ok' | 'warning' | 'failed';
  /** How many lines there are of each kind: one of each check, and one of each warning that was logged. */
  readonly counts: Readonly<Record<Finding['status'], number>>;
  /** The checks in their order, each followed by what was logged in it. */
  readonly checks: readonly CheckResult[];
}

/** How the checks ended. */
export interface CheckOutcome {
  readonly report: CheckReport;
  /** The error of the first check that failed, which decides the exit code; undefined: none did. */
  readonly error: HostError | undefined;
}

/** Holds a connector against the contract, on live rows. */
@injectable()
export class CheckService {
  constructor(
    @inject(TOKENS.Logger) private readonly logger: Logger,
    @inject(ConnectorRegistry) private readonly registry: ConnectorRegistry,
    @inject(ConnectorLoader) private readonly loader: ConnectorLoader,
    @inject(ConnectorOpener) private readonly opener: ConnectorOpener,
    @inject(Redactor) private readonly redactor: Redactor,
  ) {}

  /** @throws ConfigError where there is no such connector, AbortError when the checks are stopped */
  async check(spec: CheckSpec, { signal, onResult }: CheckControl): Promise<CheckOutcome> {
    const entry = await this.registry.find(spec.connector);
    const { loader, opener, redactor } = this;
    const log = new CheckLog(this.logger);
    const subject = new CheckSubject({
      entry,
      config: spec,
      partitions: { partition: spec.partition, dimensions: spec.dimensions, now: spec.now },
      limit: spec.limit,
      signal,
      loader,
      opener,
      log,
      logger: redactingLogger(log, redactor),
    });
    const results = new Map<CheckName, CheckResult>();
    const lines: CheckResult[] = [];
    const tell = (result: CheckResult): void => {
      lines.push(result);
      onResult?.(result);
    };
    let error: HostError | undefined;
    for (const check of CHECKS) {
      // What is not for every connector has no line where it cannot be told whether it is for this one.
      if (check.isFor && whySkipped(check, results)) continue;
      const finding = whySkipped(check, results) ?? (await run(check, subject));
      signal.throwIfAborted();
      if (finding === undefined) continue;
      if (finding.status === 'failed') error ??= finding.error;
      const result = this.#result(check.name, finding);
      results.set(check.name, result);
      tell(result);
      for (const seen of log.take()) {
        tell({ name: 'log', status: 'warning', seen, action: null, code: null });
      }
    }
    return { report: report(spec.connector, lines), error };
  }

  #result(name: CheckName, finding: Finding): CheckResult {
    const { status } = finding;
    const redact = (text: string): string => this.redactor.redact(text);
    if (status === 'failed') {
      const { message, action, code } = finding.error;
      return { name, status, seen: redact(message), action: redact(action), code };
    }
    const action = status === 'warning' ? redact(finding.action) : null;
    return { name, status, seen: redact(finding.seen), action, code: null };
  }
}

/** A check that needs one that failed is skipped, and so are those that need it. */
function whySkipped({ needs }: Check, results: ReadonlyMap<CheckName, CheckResult>): Finding | undefined {
  for (const name of needs) {
    const result = results.get(name);
    if (result?.status === 'failed') return skipped(`"${name}" failed`);
    if (result?.status === 'skipped') return skipped(result.seen);
  }
  return undefined;
}

/** Undefined: the check is not for this connector. */
async function run(check: Check, subject: CheckSubject): Promise<Finding | undefined> {
  try {
    const { looksAt, isFor } = check;
    if (isFor && (!subject.isReadable || !(await isFor(subject)))) return undefined;
    if (looksAt !== 'folder' && !subject.isReadable) return skipped('the connector cannot be read');
    const reason = looksAt === 'rows' ? whyNoRows(await subject.reading()) : undefined;
    return reason === undefined ? await check.run(subject) : skipped(reason);
  } catch (error) {
    return failed(explainFailure(error, toHostError));
  }
}

function report(connector: string, checks: readonly CheckResult[]): CheckReport {
  const counts = { ok: 0, warning: 0, failed: 0, skipped: 0 };
  for (const { status } of checks) counts[status] += 1;
  const status = counts.failed > 0 ? 'failed' : counts.warning > 0 ? 'warning' : 'ok';
  return { connector, status, counts, checks };
}
