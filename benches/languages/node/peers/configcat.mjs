// ConfigCat: JavaScript. Its snapshot answers at once, where its client answers with promises. The flags come through
// its cache, since its local flags have no rules, and nothing is fetched.

import { require, versioned } from './support.mjs';

const { getClient, PollingMode, User } = require('configcat-node');

export const name = `${versioned('configcat-node')}, snapshot`;

export async function cells(snapshot, users) {
  const cached = `${Date.now()}\nnone\n${snapshot}`; // when it was fetched, its ETag, the flags
  const client = getClient('configcat-sdk-1/0000000000000000000000/0000000000000000000000', PollingMode.ManualPoll, {
    offline: true,
    cache: { get: async () => cached, set: async () => {} },
  });
  await client.getValueAsync('plain_on', false); // reads the cache
  const state = client.snapshot();
  const build = (user) => new User(user.id, undefined, user.country, { plan: user.plan, version: user.version });
  const ask = (key) => (items) => {
    let on = 0;
    for (const user of items) if (state.getValue(key, false, user)) on++;
    return on;
  };
  const withObjects = (items) => {
    let on = 0;
    for (const user of items) if (state.getValue('flag_0', false, build(user))) on++;
    return on;
  };
  const built = users.map(build);
  return {
    dict: [withObjects, users],
    prebuilt: [ask('flag_0'), built],
    on: [ask('plain_on'), built],
    off: [ask('plain_off'), built],
  };
}
