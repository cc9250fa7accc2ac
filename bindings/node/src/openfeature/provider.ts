/** The OpenFeature provider. */

import type {
  EvaluationContext,
  JsonValue,
  OpenFeatureEventEmitter,
  Provider,
  ResolutionDetails,
} from '@openfeature/server-sdk';
import { FlagBit } from '../flagbit.js';
import { milliseconds } from '../wait.js';
import { attributesOf } from './attributes.js';
import { Lifecycle } from './lifecycle.js';
import { type Kind, resolutionOf } from './resolution.js';
import { sdk } from './sdk.js';

/** The options of a provider. */
export interface ProviderOptions {
  /** The longest time that `initialize` waits for flags, in milliseconds; 10,000 by default. */
  readyTimeout?: number | undefined;
}

/**
 * Answers OpenFeature's questions from an open client. The provider owns the client from then on: `onClose`, which the
 * SDK calls, closes it.
 *
 * `await OpenFeature.setProviderAndWait(new FlagBitProvider(FlagBit.open({ url, serverKey })))`
 */
export class FlagBitProvider implements Provider {
  readonly metadata = { name: 'FlagBit' } as const;
  readonly runsOn = 'server';
  readonly events: OpenFeatureEventEmitter = new sdk.OpenFeatureEventEmitter();
  /** The provider's client, for `override`, `status` and `explain`. */
  readonly client: FlagBit;
  readonly #readyTimeout: number;
  readonly #lifecycle: Lifecycle;

  /** Throws TypeError, RangeError. */
  constructor(client: FlagBit, { readyTimeout = 10_000 }: ProviderOptions = {}) {
    if (!(client instanceof FlagBit)) {
      throw new TypeError('a FlagBitProvider is made of an open client: new FlagBitProvider(FlagBit.open({ ... }))');
    }
    this.client = client;
    this.#readyTimeout = milliseconds(readyTimeout);
    this.#lifecycle = new Lifecycle(client, this.events);
  }

  /** Waits for flags. Throws ProviderFatalError if there are none and the server refuses the key, else GeneralError. */
  initialize(): Promise<void> {
    return this.#lifecycle.start(this.#readyTimeout);
  }

  /** Closes the client. May be called more than once. */
  async onClose(): Promise<void> {
    this.client.close();
  }

  async resolveBooleanEvaluation(
    flagKey: string,
    defaultValue: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#resolve(flagKey, 'boolean', defaultValue, context);
  }

  async resolveStringEvaluation(
    flagKey: string,
    defaultValue: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#resolve(flagKey, 'string', defaultValue, context);
  }

  async resolveNumberEvaluation(
    flagKey: string,
    defaultValue: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#resolve(flagKey, 'number', defaultValue, context);
  }

  async resolveObjectEvaluation<Json extends JsonValue>(
    flagKey: string,
    defaultValue: Json,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<Json>> {
    return this.#resolve(flagKey, 'object', defaultValue, context);
  }

  #resolve<Value>(
    flagKey: string,
    kind: Kind,
    defaultValue: Value,
    context: EvaluationContext,
  ): ResolutionDetails<Value> {
    const evaluation = this.client.evaluate(flagKey, attributesOf(context), defaultValue);
    return resolutionOf(evaluation, kind, defaultValue, this.#lifecycle.state === 'stale');
  }
}
