import { describe, expect, it } from '@jest/globals';
import type { Connector } from '../../src/sdk/connector.js';
import { op, type State } from '../../src/sdk/operations.js';
import { startState } from '../../src/sync/start-state.js';
import type { SyncOptions } from '../../src/sync/sync-options.js';
import type { SyncOutcome } from '../../src/sync/sync.js';
import type { SavedState } from '../../src/targets/target.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { Source } from '../fixtures/source.js';
import { tempFolders } from '../fixtures/temp-folder.js';

const newFolder = tempFolders();
const plain = new Source(null, () => []);
const saved = (change: Partial<SavedState> = {}): SavedState => ({
  state: '{"cursor":7}',
  version: 3,
  fingerprint: { url: 'a', size: 'b' },
  format: 1,
  ...change,
});
const params = (fingerprint: Record<string, string>, defaults: Record<string, string> = {}): SyncOptions => ({
  params: { fingerprint, defaults },
});

describe('startState', () => {
  it('is the saved one, as it is', () => {
    expect(startState(saved({ state: '{"big":9007199254740993}' }), plain, {})).toBe(
      '{"big":9007199254740993}',
    );
  });

  it.each([null, '{}'])('is %s where nothing was saved, whatever the parameters are', (state) => {
    expect(startState(saved({ state, format: 9 }), plain, params({ url: 'other' }))).toBe(state);
  });

  it.each<[string, SavedState['fingerprint'], SyncOptions, string[]]>([
    ['none', { url: 'a', size: 'b' }, params({ size: 'b', url: 'a' }), []],
    ['one', { url: 'a', size: 'b' }, params({ url: 'x', size: 'b' }), ['url']],
    ['several', { url: 'a', size: 'b' }, params({ url: 'x', size: 'y' }), ['url', 'size']],
    ['one that is new', { url: 'a' }, params({ url: 'a', size: 'b' }), ['size']],
    ['one that is gone', { url: 'a', size: 'b' }, params({ url: 'a' }), ['size']],
    ['none: new, with its default', { url: 'a' }, params({ url: 'a', size: 'b' }, { size: 'b' }), []],
    ['none: gone, with its default', { url: 'a', size: 'b' }, params({ url: 'a' }, { size: 'b' }), []],
    [
      'one that differs from its default',
      { url: 'a' },
      params({ url: 'a', size: 'c' }, { size: 'b' }),
      ['size'],
    ],
    ['none: the parameters of then are not known', null, params({ url: 'x' }), []],
    ['none: those of now are not known', { url: 'a' }, {}, []],
    [
      'one named like what every object has',
      { url: 'a' },
      params({ url: 'a', constructor: 'x' }),
      ['constructor'],
    ],
  ])('knows which parameters changed: %s', (_name, fingerprint, options, changed) => {
    const start = (): string | null => startState(saved({ fingerprint }), plain, options);
    if (changed.length === 0) expect(start()).toBe('{"cursor":7}');
    else {
      expect(start).toThrow(
        expect.objectContaining({ code: 'PARAMS_CHANGED', exitCode: 2, details: { problems: changed } }),
      );
      for (const name of changed) expect(start).toThrow(`"${name}"`);
    }
    // Who says so goes on all the same.
    expect(startState(saved({ fingerprint }), plain, { ...options, keepState: true })).toBe('{"cursor":7}');
  });

  it('refuses a state of a newer version of the connector', () => {
    expect(() => startState(saved({ format: 3 }), plain, { stateFormat: 2 })).toThrow(
      expect.objectContaining({
        code: 'STATE_NEWER',
        message: 'the saved state is of version 3, and the connector knows version 2',
      }),
    );
  });

  it('has an older state migrated, by a connector that can', () => {
    const seen: unknown[] = [];
    const migrating = Object.assign(new Source(null, () => []), {
      migrateState: (old: State, version: number): State => {
        seen.push(old, version);
        return { page: old['cursor'], big: 2n ** 60n };
      },
    }) as Connector;
    expect(startState(saved(), migrating, { stateFormat: 3 })).toBe('{"page":7,"big":1152921504606846976}');
    expect(seen).toEqual([{ cursor: 7 }, 1]);
    expect(startState(saved(), migrating, { stateFormat: 1 })).toBe('{"cursor":7}');
    expect(startState(saved(), plain, { stateFormat: 3 })).toBe('{"cursor":7}');
  });

  it('is none for --delete-missing, which needs a complete read', () => {
    expect(() => startState(saved(), plain, { deleteMissing: { maxShare: 0.1 } })).toThrow(
      expect.objectContaining({ code: 'CLI_USAGE' }),
    );
  });
});

describe('a run', () => {
  /** Gives one row for each run, and says which states it got. */
  function counting(states: State[], offers = true): Source {
    return new Source({ columns: [{ name: 'n', type: 'int' }], incremental: true }, function* ({ state }) {
      states.push(state);
      const n = Number(state['n'] ?? 0) + 1;
      yield { n };
      if (offers) yield op.checkpoint({ n });
    });
  }

  async function runs(place: DuckdbPlace, options: SyncOptions, connector: Source): Promise<SyncOutcome> {
    return place.run({ connector, options: { mode: undefined, ...options } });
  }

  it('goes on from what the last one saved', async () => {
    const place = new DuckdbPlace(await newFolder());
    const states: State[] = [];
    for (const version of [1, 2, 3]) {
      const { report } = await runs(place, {}, counting(states));
      expect(report.stateVersion).toBe(version);
    }
    expect(states).toEqual([{}, { n: 1 }, { n: 2 }]);
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual([['1'], ['2'], ['3']]);
    expect(await place.query('SELECT version, state FROM _host_state_history ORDER BY version')).toEqual([
      ['1', '{"n":1}'],
      ['2', '{"n":2}'],
    ]);
  });

  it('with changed parameters ends before it reads, and says which', async () => {
    const place = new DuckdbPlace(await newFolder());
    const states: State[] = [];
    await runs(place, params({ url: 'a' }), counting(states));
    const { error } = await runs(place, params({ url: 'b' }), counting(states));
    expect(error).toMatchObject({ code: 'PARAMS_CHANGED', exitCode: 2 });
    expect(error?.message).toBe(
      'the pipeline goes on from a saved state, but the parameter "url" changed since',
    );
    expect(states).toEqual([{}]);
    expect(await place.query('SELECT n FROM rows')).toEqual([['1']]);
    expect(await place.query(`SELECT status, code FROM _host_runs ORDER BY started_at`)).toEqual([
      ['succeeded', null],
      ['failed', 'PARAMS_CHANGED'],
    ]);
  });

  it.each([true, false])(
    'with keepState goes on, and the new parameters are what counts (offers: %s)',
    async (offers) => {
      const place = new DuckdbPlace(await newFolder());
      const states: State[] = [];
      await runs(place, params({ url: 'a' }), counting(states));
      await runs(place, { ...params({ url: 'b' }), keepState: true }, counting(states, offers));
      const next = await runs(place, params({ url: 'b' }), counting(states));
      expect(next.error).toBeUndefined();
      expect(states.slice(0, 2)).toEqual([{}, { n: 1 }]);
      const back = await runs(place, params({ url: 'a' }), counting(states));
      expect(back.error?.code).toBe('PARAMS_CHANGED');
    },
  );

  it('with fullRefresh reads from nothing, and the new parameters are what counts', async () => {
    const place = new DuckdbPlace(await newFolder());
    const states: State[] = [];
    await runs(place, params({ url: 'a' }), counting(states));
    await runs(place, params({ url: 'a' }), counting(states));
    await runs(place, { ...params({ url: 'b' }), fullRefresh: true }, counting(states));
    expect(states).toEqual([{}, { n: 1 }, {}]);
    expect(await place.query('SELECT n FROM rows')).toEqual([['1']]);
    expect((await runs(place, params({ url: 'b' }), counting(states))).error).toBeUndefined();
    expect(states[3]).toEqual({ n: 1 });
  });

  it.each<SyncOptions>([{ fullRefresh: true }, { mode: 'overwrite' }])(
    'that replaces its tables and offers no state leaves none behind: %j',
    async (options) => {
      const place = new DuckdbPlace(await newFolder());
      const states: State[] = [];
      await runs(place, {}, counting(states));
      await runs(place, {}, counting(states));
      expect((await runs(place, options, counting(states, false))).error).toBeUndefined();
      await runs(place, {}, counting(states));
      expect(states).toEqual([{}, { n: 1 }, {}, {}]);
    },
  );

  it('with mode overwrite reads from nothing also where operations are not declared', async () => {
    const place = new DuckdbPlace(await newFolder());
    const states: State[] = [];
    const undeclared = (): Source =>
      new Source(null, function* ({ state }) {
        states.push(state);
        for (let n = Number(state['n'] ?? 0); n < 3; n += 1) yield op.upsert('rows', { n });
        yield op.checkpoint({ n: 3 });
      });
    for (let i = 0; i < 2; i += 1) await runs(place, { mode: 'overwrite' }, undeclared());
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual([['0'], ['1'], ['2']]);
    expect(states).toEqual([{}, {}]);
  });
});
