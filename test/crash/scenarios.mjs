import { datasetTable, syncTables } from './model.mjs';
import { datasetSteps, STEPS, SYNC_TABLES, syncSteps } from './script.mjs';

/** Steps that are there before the run that is killed, where a run goes on from a state. */
const STEPS_BEFORE = 3;
const DATASET = 'rows';
const COLUMNS = [
  { name: 'id', type: 'bigint' },
  { name: 'step', type: 'bigint' },
  { name: 'text', type: 'string' },
];

/**
 * The kinds of runs that are killed. Each has `schema`, `options`, `steps(salt)`; `checkpoints` says whether it offers
 * states. `expected` are the tables that a database must have, from what it says of itself: the saved state, the number
 * of commits. `readsOn` says whether the next run goes on, rather than starts again.
 */
export const SCENARIOS = {
  sync: sync({}),
  'sync-soft': sync({ deletes: 'soft' }),
  /** Every table is loaded beside the old one. */
  refresh: {
    ...sync({ fullRefresh: true }),
    readsOn: false,
    before: (salt) => ({ scenario: 'sync', salt: salt + 1, steps: STEPS }),
    expected: (_steps, salt, { state }) => {
      if (state?.step !== STEPS && state !== null)
        throw new Error(`a state in the middle was saved: ${state.step}`);
      return state === null ? {} : syncTables(syncSteps(state.salt));
    },
  },
  overwrite: {
    ...dataset({ mode: 'overwrite' }),
    before: (salt) => ({ scenario: 'overwrite', salt: salt + 1, steps: STEPS }),
    expected: (_steps, salt, { version, hasBefore }) => {
      if (version === 0) return {};
      return { [DATASET]: datasetTable(datasetSteps(hasBefore && version === 1 ? salt + 1 : salt)) };
    },
  },
  append: {
    ...dataset({ mode: 'append' }),
    before: (salt) => ({ scenario: 'append', salt: salt + 1, steps: STEPS }),
    expected: (_steps, salt, { version, hasBefore }) => {
      if (version === 0) return {};
      const salts = Array.from({ length: version }, (_, run) => (hasBefore && run === 0 ? salt + 1 : salt));
      return { [DATASET]: datasetTable(salts.flatMap((each) => datasetSteps(each))) };
    },
  },
  'incremental-merge': incremental(['id']),
  'incremental-append': incremental([]),
};

function sync(options) {
  return {
    isSync: true,
    checkpoints: true,
    readsOn: true,
    schema: { tables: SYNC_TABLES },
    options,
    steps: syncSteps,
    before: (salt) => ({ salt, steps: STEPS_BEFORE }),
    expected: (steps, _salt, { state }) =>
      state === null ? {} : syncTables(steps.slice(0, state.step), { soft: options.deletes === 'soft' }),
  };
}

function dataset(options) {
  return {
    isSync: false,
    checkpoints: false,
    readsOn: false,
    schema: { columns: COLUMNS },
    options,
    steps: datasetSteps,
  };
}

function incremental(primaryKey) {
  return {
    ...dataset({}),
    checkpoints: true,
    readsOn: true,
    schema: { columns: COLUMNS, primaryKey, incremental: true },
    before: (salt) => ({ salt, steps: STEPS_BEFORE }),
    expected: (steps, _salt, { state }) =>
      state === null ? {} : { [DATASET]: datasetTable(steps.slice(0, state.step), primaryKey) },
  };
}
