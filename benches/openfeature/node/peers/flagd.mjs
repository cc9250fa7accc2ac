// flagd's provider, in the process and offline: from a file.

import { require, versioned } from '../../../languages/node/peers/support.mjs';

const { FlagdProvider } = require('@openfeature/flagd-provider');

export const name = `${versioned('@openfeature/flagd-provider')}, in-process`;

export const open = (file) =>
  new FlagdProvider({ resolverType: 'in-process', offlineFlagSourcePath: file('flagd.json') });
