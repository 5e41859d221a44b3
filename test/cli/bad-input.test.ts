import { describe, expect, it } from '@jest/globals';
import { oneAhead, type HostResult } from '../helpers/run-host.js';
import { WarmHost } from '../helpers/warm-host.js';
import { inTempFolder, readFiles, type Files } from '../helpers/temp-plugin.js';
import { GOOD_FILES, ID, OLD_FILE, type BadInput } from './bad-input/bad-input.js';
import {
  BAD_CONFIGS,
  BAD_PIPELINES,
  BAD_RUN_OPTIONS,
  BAD_TARGETS,
  BAD_USAGE,
} from './bad-input/command-lines.js';
import { BAD_CLASSES, BAD_MANIFESTS } from './bad-input/connectors.js';
import { BAD_EMISSIONS } from './bad-input/emissions.js';

const BAD_INPUT: readonly BadInput[] = [
  ...BAD_MANIFESTS,
  ...BAD_CLASSES,
  ...BAD_CONFIGS,
  ...BAD_EMISSIONS,
  ...BAD_TARGETS,
  ...BAD_USAGE,
  ...BAD_RUN_OPTIONS,
  ...BAD_PIPELINES,
];

const host = new WarmHost();
const STACK = /^\s+at /m;
const WITHIN_SECONDS = 10;

/** What a command said, and the files before and after it. */
interface Outcome extends HostResult {
  readonly filesBefore: Readonly<Record<string, string>>;
  readonly filesAfter: Readonly<Record<string, string>>;
}

function runBad(
  { files, args = ['run', ID, '--to', OLD_FILE] }: BadInput,
  more: string[] = [],
): Promise<Outcome> {
  const present = Object.entries({ ...GOOD_FILES, ...files }).filter(([, content]) => content !== undefined);
  return inTempFolder(Object.fromEntries(present) as Files, async (cwd) => {
    const filesBefore = await readFiles(cwd);
    const result = await host.run([...args, ...more], { cwd });
    return { ...result, filesBefore, filesAfter: await readFiles(cwd) };
  });
}

const outcomeOf = oneAhead(BAD_INPUT, (bad) => runBad(bad));

describe.each(BAD_INPUT)('$name', (bad) => {
  it(`ends with exit code ${bad.exitCode} and one clear error`, async () => {
    const { stderr, stdout, exitCode, seconds } = await outcomeOf(bad);
    expect(stderr).toMatch(bad.says);
    expect(stderr).toContain(`  ${bad.code}, see docs/reference/errors.md#${bad.code.toLowerCase()}\n`);
    expect(stderr.match(/^error: /gm)).toHaveLength(1);
    expect(stderr).not.toMatch(STACK);
    expect(stdout).toBe('');
    expect(exitCode).toBe(bad.exitCode);
    expect(seconds).toBeLessThan(WITHIN_SECONDS);
  });

  it('leaves every file as it was', async () => {
    const { filesBefore, filesAfter } = await outcomeOf(bad);
    // The history of pipelines is written by every run.
    const left = Object.entries(filesAfter).filter(
      ([file]) => file in filesBefore || !file.startsWith('.host/'),
    );
    expect(Object.fromEntries(left)).toEqual(filesBefore);
  });
});

describe('with --json', () => {
  // Once for each code.
  const runs = BAD_INPUT.filter(({ args = ['run'] }) => args[0] === 'run').filter(
    ({ code }, index, all) => all.findIndex((other) => other.code === code) === index,
  );
  const jsonOutcomeOf = oneAhead(runs, (bad) => runBad(bad, ['--json']));

  it.each(runs)('$code is one object on stdout, and the same text on stderr', async (bad) => {
    const { stderr, stdout, exitCode } = await jsonOutcomeOf(bad);
    expect(stderr).toMatch(bad.says);
    expect(exitCode).toBe(bad.exitCode);
    const report = JSON.parse(stdout) as { message: string };
    expect(report).toMatchObject({ status: 'failed', code: bad.code, rowsWritten: 0, commits: 0 });
    expect(stderr).toContain(`error: ${report.message}\n`);
  });

  it.each([
    { name: 'that cannot start', args: ['run', 'bad-cse', '--to', '-'] },
    { name: 'that is asked for wrongly', args: ['run', ID, '--to', '-', '--limt', '1'] },
  ])('the report of a run $name goes to stderr where stdout is for rows', async ({ args }) => {
    const { stderr, stdout } = await runBad({ ...(BAD_INPUT[0] as BadInput), files: {}, args }, ['--json']);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr.split('\n')[0] as string)).toMatchObject({ status: 'failed' });
  });
});
