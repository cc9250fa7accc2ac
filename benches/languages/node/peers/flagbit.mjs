// This repository's package.

import { require, versioned } from './support.mjs';

const { Context, FlagBit } = require('flagbit');

export const name = versioned('flagbit').replace('flagbit', 'FlagBit');

export function cells(snapshot, users) {
  const client = FlagBit.fromSnapshot(snapshot);
  const objects = users.map(({ id, ...others }) => ({ user_id: id, ...others }));
  const contexts = objects.map((user) => new Context(user));
  const ask = (key) => (items) => {
    let on = 0;
    for (const user of items) if (client.isEnabled(key, user)) on++;
    return on;
  };
  return {
    dict: [ask('flag_0'), objects],
    prebuilt: [ask('flag_0'), contexts],
    on: [ask('plain_on'), contexts],
    off: [ask('plain_off'), contexts],
  };
}
