// Functions that all peers share.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readFileSync } from 'node:fs';

// The packages are installed below build; FLAGBIT_BENCH_MODULES has the folder.
export const require = createRequire(join(process.env.FLAGBIT_BENCH_MODULES, 'peers.cjs'));

// Returns a package's name with its version, from the package.json next to or above the file that it is loaded from.
export function versioned(name) {
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    try {
      const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (found.name === name) return `${name} ${found.version}`;
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}
