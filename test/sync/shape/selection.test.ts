import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { DatasetShape } from '../../../src/sync/shape/dataset-shape.js';
import type { ShapeOptions } from '../../../src/sync/shape/shape-options.js';
import { declared, KeptChildren, shapeRows, usersShape } from './shaped.js';

const ROW = { id: 1, name: 'Ada', a: { b: 2, c: 3 }, l: [{ x: 4, y: 5 }] };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const NONE = { columns: [], primaryKey: ['id'] };

describe('--columns and --exclude', () => {
  it.each<[string, ShapeOptions, object]>([
    ['a column, and the key', { columns: ['name'] }, { id: 1, name: 'Ada' }],
    ['one with its table', { columns: ['users.name'] }, { id: 1, name: 'Ada' }],
    ['an object as a whole', { columns: ['a'], nested: 'flatten' }, { id: 1, a_b: 2, a_c: 3 }],
    ['a part of it', { columns: ['a_b'], nested: 'flatten' }, { id: 1, a_b: 2 }],
    ['a part of it by its path', { columns: ['a.c'], nested: 'flatten' }, { id: 1, a_c: 3 }],
    ['all but one', { exclude: ['name', 'l'] }, { id: 1, a: ROW.a }],
    ['all but a part', { exclude: ['a.b', 'l', 'name'], nested: 'flatten' }, { id: 1, a_c: 3 }],
    ['what both name, less the excluded', { columns: ['name', 'a'], exclude: ['a'] }, { id: 1, name: 'Ada' }],
  ])('take %s', (_what, options, expected) => {
    expect(shapeRows(usersShape(options), [ROW]).rows).toEqual([expected]);
  });

  it.each<[string, ShapeOptions, object[]]>([
    ['taken with its list', { columns: ['l'] }, [{ _parent_id: 1, _index: 0, x: 4, y: 5 }]],
    ['left out with its list', { columns: ['name'] }, []],
    ['excluded with its list', { exclude: ['l'] }, []],
    ['taken in part', { columns: ['name', 'users__l.x'] }, [{ _parent_id: 1, _index: 0, x: 4 }]],
    ['excluded in part', { exclude: ['users__l.x', 'y'] }, [{ _parent_id: 1, _index: 0, y: 5 }]],
  ])('a child table is %s', (_what, options, expected) => {
    const { children } = shapeRows(usersShape({ nested: 'child-tables', ...options }), [ROW]);
    expect(children.rows('users__l')).toEqual(expected);
  });

  it('in a sync take all of a table of which they name none', () => {
    const dataset = new DatasetShape({ columns: ['other.name'] }, 'run');
    expect(shapeRows(dataset.table('users', NONE), [ROW]).rows).toEqual([ROW]);
    expect(shapeRows(dataset.table('other', NONE), [ROW]).rows).toEqual([{ id: 1, name: 'Ada' }]);
  });

  it('take declared columns by the same rules', () => {
    const columns = [declared('id', 'int'), declared('name', 'string'), declared('a', 'json')];
    expect(usersShape({ columns: ['a'] }, { columns }).columns).toEqual([
      declared('id', 'int'),
      declared('a', 'json'),
    ]);
    expect(usersShape({ exclude: ['a'] }, { columns }).columns).toEqual([
      declared('id', 'int'),
      declared('name', 'string'),
    ]);
  });

  it('go by the names of the source', () => {
    const rename = new Map([['name', 'label']]);
    expect(shapeRows(usersShape({ rename, columns: ['name'] }), [ROW]).rows).toEqual([
      { id: 1, label: 'Ada' },
    ]);
    expect(shapeRows(usersShape({ rename, columns: ['label'] }), [ROW]).rows).toEqual([{ id: 1 }]);
  });

  it('cannot leave out the key', () => {
    expect(() => usersShape({ exclude: ['id'] })).toThrow(
      expect.objectContaining({
        code: 'CLI_USAGE',
        message: '--exclude names "id", which is in the key of table "users"',
      }),
    );
  });
});

describe('--tables', () => {
  it('takes those named, or all', () => {
    const some = new DatasetShape({ tables: ['a', 'b'] }, 'run');
    expect(['a', 'b', 'c'].map((table) => some.includes(table))).toEqual([true, true, false]);
    expect(new DatasetShape({}, 'run').includes('c')).toBe(true);
  });

  it('is held against the declared tables at once', () => {
    const dataset = new DatasetShape({ tables: ['a', 'z'] }, 'run');
    expect(() => dataset.checkTables(['a', 'b'])).toThrow(
      '--tables names "z", which nothing in the source is called',
    );
    expect(() => new DatasetShape({ tables: ['a'] }, 'run').checkTables(['a', 'b'])).not.toThrow();
  });
});

describe('--hash-columns', () => {
  const hashSalt = 'salt';

  it.each<[unknown, string]>([
    ['ada@x.org', 'ada@x.org'],
    [5, '5'],
    [5n, '5'],
    [true, 'true'],
    [{ b: 1, a: [2] }, '{"a":[2],"b":1}'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('hashes the text of %j', (value, text) => {
    const shape = usersShape({ hashColumns: ['secret'], hashSalt, nested: 'child-tables' });
    expect(shapeRows(shape, [{ id: 1, secret: value }]).rows).toEqual([
      { id: 1, secret: sha256(`salt${text}`) },
    ]);
  });

  it('leaves null, hashes what is inside of objects and lists, and keys with what hangs on them', () => {
    const shape = usersShape({
      hashColumns: ['id', 'a.b', 'users__l.x', 'n'],
      hashSalt,
      nested: 'child-tables',
    });
    const { rows, children } = shapeRows(shape, [{ ...ROW, n: null }]);
    const id = sha256('salt1');
    expect(rows).toEqual([{ id, name: 'Ada', a_b: sha256('salt2'), a_c: 3, n: null }]);
    expect(children.rows('users__l')).toEqual([{ _parent_id: id, _index: 0, x: sha256('salt4'), y: 5 }]);
    expect(shape.columnsOf({ id: 1 })).toEqual({ id });
  });

  it('makes a declared column text, and hashes what its value is', () => {
    const columns = [declared('id', 'bigint'), declared('at', 'date')];
    const shape = usersShape({ hashColumns: ['id', 'at'], hashSalt, nested: 'child-tables' }, { columns });
    expect(shape.columns).toEqual([declared('id', 'string'), declared('at', 'string')]);
    const { rows } = shapeRows(shape, [{ id: '7', at: new Date(0), l: [1] }]);
    expect(rows).toEqual([{ id: sha256('salt7'), at: sha256('salt1970-01-01') }]);
    expect(shape.childColumns('users__l').map(({ type }) => type)).toEqual(['string', 'bigint']);
  });

  it('refuses what has no text or does not convert, without its value', () => {
    const columns = [declared('n', 'int')];
    const shape = usersShape({ hashColumns: ['n', 'f'], hashSalt }, { columns });
    const children = new KeptChildren();
    const row = { table: 'users', row: 3 };
    expect(() => shape.row({ id: 1, n: 'hush' }, children, 3)).toThrow(
      expect.objectContaining({
        code: 'ROW_INVALID',
        message: expect.not.stringContaining('hush'),
        details: { ...row, column: 'n' },
      }),
    );
    expect(() => shape.row({ id: 1, f: () => 1 }, children, 3)).toThrow(
      expect.objectContaining({ code: 'ROW_INVALID', details: { ...row, column: 'f' } }),
    );
  });

  it('needs a salt', () => {
    expect(() => new DatasetShape({ hashColumns: ['a'] }, 'run')).toThrow(
      expect.objectContaining({ code: 'CLI_USAGE' }),
    );
  });
});

describe('--parse-timestamps', () => {
  const at = declared('at', 'timestamptz');

  it('declares the column of a dataset, and of a table that is named', () => {
    const other = declared('other', 'string');
    expect(usersShape({ parseTimestamps: ['at'] }).columns).toEqual([at]);
    expect(
      usersShape({ parseTimestamps: ['at'] }, { columns: [declared('at', 'string'), other] }).columns,
    ).toEqual([at, other]);
    const sync = new DatasetShape({ parseTimestamps: ['users.at'] }, 'run');
    expect(sync.table('users', NONE).columns).toEqual([at]);
    expect(sync.table('orders', NONE).columns).toEqual([]);
  });

  it('goes by the source’s names, inside objects and in child tables too', () => {
    const parseTimestamps = ['a.madeAt', 'users__l.at'];
    const shape = usersShape(
      { parseTimestamps, nested: 'child-tables', names: 'snake_case' },
      { columns: [declared('id', 'int')] },
    );
    expect(shape.columns).toEqual([declared('id', 'int'), declared('a_made_at', 'timestamptz')]);
    shapeRows(shape, [{ id: 1, a: { madeAt: '2026-11-21T07:00:00Z' }, l: [{ at: 'x' }] }]);
    expect(shape.childColumns('users__l').at(-1)).toEqual(at);
    expect(() => shapeRows(shape, [{ id: 1, a: { madeAt: 'x' } }])).not.toThrow();
  });

  it('without the table is refused where a table of a sync has the column undeclared', () => {
    const dataset = new DatasetShape({ parseTimestamps: ['at'] }, 'run');
    const users = dataset.table('users', NONE);
    expect(dataset.table('orders', { columns: [declared('at', 'string')], primaryKey: [] }).columns).toEqual([
      at,
    ]);
    expect(() => users.row({ id: 1, at: 'x' }, new KeptChildren(), 1)).toThrow(
      expect.objectContaining({
        code: 'CLI_USAGE',
        action: 'Name the table as well: --parse-timestamps users.at',
      }),
    );
  });

  it('declares nothing that is left out', () => {
    const parseTimestamps = ['at', 'a_at', 'h'];
    const options = {
      parseTimestamps,
      columns: ['a', 'h'],
      hashColumns: ['h'],
      hashSalt: 's',
      nested: 'flatten',
    } as const;
    expect(usersShape(options).columns).toEqual([declared('a_at', 'timestamptz')]);
  });
});

describe('names that nothing has', () => {
  it('are told by option', () => {
    const options: ShapeOptions = {
      nested: 'child-tables',
      tables: ['users', 'nobody'],
      columns: ['users.id', 'users.l', 'users.a', 'users.zz'],
      exclude: ['users__l.x', 'users.gone'],
      hashColumns: ['users.a.b', 'hush'],
      hashSalt: 's',
      rename: new Map([
        ['users.a.c', 'd'],
        ['users.q', 'r'],
      ]),
    };
    const dataset = new DatasetShape(options, 'run');
    expect(dataset.includes('users')).toBe(true);
    shapeRows(dataset.table('users', NONE), [ROW]);
    const problems = [
      '--tables names "nobody"',
      '--columns names "users.zz"',
      '--exclude names "users.gone"',
      '--hash-columns names "hush"',
      '--rename names "users.q"',
    ];
    expect(dataset.unmatched()).toEqual(
      problems.map((start) => `${start}, which nothing in the source is called`),
    );
    expect(() => dataset.checkUsed()).toThrow(
      expect.objectContaining({ code: 'CLI_USAGE', message: expect.stringMatching(/^5 problems:/) }),
    );
  });

  it('are none where all were found', () => {
    const dataset = new DatasetShape({ exclude: ['name', 'l'] }, 'run');
    shapeRows(dataset.table('users', NONE, 'users'), [ROW]);
    expect(() => dataset.checkUsed()).not.toThrow();
  });
});
