// Asks as FlagBit's provider does, but without the provider: the difference between the two is the cost of translation.

import { require, versioned } from '../../../languages/node/peers/support.mjs';

const { FlagBit } = require('flagbit');

export const name = `${versioned('flagbit').replace('flagbit', 'FlagBit')}, evaluate alone`;

export function open(file) {
  const client = FlagBit.fromFile(file('flagbit.json'));
  return {
    metadata: { name },
    async resolveBooleanEvaluation(key, fallback, { targetingKey, plan, country, version }) {
      return client.evaluate(key, { user_id: targetingKey, plan, country, version }, fallback);
    },
  };
}
