/** The OpenFeature SDK of the program. If this package brought its own, nobody would hear of that one's providers. */

import type * as Sdk from '@openfeature/server-sdk';
import { FlagBitError } from '../errors.js';

function load(): typeof Sdk {
  try {
    return require('@openfeature/server-sdk') as typeof Sdk;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    const remedy = 'npm install @openfeature/server-sdk @openfeature/core';
    throw new FlagBitError(`flagbit/openfeature needs the OpenFeature SDK: ${remedy}`);
  }
}

export const sdk: typeof Sdk = load();
