/** A client's events, which an emitter emits. */

import type { EventEmitter } from 'node:events';
import { native, type Owner } from './native.js';
import { type ClientStatus, type StateName, readStatus } from './status.js';

/** The events of a client. */
export interface FlagBitEvents {
  /** The flags changed. Has the keys of the flags that may have changed, or null for all. Combines quick changes. */
  change: [keys: string[] | null];
  /** The state differs from the last one told. The client's closing is not told. */
  state: [status: ClientStatus];
}

/** Emitters with listeners. They are not collected, since a listener wants to be called. */
const listening = new Set<EventEmitter<FlagBitEvents>>();

/** Tells an emitter's listeners what they do not know yet. */
export class Listeners {
  readonly #owner: Owner;
  /** The last state told, or the state when listening began; undefined while nobody listens. */
  #generation: number | undefined;
  #state: StateName | undefined;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Takes note of the present listeners. Returns whether there are any. */
  count(emitter: EventEmitter<FlagBitEvents>): boolean {
    if (emitter.listenerCount('change') === 0) this.#generation = undefined;
    else this.#generation ??= native.changes(this.#owner, -1)[2];
    if (emitter.listenerCount('state') === 0) this.#state = undefined;
    else this.#state ??= readStatus(this.#owner).state;
    const some = this.#generation !== undefined || this.#state !== undefined;
    if (some) listening.add(emitter);
    else listening.delete(emitter);
    return some;
  }

  /** Ends all events. */
  end(emitter: EventEmitter<FlagBitEvents>): void {
    this.#generation = undefined;
    this.#state = undefined;
    listening.delete(emitter);
  }

  /**
   * Tells the state. Called before the changes are told: a listener that waits for a state before it listens to changes
   * must not hear of the flags that brought that state.
   */
  tellState(emitter: EventEmitter<FlagBitEvents>): void {
    if (this.#state === undefined) return;
    const status = readStatus(this.#owner);
    if (status.state === this.#state || status.state === 'closed') return;
    this.#state = status.state;
    emitter.emit('state', status);
  }

  tellChanges(emitter: EventEmitter<FlagBitEvents>): void {
    if (this.#generation === undefined) return;
    const [keys, all, generation] = native.changes(this.#owner, this.#generation);
    this.#generation = generation;
    if (all) emitter.emit('change', null);
    else if (keys.length > 0) emitter.emit('change', keys);
  }
}
