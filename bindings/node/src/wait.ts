/**
 * Waiting for calls that block, which the addon runs on threads of their own. Those threads hold nothing open; whoever
 * waits here for a while holds the process open by a timer, as every timer does.
 */

import { Status } from './codes.js';
import { native, type Owner } from './native.js';

export const EVENTS = 0;
export const READY = 1;
export const REFRESH = 2;

/** A longer one would be taken for 1 ms by Node. */
const LONGEST_TIMER = 2 ** 31 - 1;

const told = new Map<number, (status: number) => void>();
let last = 0;

/**
 * Starts a call that blocks for up to `timeout` ms and tells of its status; EVENTS again and again until it is not OK.
 * Throws FlagBitError.
 */
export function start(client: Owner, kind: number, timeout: number, tell: (status: number) => void): void {
  if (told.size === 0) native.listen(deliver);
  const id = ++last;
  told.set(id, (status) => {
    if (kind !== EVENTS || status !== Status.OK) forget(id);
    tell(status);
  });
  try {
    native.wait(client, kind, id, Math.ceil(timeout));
  } catch (error) {
    forget(id);
    throw error;
  }
}

function deliver(id: number, status: number): void {
  told.get(id)?.(status);
}

/** Nobody is told any more. With the last one the addon lets go of `deliver`, and so of this evaluation of the package. */
function forget(id: number): void {
  told.delete(id);
  if (told.size === 0) native.unlisten();
}

/** A timeout in milliseconds, checked. Throws TypeError, RangeError. */
export function milliseconds(timeout: unknown): number {
  if (typeof timeout !== 'number') throw new TypeError(`a timeout is a number of milliseconds, not ${typeof timeout}`);
  if (Number.isNaN(timeout)) throw new RangeError('a timeout is a number of milliseconds, not NaN');
  return Math.max(0, timeout);
}

/** Those who wait for the same thing, each for as long as it likes. */
export class Waiters {
  readonly #waiting = new Set<(outcome: boolean) => void>();
  /** How long somebody waits at most. */
  longest = 0;

  /** The outcome, or false after the timeout. */
  join(timeout: number): Promise<boolean> {
    this.longest = Math.max(this.longest, timeout);
    return new Promise((resolve) => {
      const done = (outcome: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve(outcome);
      };
      const timer = timeout > LONGEST_TIMER ? setInterval(() => {}, LONGEST_TIMER) : setTimeout(done, timeout, false);
      this.#waiting.add(done);
    });
  }

  settle(outcome: boolean): void {
    for (const done of [...this.#waiting]) done(outcome);
  }
}

/** Waiting for the first flags: one thread, however many wait. */
export class Readiness {
  readonly #client: Owner;
  // Apart from this, since a wait without end must not keep the client alive.
  readonly #wait = { waiters: new Waiters(), running: false };

  constructor(client: Owner) {
    this.#client = client;
  }

  join(timeout: number): Promise<boolean> {
    const wait = this.#wait;
    if (!wait.running) {
      start(this.#client, READY, Infinity, (status) => {
        wait.running = false;
        wait.waiters.settle(status === Status.OK);
      });
      wait.running = true;
    }
    return wait.waiters.join(timeout);
  }
}

/** Reading or fetching the flags now: one read at a time, and who asks amid one gets the next, which sees all that was before. */
export class Refreshing {
  readonly #client: Owner;
  #running = false;
  #next: Waiters | undefined;

  constructor(client: Owner) {
    this.#client = client;
  }

  join(timeout: number): Promise<boolean> {
    this.#next ??= new Waiters();
    const outcome = this.#next.join(timeout);
    if (!this.#running) this.#begin();
    return outcome;
  }

  #begin(): void {
    const waiters = this.#next;
    this.#next = undefined;
    if (waiters === undefined) return;
    try {
      start(this.#client, REFRESH, waiters.longest, (status) => {
        this.#running = false;
        waiters.settle(status === Status.OK);
        this.#begin();
      });
      this.#running = true;
    } catch {
      waiters.settle(false);
    }
  }
}
