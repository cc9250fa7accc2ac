/** The OpenFeature SDK. It is the program's own: a package that brought another would have providers that nobody hears. */

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
