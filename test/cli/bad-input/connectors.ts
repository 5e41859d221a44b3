import { connectorCode } from '../../helpers/temp-plugin.js';
import { CODE, ID, MANIFEST, OLD_FILE, PARAMS, rows, type BadInput } from './bad-input.js';

/** Manifests and folders. */
export const BAD_MANIFESTS: readonly BadInput[] = [
  {
    name: 'connector.json is missing',
    files: { [MANIFEST]: undefined },
    exitCode: 3,
    code: 'CONNECTOR_MANIFEST_INVALID',
    says: /bad-case\/connector\.json: connector\.json is missing$/m,
  },
  {
    name: 'connector.json is not JSON',
    files: { [MANIFEST]: '{\n  "params": [}\n}' },
    exitCode: 3,
    code: 'CONNECTOR_MANIFEST_INVALID',
    says: /connector\.json is not JSON: unexpected character '}' at 2:14$/m,
  },
  {
    name: 'params is not a list',
    files: { [MANIFEST]: { params: { page_size: 'INT' } } },
    exitCode: 3,
    code: 'CONNECTOR_MANIFEST_INVALID',
    says: /params must be a list \(got an object\)$/m,
  },
  {
    name: 'two params of one name without conditions',
    files: { [MANIFEST]: { params: [PARAMS[0], { ...PARAMS[0], type: 'STRING' }] } },
    exitCode: 3,
    code: 'CONNECTOR_MANIFEST_INVALID',
    says: /params\[1\]\.name "page_size" is declared twice \(first in params\[0\]\)/,
  },
  {
    name: 'plugin.json is not JSON',
    files: { 'plugin.json': '{ "id": "bad" "version": 1 }' },
    exitCode: 2,
    code: 'PLUGIN_MANIFEST_INVALID',
    says: /plugin\.json is not JSON: unexpected character '\\"' at 1:15$/m,
  },
  {
    name: 'the folder does not begin with the plugin’s id',
    files: {
      'python-connectors/other-case/connector.json': {},
      'python-connectors/other-case/connector.ts': rows(''),
    },
    args: ['run', 'other-case', '--to', OLD_FILE],
    exitCode: 3,
    code: 'CONNECTOR_NAME_INVALID',
    says: /connector "other-case" does not begin with the id of its plugin, "bad", followed by - or _$/m,
  },
  {
    name: 'a connector.py only',
    files: { [CODE]: undefined, [`python-connectors/${ID}/connector.py`]: 'class MyConnector: pass' },
    exitCode: 2,
    code: 'PYTHON_CONNECTOR',
    says: /connector "bad-case" is written in Python; Python connectors are not supported yet$/m,
  },
];

/** What connector.ts exports. */
export const BAD_CLASSES: readonly BadInput[] = [
  {
    name: 'connector.ts is missing',
    files: { [CODE]: undefined },
    exitCode: 3,
    code: 'CONNECTOR_LOAD_FAILED',
    says: /connector "bad-case" has no connector\.ts, connector\.mjs or connector\.js$/m,
  },
  {
    name: 'no class',
    files: { [CODE]: 'export const rows = [1];' },
    exitCode: 3,
    code: 'CONNECTOR_CLASS_INVALID',
    says: /bad-case\/connector\.ts exports no class with generateRows or getWriter$/m,
  },
  {
    name: 'two candidates for the class',
    files: { [CODE]: 'export class A { *generateRows() {} }\nexport class B { *generateRows() {} }' },
    exitCode: 3,
    code: 'CONNECTOR_CLASS_INVALID',
    says: /exports 2 connector classes \(A, B\) and none as default$/m,
  },
  {
    name: 'a class that does not extend Connector',
    files: { [CODE]: 'export default class Plain { *generateRows() {} }' },
    exitCode: 3,
    code: 'CONNECTOR_CLASS_INVALID',
    says: /bad-case\/connector\.ts: the class Plain does not extend Connector$/m,
  },
  {
    name: 'a constructor that throws',
    files: {
      [CODE]: connectorCode('  constructor() {\n    throw new Error("no luck");\n  }\n  *generateRows() {}'),
    },
    exitCode: 3,
    code: 'CONNECTOR_FAILED',
    says: /the constructor of connector "bad-case" failed: Error: no luck \(.*bad-case\/connector\.ts:5\)$/m,
  },
  {
    name: 'a syntax error',
    files: { [CODE]: 'export default class {\n  *generateRows() {\n    yield {;\n  }\n}' },
    exitCode: 3,
    code: 'CONNECTOR_LOAD_FAILED',
    says: /bad-case\/connector\.ts:3:\d+ cannot be loaded: \S/,
  },
  {
    name: 'a syntax error in a helper module',
    files: {
      [CODE]: `import { x } from './helper';\n${rows('x')}`,
      [`python-connectors/${ID}/helper.ts`]: 'export const x = ;',
    },
    exitCode: 3,
    code: 'CONNECTOR_LOAD_FAILED',
    says: /bad-case\/helper\.ts:1:\d+ cannot be loaded: \S/,
  },
  {
    name: 'an import that is not there',
    files: { [CODE]: `import { x } from './nowhere';\n${rows('x')}` },
    exitCode: 3,
    code: 'CONNECTOR_LOAD_FAILED',
    says: /bad-case\/connector\.ts cannot be loaded: Cannot find module '\.\/nowhere'/,
  },
  {
    name: 'code that throws on import',
    files: { [CODE]: `throw new Error('not today');\n` },
    exitCode: 3,
    code: 'CONNECTOR_LOAD_FAILED',
    says: /bad-case\/connector\.ts(:1:\d+)? cannot be loaded: not today$/m,
  },
  {
    name: 'writable without getWriter',
    files: { [MANIFEST]: { writable: true } },
    exitCode: 3,
    code: 'CONNECTOR_CAPABILITY_MISSING',
    says: /the manifest says "writable": true, but the class has no getWriter$/m,
  },
];
