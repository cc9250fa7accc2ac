// Functions that the tests with the OpenFeature SDK share.

import { after } from 'node:test';
import { OpenFeature, ProviderEvents } from '@openfeature/server-sdk';
import { FlagBit } from 'flagbit';
import { FlagBitProvider } from 'flagbit/openfeature';

let domains = 0;

/** Stands for a test, for objects that all tests of a file share. Runs the functions given to `after`, last one first. */
export function shared() {
  const ends = [];
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  return { after: (end) => ends.push(end) };
}

/** A domain of its own with a provider of the client, which is closed after the test; set, but not waited for. */
export function bound(test, client, options) {
  const domain = `domain-${++domains}`;
  const provider = new FlagBitProvider(client, options);
  test.after(() => provider.onClose());
  const told = heard(OpenFeature.getClient(domain));
  const initialized = OpenFeature.setProviderAndWait(domain, provider);
  // A test that needs the outcome awaits it.
  initialized.catch(() => {});
  return { domain, provider, told, initialized, client: OpenFeature.getClient(domain) };
}

/** The same, initialized, with flags in memory. */
export async function serving(test, snapshot) {
  const all = bound(test, FlagBit.fromSnapshot(snapshot, { logger: null }));
  await all.initialized;
  return all;
}

/** The events that a client of the SDK is told from here on: names and details. */
export function heard(client) {
  const told = [];
  for (const event of Object.values(ProviderEvents)) {
    client.addHandler(event, (details) => told.push({ event: event.replace('PROVIDER_', ''), ...details }));
  }
  return told;
}

export const names = (told) => told.map(({ event }) => event);

/** The error that a promise is rejected with. */
export const rejection = (promise) =>
  promise.then(
    () => {
      throw new Error('it was fulfilled');
    },
    (error) => error,
  );
