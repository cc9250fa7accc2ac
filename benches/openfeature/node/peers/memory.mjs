// The SDK's provider for tests, with one rule that is a function.

import { require, versioned } from '../../../languages/node/peers/support.mjs';

const { InMemoryProvider } = require('@openfeature/server-sdk');

export const name = `${versioned('@openfeature/server-sdk')}, in-memory provider`;

export const open = () =>
  new InMemoryProvider({
    flag_0: {
      disabled: false,
      variants: { on: true, off: false },
      defaultVariant: 'off',
      contextEvaluator: ({ plan }) => (plan === 'pro' ? 'on' : 'off'),
    },
  });
