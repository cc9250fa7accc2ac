// flagd's engine, as its OpenFeature provider uses it: JSONLogic in JavaScript. It takes plain objects only.

import { require, versioned } from './support.mjs';

const { FlagdCore } = require('@openfeature/flagd-core');

export const name = versioned('@openfeature/flagd-core');

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export function cells(snapshot, users) {
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(snapshot);
  const objects = users.map(({ id, ...others }) => ({ targetingKey: id, ...others }));
  const ask = (key) => (items) => {
    let on = 0;
    for (const user of items) if (core.resolveBooleanEvaluation(key, false, user).value) on++;
    return on;
  };
  return { dict: [ask('flag_0'), objects], on: [ask('plain_on'), objects], off: [ask('plain_off'), objects] };
}
