/** What happens to a client, as events of an emitter. */

import type { EventEmitter } from 'node:events';
import { native, type Owner } from './native.js';
import { type ClientStatus, type StateName, readStatus } from './status.js';

/** What a client emits. */
export interface FlagBitEvents {
  /** The flags changed: the keys of those that may have, or null for all. Several changes may be told together. */
  change: [keys: string[] | null];
  /** The state is another than the one that was told of last. Closing is not told. */
  state: [status: ClientStatus];
}

/** Emitters with listeners, which so are not collected: whoever listens wants to be told. */
const listening = new Set<EventEmitter<FlagBitEvents>>();

/** Tells an emitter's listeners what they do not know yet. */
export class Listeners {
  readonly #owner: Owner;
  /** What was told of last, or was there when listening began; undefined while nobody listens. */
  #generation: number | undefined;
  #state: StateName | undefined;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** Takes note of who listens now. Whether somebody does. */
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

  /** Nobody is told anything any more. */
  end(emitter: EventEmitter<FlagBitEvents>): void {
    this.#generation = undefined;
    this.#state = undefined;
    listening.delete(emitter);
  }

  /** To be told before the changes: who waits for a state to listen to these is not told of the flags that brought it. */
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
