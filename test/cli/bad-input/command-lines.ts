import { connectorCode } from '../../helpers/temp-plugin.js';
import { CODE, ID, MANIFEST, rows, RUN, type BadInput } from './bad-input.js';

/** Parameters and the files they come from. */
export const BAD_CONFIGS: readonly BadInput[] = [
  {
    name: 'a config file that is missing',
    args: [...RUN, '--config', 'nowhere.json'],
    exitCode: 2,
    code: 'CONFIG_FILE_UNREADABLE',
    says: /config file nowhere\.json does not exist$/m,
  },
  {
    name: 'an environment file that is missing',
    args: [...RUN, '--env-file', 'nowhere.env'],
    exitCode: 2,
    code: 'CONFIG_FILE_UNREADABLE',
    says: /environment file nowhere\.env does not exist$/m,
  },
  {
    name: 'a config for a target that has none',
    args: [...RUN, '--to-set', 'api_key=1'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /the target of --to is no connector, so it has no config$/m,
  },
  {
    name: 'a config file that is not JSON',
    files: { 'config.json': '{\n  "page_size": 5,,\n}' },
    args: [...RUN, '--config', 'config.json'],
    exitCode: 2,
    code: 'CONFIG_FILE_INVALID',
    says: /config file config\.json is not JSON: unexpected character ',' at 2:18$/m,
  },
  {
    name: 'a config file that is not an object',
    files: { 'config.json': '[1]' },
    args: [...RUN, '--config', 'config.json'],
    exitCode: 2,
    code: 'CONFIG_FILE_INVALID',
    says: /config file config\.json must hold an object of parameters \(got a list\)$/m,
  },
  {
    name: 'a mandatory param without value',
    files: { [MANIFEST]: { params: [{ name: 'url', type: 'STRING', mandatory: true }] } },
    exitCode: 2,
    code: 'CONFIG_INVALID',
    says: /param "url" is mandatory/,
  },
  {
    name: 'several wrong params at once',
    args: [...RUN, '--set', 'page_size=ten', '--set', 'kind=order', '--set', 'tokn=a'],
    exitCode: 2,
    code: 'CONFIG_INVALID',
    says: /unknown param "tokn" \(did you mean "token"\?\).*param "page_size" must be an integer \(got "ten"\).*param "kind" must be one of "orders", "users" \(got "order"\)/s,
  },
  {
    name: 'a value out of range',
    args: [...RUN, '--set', 'page_size=101'],
    exitCode: 2,
    code: 'CONFIG_INVALID',
    says: /param "page_size" must be at most 100 \(got 101\)$/m,
  },
  {
    name: 'a variable that is not set',
    args: [...RUN, '--set', 'token=${env:NOT_SET_HERE}'],
    exitCode: 2,
    code: 'ENV_MISSING',
    says: /param "token" refers to the environment variable NOT_SET_HERE, which is not set$/m,
  },
  {
    name: '--set without =',
    args: [...RUN, '--set', 'page_size'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /--set page_size is not of the form name=value$/m,
  },
  {
    name: '--set with a file that is missing',
    args: [...RUN, '--set', 'token=@nowhere.txt'],
    exitCode: 2,
    code: 'CONFIG_FILE_UNREADABLE',
    says: /param "token": file nowhere\.txt does not exist; @@ begins a value with @$/m,
  },
];

const unwritable = (to: string, says: RegExp): BadInput => ({
  name: `a target that cannot be made: ${to}`,
  files: { blocked: 'a file' },
  args: ['run', ID, '--to', to],
  exitCode: 6,
  code: 'TARGET_UNWRITABLE',
  says,
});

/** What --to names. */
export const BAD_TARGETS: readonly BadInput[] = [
  unwritable('blocked/rows.csv', /"blocked" is not a folder$/m),
  unwritable('blocked/rows.jsonl', /"blocked" is not a folder$/m),
  unwritable('blocked/rows.duckdb', /"blocked" is not a folder$/m),
  unwritable('missing/rows.csv', /the folder "missing" does not exist$/m),
  unwritable('missing/rows.jsonl', /the folder "missing" does not exist$/m),
  unwritable('missing/rows.duckdb', /the folder "missing" does not exist$/m),
  {
    name: 'a .duckdb file that is no database',
    files: {
      'out/fake.duckdb':
        'I am a text, not a database, and long enough to have a header of DuckDB’s own size.\n'.repeat(200),
    },
    args: ['run', ID, '--to', 'out/fake.duckdb'],
    exitCode: 6,
    code: 'TARGET_NOT_A_DATABASE',
    says: /out\/fake\.duckdb exists but is not a DuckDB database$/m,
  },
  {
    name: 'a target whose name is almost that of a connector',
    args: ['run', ID, '--to', 'bad-cas'],
    exitCode: 2,
    code: 'TARGET_UNKNOWN',
    says: /"bad-cas" is neither a target nor a connector \(did you mean "bad-case"\?\)$/m,
  },
  {
    name: 'a kind of target that is not known',
    args: ['run', ID, '--to', 'rows.xlsx'],
    exitCode: 2,
    code: 'TARGET_UNKNOWN',
    says: /"rows\.xlsx" is neither a target nor a connector$/m,
  },
  {
    name: '--format with a file',
    args: [...RUN, '--format', 'csv'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /--format csv is for the target - and for folders only$/m,
  },
  {
    name: 'a connector as target that cannot be written',
    args: ['run', ID, '--to', ID],
    exitCode: 2,
    code: 'CONNECTOR_NOT_WRITABLE',
    says: /connector "bad-case" cannot be written to$/m,
  },
  {
    name: '--mode append to a connector without supportAppend',
    files: {
      'python-connectors/bad-sink/connector.json': { readable: false, writable: true },
      'python-connectors/bad-sink/connector.ts': connectorCode(
        '*generateRows() {}\n  getWriter() { return { writeRow() {}, async close() {} }; }',
      ),
    },
    args: ['run', ID, '--to', 'bad-sink', '--mode', 'append'],
    exitCode: 2,
    code: 'TARGET_MODE_UNSUPPORTED',
    says: /connector "bad-sink" takes no rows that are added to what is there$/m,
  },
  {
    name: 'a connector as source that cannot be read',
    files: { [MANIFEST]: { readable: false } },
    exitCode: 2,
    code: 'CONNECTOR_NOT_READABLE',
    says: /connector "bad-case" cannot be read$/m,
  },
];

const limit = (value: string): BadInput => ({
  name: `--limit ${value}`,
  args: [...RUN, '--limit', value],
  exitCode: 2,
  code: 'CLI_USAGE',
  says: new RegExp(`--limit must be an integer of at least 1 \\(got "${value}"\\)$`, 'm'),
});

const option = (args: readonly string[], says: RegExp): BadInput => ({
  name: args.join(' '),
  args: [...RUN, ...args],
  exitCode: 2,
  code: 'CLI_USAGE',
  says,
});

/** Options of a run that do not read, or do not go together. */
export const BAD_RUN_OPTIONS: readonly BadInput[] = [
  option(
    ['--commit-every', '5m'],
    /--commit-every must be seconds as in 5s, or a number of rows \(got "5m"\)$/m,
  ),
  option(['--retries', '-1'], /--retries must be an integer from 0 to 1000 \(got "-1"\)$/m),
  option(['--lock-timeout', 'long'], /--lock-timeout must be a number of seconds .* \(got "long"\)$/m),
  option(
    ['--delete-missing', '--max-delete', '10'],
    /--max-delete must be a share from 0% to 100% \(got "10"\)$/m,
  ),
  option(
    ['--max-delete', '10%'],
    /--max-delete limits --delete-missing, --prune or --mode mirror, and none is there$/m,
  ),
  option(
    ['--pg-schema', 'sales'],
    /--pg-schema is for PostgreSQL, and neither the source nor the target is one$/m,
  ),
  {
    name: '--mode mirror with a cursor',
    files: { 'rows.csv': 'id\n1\n' },
    args: ['run', 'rows.csv', '--mode', 'mirror', '--cursor', 'id', '--to', 'out.csv'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /--mode mirror compares a whole read, and --cursor reads only what is new$/m,
  },
  option(['--full-refresh', '--keep-state'], /there is no state for --keep-state to keep$/m),
  option(['--name', ' a'], /--name must be a text of 1 to 200 characters/),
  option(['--max-depth', '101'], /--max-depth must be an integer from 0 to 100 \(got "101"\)$/m),
  option(['--rename', 'a'], /--rename "a" is not of the form name=new-name$/m),
  option(['--hash-columns', 'id'], /--hash-columns needs a salt/),
  {
    name: '--table where the connector declares several',
    files: {
      [CODE]: rows('', `getReadSchema() { return { tables: [{ name: 'a' }, { name: 'b' }] } as never; }`),
    },
    args: [...RUN, '--table', 'x'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /connector "bad-case" declares tables of its own, so --table "x" cannot name one$/m,
  },
];

/** Commands that look at pipelines. */
export const BAD_PIPELINES: readonly BadInput[] = [
  {
    name: 'the state of a database that is not there',
    args: ['state', 'show', 'bad-case.case', '--to', 'nowhere.duckdb'],
    exitCode: 2,
    code: 'PIPELINE_NOT_FOUND',
    says: /there is no database nowhere\.duckdb, so no pipeline ran into it$/m,
  },
  {
    name: 'the runs of stdout',
    args: ['runs', '--to', '-'],
    exitCode: 2,
    code: 'PIPELINE_NOT_FOUND',
    says: /stdout keeps no states and no runs$/m,
  },
  {
    name: 'a state that is no object',
    args: ['state', 'set', 'bad-case.case', '[1]'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /a state must be a JSON object$/m,
  },
  {
    name: 'a state that is not JSON',
    args: ['state', 'set', 'bad-case.case', '{secret'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /the state is not JSON$/m,
  },
  {
    name: 'a state in a file that is missing',
    args: ['state', 'set', 'bad-case.case', '@nowhere.json'],
    exitCode: 2,
    code: 'CONFIG_FILE_UNREADABLE',
    says: /file nowhere\.json does not exist$/m,
  },
  {
    name: 'host state without a command',
    args: ['state'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /a command is missing that says what to do$/m,
  },
  {
    name: 'notes that are damaged',
    files: { '.host/pipelines.json': '{' },
    args: ['runs'],
    exitCode: 2,
    code: 'CONFIG_FILE_INVALID',
    says: /pipelines\.json is damaged, or was written by a newer version of the host$/m,
  },
];

/** The command line itself. */
export const BAD_USAGE: readonly BadInput[] = [
  limit('0'),
  limit('-5'),
  limit('x'),
  {
    name: 'a command that is not known',
    args: ['rnu', ID],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /unknown command 'rnu'\n.*did you mean run\?/i,
  },
  {
    name: 'an option that is not known',
    args: [...RUN, '--limt', '5'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /unknown option '--limt'\n.*did you mean --limit\?/i,
  },
  {
    name: 'no connector',
    args: ['run'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /a name is missing that says what is run$/m,
  },
  {
    name: 'too many arguments',
    args: [...RUN, 'more'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /too many arguments for 'run'/,
  },
  {
    name: 'an option that is not known, with a value that may be secret',
    args: [...RUN, '--sett=token=abc'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /unknown option '--sett'$/m,
  },
  {
    name: 'a mode that is not known',
    args: [...RUN, '--mode', 'replace'],
    exitCode: 2,
    code: 'CLI_USAGE',
    says: /option '--mode <mode>' argument 'replace' is invalid\. Allowed choices are overwrite, append, merge, mirror\.$/m,
  },
  {
    name: 'a connector that is not known',
    args: ['run', 'bad-cse'],
    exitCode: 2,
    code: 'CONNECTOR_NOT_FOUND',
    says: /there is no connector "bad-cse" \(did you mean "bad-case"\?\)$/m,
  },
  {
    name: '--plugin that names nothing',
    args: [...RUN, '--plugin', 'nowhere'],
    exitCode: 2,
    code: 'PLUGIN_NOT_FOUND',
    says: /--plugin nowhere: there is no plugin and no connector in that folder$/m,
  },
];
