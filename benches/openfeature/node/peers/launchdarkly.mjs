// LaunchDarkly's provider, with its test data: the same rules, by the same evaluator, and no events.

import { readFileSync } from 'node:fs';
import { require, versioned } from '../../../languages/node/peers/support.mjs';

const { TestData } = require('@launchdarkly/node-server-sdk/integrations');
const { LaunchDarklyProvider } = require('@launchdarkly/openfeature-node-server');

export const name = `${versioned('@launchdarkly/openfeature-node-server')}, test data`;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export function open(file) {
  const data = new TestData();
  const { flags } = JSON.parse(readFileSync(file('launchdarkly.json'), 'utf8'));
  for (const flag of Object.values(flags)) data.usePreconfiguredFlag(flag);
  return new LaunchDarklyProvider('none', {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: silent,
  });
}
