/** FlagBit for OpenFeature: a provider for `@openfeature/server-sdk`, which the program that imports this installs. */

export { FlagBitProvider, type ProviderOptions } from './provider.js';
