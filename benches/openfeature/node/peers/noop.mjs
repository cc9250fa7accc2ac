// The SDK alone: its provider that gives the default.

import { require, versioned } from '../../../languages/node/peers/support.mjs';

const { NOOP_PROVIDER } = require('@openfeature/server-sdk');

export const name = `${versioned('@openfeature/server-sdk')}, no-op provider`;

// Another than the one that is there already, which the SDK would not set and so never call ready.
export const open = () => new NOOP_PROVIDER.constructor();
