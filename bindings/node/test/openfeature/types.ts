// Compiled, never run: uses that the types of the provider allow, and uses that they refuse.

import { OpenFeature, type JsonValue, type Provider } from '@openfeature/server-sdk';
import { FlagBit } from 'flagbit';
import { FlagBitProvider, type ProviderOptions } from 'flagbit/openfeature';

const options: ProviderOptions = { readyTimeout: 5000 };
const provider = new FlagBitProvider(FlagBit.forTesting({ a: true }), options);
const asAny: Provider = provider;
const name: 'FlagBit' = provider.metadata.name;
using override = provider.client.override({ a: false });
// @ts-expect-error
new FlagBitProvider();
// @ts-expect-error
new FlagBitProvider({ url: 'http://127.0.0.1:8080' });
// @ts-expect-error
new FlagBitProvider(provider.client, { timeout: 5 });

export async function asked(): Promise<JsonValue> {
  await OpenFeature.setProviderAndWait('checkout', provider);
  return OpenFeature.getClient('checkout').getObjectValue('limits', { rate: 5 }, { targetingKey: name });
}

export { asAny, override };
