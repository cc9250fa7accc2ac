// Eppo: the JavaScript that its SDK for Node is built on; the SDK itself always begins with a fetch. Assignments are
// not logged, by the snapshot. It takes the id apart from the other attributes, and has no context to build.

import { require, versioned } from './support.mjs';

const { EppoClient, MemoryOnlyConfigurationStore } = require('@eppo/js-client-sdk-common');

export const name = versioned('@eppo/js-client-sdk-common');

export async function cells(snapshot, users) {
  const store = new MemoryOnlyConfigurationStore();
  const { flags, format } = JSON.parse(snapshot);
  await store.setEntries(flags);
  store.setFormat(format);
  const client = new EppoClient({
    flagConfigurationStore: store,
    eventDispatcher: { attachContext() {}, dispatch() {} },
  });
  const asked = users.map(({ id, ...attributes }) => ({ id, attributes }));
  const ask = (key) => (items) => {
    let on = 0;
    for (const { id, attributes } of items) if (client.getBooleanAssignment(key, id, attributes, false)) on++;
    return on;
  };
  return { dict: [ask('flag_0'), asked], on: [ask('plain_on'), asked], off: [ask('plain_off'), asked] };
}
