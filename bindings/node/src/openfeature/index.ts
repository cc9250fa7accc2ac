/** FlagBit for OpenFeature: a provider for `@openfeature/server-sdk`, which whoever imports this has installed. */

export { FlagBitProvider, type ProviderOptions } from './provider.js';
