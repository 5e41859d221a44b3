// tsc writes the bin without the executable bit, which a linked checkout needs.
import { chmodSync } from 'node:fs';

chmodSync(new URL('../dist/cli/main.js', import.meta.url), 0o755);
