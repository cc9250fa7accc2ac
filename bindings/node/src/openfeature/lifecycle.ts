/** Tells the SDK of a client's states and changes. */

import type { OpenFeatureEventEmitter } from '@openfeature/server-sdk';
import type { FlagBit } from '../flagbit.js';
import type { ClientStatus, StateName } from '../status.js';
import { sdk } from './sdk.js';

const CLOSED = 'the client is closed: make another';

export class Lifecycle {
  readonly #client: FlagBit;
  readonly #events: OpenFeatureEventEmitter;
  /** The present state, so that evaluations need not ask for it. */
  state: StateName = 'initializing';
  /** The state that the SDK knows of; undefined until the SDK itself has said how `initialize` ended. */
  #told: StateName | undefined;
  #isListening = false;
  /** Changes up to this generation of the flags are not told: it is the first one. */
  #first: number | undefined;

  constructor(client: FlagBit, events: OpenFeatureEventEmitter) {
    this.#client = client;
    this.#events = events;
  }

  /** Waits `timeout` milliseconds for flags. Throws ProviderFatalError, GeneralError; listens on even then. */
  async start(timeout: number): Promise<void> {
    if (this.#client.status().state === 'closed') throw new sdk.ProviderFatalError(CLOSED);
    this.#listen();
    const isReady = await this.#client.waitUntilReady(timeout);
    const status = this.#client.status();
    this.state = status.state;
    if (isReady) this.#listenToChanges(status);
    // The SDK says READY or ERROR after this function has ended: one turn of promises later, or a few if another
    // provider stands between. The provider tells of differences after all of these turns, since READY would
    // otherwise come after STALE.
    setImmediate(() => {
      this.#told = isReady ? 'ready' : status.state;
      this.#tell(this.#client.status());
    });
    if (!isReady) throw failure(status, timeout);
  }

  #listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#client.on('state', (status) => {
      this.state = status.state;
      if (this.#told !== undefined) this.#tell(status);
    });
    this.state = this.#client.status().state;
  }

  #tell(status: ClientStatus): void {
    if (status.state === this.#told) return;
    const { ProviderEvents } = sdk;
    switch (status.state) {
      case 'ready':
        this.#listenToChanges(status);
        this.#events.emit(ProviderEvents.Ready);
        break;
      case 'stale':
        this.#listenToChanges(status);
        this.#events.emit(ProviderEvents.Stale, { message: whyStale(status) });
        break;
      case 'error':
        this.#events.emit(ProviderEvents.Error, {
          message: status.lastError ?? '',
          errorCode: sdk.ErrorCode.PROVIDER_FATAL,
        });
        break;
      default:
        // OpenFeature has no event for these.
        return;
    }
    this.#told = status.state;
  }

  /** Starts with the first flags, which are not a change. */
  #listenToChanges({ generation }: ClientStatus): void {
    if (this.#first !== undefined) return;
    this.#first = generation;
    this.#client.on('change', (keys) => {
      if (this.#client.status().generation === this.#first) return;
      this.#events.emit(sdk.ProviderEvents.ConfigurationChanged, { flagsChanged: keys ?? this.#client.flags() });
    });
  }
}

function failure({ state, source, lastError }: ClientStatus, timeout: number): Error {
  if (state === 'closed') return new sdk.ProviderFatalError(CLOSED);
  if (state === 'error') return new sdk.ProviderFatalError(lastError ?? '');
  return new sdk.GeneralError(`no flags from ${source} within ${timeout} ms: ${lastError ?? 'there is no answer yet'}`);
}

function whyStale({ lastError, lastSuccess }: ClientStatus): string {
  return lastError ?? (lastSuccess ? `no contact since ${lastSuccess.toISOString()}` : 'no contact yet');
}
