import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tempRoot } from './test/helpers/temp-root.mjs';

const CACHE = join(tmpdir(), 'connector-host-jest');
// The workers and what they start inherit it.
process.env.TMPDIR = tempRoot();

/** swc compiles to CommonJS, so that plain `npx jest` works without Node flags. */
export default {
  testEnvironment: 'node',
  cacheDirectory: CACHE,
  // Each look-up of a global in a module goes through the sandbox, unless the module is given it. Not those that fake
  // timers replace.
  sandboxInjectedGlobals: [
    'Array',
    'BigInt',
    'Boolean',
    'Error',
    'JSON',
    'Map',
    'Math',
    'Number',
    'Object',
    'Promise',
    'Set',
    'String',
    'Symbol',
    'TypeError',
    'Uint8Array',
  ],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  setupFiles: ['reflect-metadata'],
  // Generous: it is there for what hangs, and machines that run this may be busy.
  testTimeout: 120_000,
  // Most tests wait for processes and servers, so that two cores carry three of them.
  maxWorkers: 3,
  moduleNameMapper: {
    '^fast-check$': '<rootDir>/test/helpers/seeded-fast-check.cjs',
    '^connector-host$': '<rootDir>/src/index.ts',
    '^connector-host/testing$': '<rootDir>/src/testing/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // These are published as ES modules only.
  transformIgnorePatterns: [
    '/node_modules/(?!(inversify|@inversifyjs|@faker-js|@jmespath-community|oauth4webapi|https?-proxy-agent|agent-base|proxy-agent-negotiate)/)',
  ],
  transform: {
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
};
