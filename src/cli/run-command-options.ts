import { Option, type Command } from 'commander';
import { OUTPUT_FORMATS } from '../targets/open-target.js';
import { repeatable } from './repeatable.js';

/** Adds the options of `host run` that other commands do not have, in groups. */
export function addRunOptions(command: Command): Command {
  return running(safety(howWritten(whatIsRead(whereTo(command)))));
}

function whereTo(command: Command): Command {
  return withPgSchema(targetOptions(command));
}

function targetOptions(command: Command): Command {
  return command
    .optionsGroup('Where rows go:')
    .option(
      '--to <target>',
      'where rows go: -, a .csv, .jsonl, .ndjson, .parquet or .duckdb file, a folder (out/), postgres://user@host/db, or a writable connector (default: warehouse.duckdb)',
    )
    .option('--to-config <file>', 'config of the target, where it is a connector')
    .addOption(repeatable('--to-set <name=value>', 'one value of the target’s config; repeatable', 'none'))
    .option(
      '--table <name>',
      'table of the target (default: the connector’s name without its plugin’s prefix, or that of the file or table)',
    )
    .option(
      '--name <pipeline>',
      'name that state, history and lock hang on (default: connector and table, or the connector of several tables)',
    )
    .addOption(
      new Option(
        '--format <format>',
        'how rows look on stdout (default: ndjson) and in a folder (default: parquet)',
      ).choices(OUTPUT_FORMATS),
    );
}

function whatIsRead(command: Command): Command {
  return withPartitionOptions(withSourceOptions(command.optionsGroup('What is read:')))
    .option('--resume', 'read those partitions of the last run that did not complete')
    .option('--limit <n>', 'read at most so many rows')
    .addOption(repeatable('--tables <names>', 'tables to take, joined by commas; repeatable', 'all'))
    .addOption(repeatable('--columns <names>', 'columns to take, besides the key: a, or t.a', 'all'))
    .addOption(repeatable('--exclude <names>', 'columns to leave out', 'none'))
    .addOption(
      repeatable('--hash-columns <names>', 'columns to hash, with the salt in $HOST_HASH_SALT', 'none'),
    );
}

/** Adds the options that say what is read of a file or database. */
export function withSourceOptions(command: Command): Command {
  return command
    .option('--from-table <name>', 'table of a database to read (default: that of --table)')
    .option('--query <sql>', 'a SELECT to read instead of a table of a database')
    .option('--cursor <column>', 'read on by this column of a file or database from where the last run ended')
    .addOption(
      repeatable(
        '--primary-key <names>',
        'columns that identify a row of a file or database, joined by commas; repeatable',
        'those of the database',
      ),
    );
}

/** Adds the options that say which partitions are read of a source that has some. */
export function withPartitionOptions(command: Command): Command {
  return command
    .option(
      '--partition <spec>',
      'partitions to read: 2026-11-01, 2026-11-01/2026-11-30, LAST_7_DAYS, latest, missing (default: all)',
    )
    .option(
      '--dimensions <list>',
      'how a source is cut whose user decides: day:DAY,country, or with a time zone day:DAY:Europe/Berlin',
    )
    .option('--now <instant>', 'what keywords such as CURRENT_DAY count from (default: now)');
}

function howWritten(command: Command): Command {
  return command
    .optionsGroup('How it is written:')
    .addOption(
      new Option(
        '--mode <mode>',
        'overwrite: replace tables as a whole; append: add rows; merge: by primary key; mirror: send an endpoint what differs (default: what fits the connector)',
      ).choices(['overwrite', 'append', 'merge', 'mirror']),
    )
    .addOption(
      new Option('--deletes <kind>', 'hard: rows go; soft: _deleted_at says when (default: hard)').choices([
        'hard',
        'soft',
      ]),
    )
    .option('--delete-missing', 'remove rows that a complete read did not give')
    .option('--prune', 'remove partitions that are no longer listed, after a complete run of all')
    .addOption(
      new Option(
        '--nested <way>',
        'objects and lists become JSON, columns, or tables of their own (default: json)',
      ).choices(['json', 'flatten', 'child-tables']),
    )
    .option('--max-depth <n>', 'levels of nesting that are opened (default: 3)')
    .addOption(
      new Option('--names <way>', 'keep names, or make them snake_case (default: keep)').choices([
        'keep',
        'snake_case',
      ]),
    )
    .addOption(repeatable('--rename <a=b>', 'another name for a table or column; repeatable', 'none'))
    .addOption(repeatable('--parse-timestamps <names>', 'columns whose text is read as instants', 'none'))
    .addOption(
      new Option(
        '--schema-contract <contract>',
        'what becomes of new tables, columns and types: taken, refused, left out, or the row kept aside (default: evolve)',
      ).choices(['evolve', 'freeze', 'discard', 'discard-row']),
    )
    .option('--audit-columns', 'add the columns _run_id and _loaded_at');
}

function safety(command: Command): Command {
  return command
    .optionsGroup('Safety:')
    .option('--dry-run', 'read up to --limit rows (default: 1000), write nothing, and say what would be done')
    .option('--full-refresh', 'read everything anew and replace every table')
    .option('--keep-state', 'go on from the saved state although parameters changed')
    .option('--adopt', 'take over a table that the host did not load')
    .option('--force', 'let --limit replace a table by fewer rows than it has')
    .option('--allow-empty', 'let a source without rows empty its tables')
    .addOption(
      new Option(
        '--on-bad-row <policy>',
        'fail: the first bad row ends the run; dead-letter: bad rows are kept aside (default: fail)',
      ).choices(['fail', 'dead-letter']),
    )
    .option('--max-rejected <n|p%>', 'keep bad rows aside, at most so many or such a share of the rows read')
    .option(
      '--max-delete <p%>',
      'largest share of a table that --delete-missing, --prune or --mode mirror may remove (default: 10%)',
    );
}

function running(command: Command): Command {
  return withStateDir(
    withLockTimeout(
      command
        .optionsGroup('Running:')
        .option('--all', 'run every pipeline file, one after the other, and go on after a failure')
        .option('--concurrency <n>', 'partitions that are read at once (default: 4; with --limit 1)')
        .option('--fail-fast', 'the first partition that fails stops the others')
        .option(
          '--commit-every <5s|10000>',
          'seconds or rows between commits; 0: at each checkpoint (default: 5 s or 500,000 rows)',
        )
        .option('--retries <n>', 'reads after a passing fault without a commit (default: 3)'),
    ),
  );
}

export function withLockTimeout(command: Command): Command {
  return command.option(
    '--lock-timeout <s>',
    'seconds to wait for a database in use (default: 5 on a terminal, else 60)',
  );
}

export function withPgSchema(command: Command): Command {
  return command.option(
    '--pg-schema <name>',
    'schema of a PostgreSQL database (default: public; of a source its search path)',
  );
}

export function withStateDir(command: Command): Command {
  return command.option(
    '--state-dir <dir>',
    'folder for what the host keeps outside of targets (default: .host beside plugin.json)',
  );
}
