// context.http and paginate, as a connector uses them: node kit.mjs BASE_URL
import { paginate } from '../../dist/index.js';
import { readContext } from '../harness/read-context.mjs';
import { measured } from './measured.mjs';

const [baseURL] = process.argv.slice(2);
const context = readContext();

await measured(() =>
  paginate(context, { url: `${baseURL}/rows`, rows: 'data', paging: { type: 'offset', size: 1000 } }),
);
process.exit(0);
