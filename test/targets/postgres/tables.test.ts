import { describe, expect, it } from '@jest/globals';
import { op } from '../../../src/sdk/operations.js';
import type { HostError } from '../../../src/sdk/errors.js';
import { PostgresTarget } from '../../../src/targets/postgres/postgres-target.js';
import { storedName } from '../../../src/targets/postgres/sql.js';
import { PostgresPlace } from '../../fixtures/postgres-place.js';
import { usePostgres } from '../../helpers/postgres-server.js';

const server = usePostgres();
const newPlace = async (): Promise<PostgresPlace> => new PostgresPlace(await server.newDatabase());
const AT_EACH = { commitEvery: { seconds: 0, rows: 0 } };

async function codeOf(opened: Promise<PostgresTarget>): Promise<unknown> {
  const target = await opened.catch((error: unknown) => error as HostError);
  if (target instanceof PostgresTarget) {
    await target.close();
    return undefined;
  }
  return [target.name, target.code];
}

describe('a table that is replaced', () => {
  it('keeps grants, comments, constraints, indexes and their names', async () => {
    const place = await newPlace();
    await place.query(`CREATE ROLE reader; CREATE TABLE t (id bigint PRIMARY KEY, v text DEFAULT 'x' CHECK (v <> 'no'), gone int);
      CREATE INDEX by_v ON t (v); COMMENT ON TABLE t IS 'of a person''s'; COMMENT ON COLUMN t.v IS 'value';
      GRANT SELECT ON t TO reader; GRANT UPDATE (v) ON t TO reader WITH GRANT OPTION; ALTER TABLE t SET (fillfactor = 70);
      INSERT INTO t VALUES (9, 'old', 1)`);
    const { error } = await place.run({ table: 't', rows: [{ id: 1, v: 'a', more: 0.5 }] });
    expect(error).toBeUndefined();
    expect(await place.query('SELECT id, v, more FROM t')).toEqual([['1', 'a', '0.5']]);
    expect(await place.query(`SELECT indexname FROM pg_indexes WHERE tablename = 't' ORDER BY 1`)).toEqual([
      ['by_v'],
      ['t_pkey'],
    ]);
    expect(
      await place.query(
        `SELECT relacl::text, reloptions::text, obj_description(oid, 'pg_class') FROM pg_class WHERE relname = 't'`,
      ),
    ).toEqual([['{postgres=arwdDxtm/postgres,reader=r/postgres}', '{fillfactor=70}', "of a person's"]]);
    expect(
      await place.query(`SELECT attname, attacl::text, col_description(attrelid, attnum) FROM pg_attribute
      WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1`),
    ).toEqual([
      ['id', null, null],
      ['more', null, null],
      ['v', '{reader=w*/postgres}', 'value'],
    ]);
    expect(
      await place.query(
        `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass AND contype IN ('c', 'p') ORDER BY 1`,
      ),
    ).toEqual([["CHECK ((v <> 'no'::text))"], ['PRIMARY KEY (id)']]);
    expect(await place.query(`SELECT count(*) FROM pg_class WHERE relname LIKE '\\_host\\_shadow%'`)).toEqual(
      [['0']],
    );
  });

  it.each([
    ['a view', 'CREATE VIEW seen AS SELECT a FROM t'],
    ['a materialized view', 'CREATE MATERIALIZED VIEW seen AS SELECT a FROM t'],
    [
      'a foreign key',
      'ALTER TABLE t ADD UNIQUE (a); CREATE TABLE seen (a bigint REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED); INSERT INTO seen VALUES (1)',
    ],
    [
      'a trigger',
      `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()`,
    ],
    ['a sequence of its own', 'ALTER TABLE t ADD COLUMN n serial'],
    ['a policy', 'CREATE POLICY p ON t USING (true)'],
    ['an identity column', 'ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS IDENTITY'],
  ])('stays where %s depends on it', async (_name, sql) => {
    const place = await newPlace();
    await place.run({ table: 't', rows: [{ a: 1 }] });
    await place.query(sql);
    const [before] = await place.query(`SELECT 't'::regclass::oid`);
    const { error } = await place.run({ table: 't', rows: [{ a: 1, b: 'new' }, { a: 2 }] });
    expect(error).toBeUndefined();
    expect(await place.query('SELECT a, b FROM t ORDER BY a')).toEqual([
      ['1', 'new'],
      ['2', null],
    ]);
    expect(await place.query(`SELECT 't'::regclass::oid`)).toEqual([before]);
    expect(await place.query(`SELECT count(*) FROM pg_class WHERE relname LIKE '\\_host\\_shadow%'`)).toEqual(
      [['0']],
    );
  });

  it('names the view that a wider type is in the way of', async () => {
    const place = await newPlace();
    await place.run({ table: 't', rows: [{ a: 1 }] });
    await place.query('CREATE VIEW seen AS SELECT a FROM t');
    for (const mode of ['overwrite', 'append'] as const) {
      const { error } = await place.run({ table: 't', mode, rows: [{ a: 'text' }] });
      expect([error?.name, error?.message]).toEqual([
        'TargetError',
        expect.stringContaining('cannot get a wider type'),
      ]);
      expect(error?.message).toContain('the view seen shows it');
      expect(await place.query('SELECT a FROM seen')).toEqual([['1']]);
    }
  });

  it('is asked for first where the host did not load it', async () => {
    const place = await newPlace();
    await place.query('CREATE TABLE t (a int); INSERT INTO t VALUES (7)');
    const { error } = await place.run({ table: 't', rows: [{ a: 1 }], options: { adopt: false } });
    expect(error?.code).toBe('TABLE_NOT_OURS');
    expect(await place.query('SELECT a FROM t')).toEqual([['7']]);
  });
});

describe('a table that is merged', () => {
  const schema = { tables: [{ name: 't', primaryKey: ['k'] }] };

  it('gets an index on its key, and no constraint', async () => {
    const place = await newPlace();
    await place.run({ schema, rows: [op.upsert('t', { k: 1 })], options: { mode: undefined } });
    expect(await place.query(`SELECT indexdef FROM pg_indexes WHERE tablename = 't'`)).toEqual([
      ['CREATE INDEX t_host_key ON public.t USING btree (k)'],
    ]);
    expect(await place.query(`SELECT count(*) FROM pg_constraint WHERE conrelid = 't'::regclass`)).toEqual([
      ['0'],
    ]);
    await place.run({
      schema,
      rows: [op.upsert('t', { k: 2 })],
      options: { mode: undefined, fullRefresh: true },
    });
    expect(await place.query(`SELECT indexname FROM pg_indexes WHERE tablename = 't'`)).toEqual([
      ['t_host_key'],
    ]);
  });

  it.each(['hard', 'soft'] as const)(
    'by its unique index where it has one, so that rows stay: %s deletes',
    async (deletes) => {
      const place = await newPlace();
      await place.query(`CREATE TABLE t (k bigint PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'old'), (2, 'old'), (3, 'old');
      CREATE TABLE child (k bigint REFERENCES t ON DELETE CASCADE); INSERT INTO child VALUES (1)`);
      const rows = [
        op.upsert('t', [{ k: 1, v: 'new' }, { k: 4 }]),
        op.delete('t', [{ k: 2 }, { k: 4 }]),
        op.upsert('t', { k: 4, v: 'again' }),
        op.update('t', { k: 3, v: 'patch' }),
      ];
      const { error } = await place.run({ schema, rows, options: { mode: undefined, deletes, ...AT_EACH } });
      expect(error).toBeUndefined();
      const isLiving = deletes === 'soft' ? 'WHERE _deleted_at IS NULL' : '';
      expect(await place.query(`SELECT k, v FROM t ${isLiving} ORDER BY k`)).toEqual([
        ['1', 'new'],
        ['3', 'patch'],
        ['4', 'again'],
      ]);
      expect(await place.query('SELECT k FROM child')).toEqual([['1']]);
    },
  );

  it('loses the rows that a complete read did not give', async () => {
    const place = await newPlace();
    const rows = Array.from({ length: 100 }, (_, k) => ({ k }));
    await place.run({ schema, rows: [op.upsert('t', rows)], options: { mode: undefined } });
    const options = { mode: undefined, deleteMissing: { maxShare: 0.1 } };
    await place.run({ schema, rows: [op.upsert('t', rows.slice(5))], options });
    expect(await place.query('SELECT count(*), min(k) FROM t')).toEqual([['95', '5']]);
    const { error } = await place.run({ schema, rows: [op.upsert('t', rows.slice(50))], options });
    expect(error?.code).toBe('GUARD_REFUSED');
    expect(await place.query('SELECT count(*) FROM t')).toEqual([['95']]);
  });
});

describe('rows that are only added', () => {
  it('go to the table at once, and are seen with the commit', async () => {
    const place = await newPlace();
    await place.run({ table: 't', rows: [{ a: 1 }], mode: 'append' });
    let seen: unknown;
    await place.run({
      table: 't',
      mode: 'append',
      rows: async function* () {
        yield Array.from({ length: 5000 }, (_, a) => ({ a }));
        yield Array.from({ length: 5000 }, (_, a) => ({ a }));
        seen = await place.query(`SELECT count(*), pg_relation_size('t') > 200000 FROM t`);
      },
    });
    expect(seen).toEqual([['1', 't']]);
    expect(await place.query('SELECT count(*) FROM t')).toEqual([['10001']]);
  });

  it('keep no reader waiting when a column comes in mid-run', async () => {
    const place = await newPlace();
    await place.run({ table: 't', rows: [{ a: 1 }], mode: 'append' });
    let seen: unknown;
    await place.run({
      table: 't',
      mode: 'append',
      rows: async function* () {
        yield Array.from({ length: 3000 }, (_, a) => ({ a }));
        yield Array.from({ length: 3000 }, (_, a) => ({ a, b: 'late' }));
        yield Array.from({ length: 3000 }, (_, a) => ({ a: a / 2 }));
        seen = await place.query(`SET lock_timeout = 1000; SELECT count(*) FROM t`);
      },
    });
    expect(seen).toEqual([['1']]);
    expect(await place.query('SELECT count(*), count(b), sum(a) > 0 FROM t')).toEqual([
      ['9001', '3000', 't'],
    ]);
  });
});

describe('bad input', () => {
  it.each<[string, (url: URL) => void, unknown]>([
    ['a wrong password', (url) => (url.password = 'wrong'), ['AuthError', 'AUTH_FAILED']],
    ['a role that is not there', (url) => (url.username = 'nobody'), ['AuthError', 'AUTH_FAILED']],
    ['a database that is not there', (url) => (url.pathname = '/nowhere'), ['ConfigError', 'TARGET_UNKNOWN']],
    ['a port that nobody listens on', (url) => (url.port = '1'), ['TransientError', 'TARGET_UNAVAILABLE']],
    [
      'a host that is not there',
      (url) => (url.hostname = 'no-such-host.invalid'),
      ['ConfigError', 'TARGET_UNKNOWN'],
    ],
    [
      'TLS that the server does not have',
      (url) => (url.search = '?sslmode=verify-full'),
      ['ConfigError', 'CONFIG_INVALID'],
    ],
    [
      'a certificate that is not there',
      (url) => (url.search = '?sslrootcert=/nowhere/ca.pem'),
      ['ConfigError', 'CONFIG_INVALID'],
    ],
    ['no TLS, as it is asked for', (url) => (url.search = '?sslmode=disable'), undefined],
  ])('%s', async (_name, change, expected) => {
    const url = new URL(server.url);
    change(url);
    expect(await codeOf(PostgresTarget.open(url.href))).toEqual(expected);
  });

  it('never shows the password', async () => {
    const secret = 'geheim-1234';
    for (const text of [
      server.url.replace(/:[^:@]*@/, `:${secret}@`),
      `postgres://me:${secret}@[bad/x`,
      `postgres://me:1/${secret}@h/x`,
    ]) {
      const error = await PostgresTarget.open(text).catch((thrown: unknown) => thrown as HostError);
      expect(error).toBeInstanceOf(Error);
      expect(JSON.stringify([error, (error as HostError).message])).not.toContain(secret);
    }
    const target = await PostgresTarget.open(server.url);
    expect(target.label).toMatch(/^postgres:\/\/127\.0\.0\.1:\d+\/postgres$/);
    await target.close();
  });

  it('a role without CREATE, one that may only read, a schema that is not there', async () => {
    const place = await newPlace();
    const database = new URL(place.url).pathname.slice(1);
    await place.query(`CREATE ROLE "weak_${database}" LOGIN PASSWORD 'weak'; CREATE ROLE "still_${database}" LOGIN PASSWORD 'weak';
      ALTER ROLE "still_${database}" SET default_transaction_read_only = on`);
    const as = (role: string): PostgresPlace => {
      const url = new URL(place.url);
      [url.username, url.password] = [`${role}_${database}`, 'weak'];
      return new PostgresPlace(url.href);
    };
    const weak = (await as('weak').run({ rows: [{ a: 1 }] })).error;
    expect([weak?.name, weak?.code, weak?.message]).toEqual([
      'TargetError',
      'TARGET_UNWRITABLE',
      expect.stringMatching(/permission denied for schema public$/),
    ]);
    const still = (await as('still').run({ rows: [{ a: 1 }] })).error;
    expect([still?.code, still?.message]).toEqual([
      'TARGET_UNWRITABLE',
      expect.stringMatching(/is read-only$/),
    ]);
    const own = new PostgresPlace(place.url, { schema: 'my "own"' });
    expect((await own.run({ rows: [{ a: 1 }] })).error).toBeUndefined();
    expect(await place.query('SELECT a FROM "my ""own""".rows')).toEqual([['1']]);
    expect(await place.query(`SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`)).toEqual([['0']]);
  });

  it('values that PostgreSQL cannot store name the row', async () => {
    const place = await newPlace();
    const declared = (type: 'string' | 'json' | 'timestamp' | 'decimal(4,2)' | 'date') => ({
      columns: [{ name: 'v', type }],
    });
    const cases = [
      ['string', 'a\0b'],
      ['json', { deep: ['a\0b'] }],
      ['json', { 'a\0b': 1 }],
      ['timestamp', '-005000-01-01T00:00:00Z'],
      ['date', '-005000-01-01'],
      ['decimal(4,2)', '123.45'],
    ] as const;
    for (const [type, v] of cases) {
      const { error } = await place.run({ schema: declared(type), rows: [{ v: null }, { v }] });
      expect([type, error?.name, error?.details]).toEqual([
        type,
        'RowError',
        { table: 'rows', column: 'v', row: 2 },
      ]);
    }
    // Text that only shows a NUL is none.
    const shown = { a: '\\u0000', b: '\\\\u0000', c: '\ud800' };
    const { error } = await place.run({ schema: declared('json'), rows: [{ v: shown }] });
    expect(error).toBeUndefined();
    expect(JSON.parse((await place.query('SELECT v FROM rows'))[0]?.[0] ?? '')).toEqual({
      ...shown,
      c: '\ufffd',
    });
  });

  it('what only the server finds names the row as well, and shows no value', async () => {
    const place = await newPlace();
    await place.query("CREATE TABLE t (a varchar(3) CHECK (a <> 'no'), n smallint)");
    for (const [row, state] of [
      [{ a: 'secret' }, '22001'],
      [{ a: 'no' }, '23514'],
      [{ n: 70000 }, '22003'],
    ] as const) {
      const rows = [...Array.from({ length: 1500 }, () => ({ a: 'ok' })), row, { a: 'ok' }];
      const { error } = await place.run({ table: 't', mode: 'append', rows });
      expect([error?.name, error?.details.row, error?.message]).toEqual([
        'RowError',
        1501,
        expect.stringContaining(state),
      ]);
      expect(error?.message).not.toMatch(/secret|70000/);
    }
    expect(await place.query('SELECT count(*) FROM t')).toEqual([['0']]);
  });

  it('a view, a column of a foreign type, a table of the host', async () => {
    const place = await newPlace();
    await place.query('CREATE VIEW v AS SELECT 1 AS a; CREATE TABLE p (a point)');
    expect((await place.run({ table: 'v', rows: [{ a: 1 }] })).error?.message).toContain('is a view');
    expect((await place.run({ table: 'p', mode: 'append', rows: [{ a: 1 }] })).error?.message).toContain(
      'is point, which',
    );
    expect((await place.run({ table: '_host_x', rows: [{ a: 1 }] })).error?.code).toBe('TABLE_NAME_INVALID');
    expect((await place.run({ table: 't', rows: [{ _host_row: 1 }] })).error?.code).toBe(
      'COLUMN_NAME_INVALID',
    );
  });

  it('bookkeeping of a newer host', async () => {
    const place = await newPlace();
    await place.run({ rows: [{ a: 1 }] });
    await place.query(`UPDATE _host_meta SET value = '99'`);
    expect((await place.run({ rows: [{ a: 1 }] })).error?.code).toBe('TARGET_VERSION_NEWER');
  });
});

describe('names over 63 bytes', () => {
  const long = `ä${'x'.repeat(80)}`;

  it('become 54 bytes, _ and 8 digits of a hash', async () => {
    expect(storedName('x'.repeat(63))).toBe('x'.repeat(63));
    expect(storedName(long)).toMatch(/^äx{52}_[0-9a-f]{8}$/);
    expect(Buffer.byteLength(storedName(`${'x'.repeat(53)}${'😀'.repeat(9)}`))).toBe(62);
  });

  it('stay long for the source, run after run', async () => {
    const place = await newPlace();
    const schema = { tables: [{ name: long, primaryKey: [long] }] };
    for (const v of ['first', 'second']) {
      const rows = [
        op.upsert(long, { [long]: 1, [`${long}2`]: v }),
        op.update(long, { [long]: 1, [`${long}3`]: v }),
      ];
      const { error, report } = await place.run({ schema, rows, options: { mode: undefined } });
      expect(error).toBeUndefined();
      expect(report.tables[0]?.columnsAdded).toEqual([]);
    }
    expect(await place.query(`SELECT * FROM "${storedName(long)}"`)).toEqual([['1', 'second', 'second']]);
  });

  it('are refused where two are one', async () => {
    const place = await newPlace();
    const { error } = await place.run({ rows: [{ [long]: 1, [storedName(long)]: 2 }] });
    expect(error?.code).toBe('NAMES_COLLIDE');
  });
});
