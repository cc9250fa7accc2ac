/**
 * Waits for blocking calls, which the addon runs on threads of their own. Those threads hold nothing open. A wait with
 * a timeout holds the process open by a timer, as every timer does.
 */

import { Status } from './codes.js';
import { native, type Owner } from './native.js';

export const EVENTS = 0;
export const READY = 1;
export const REFRESH = 2;

/** The longest timer. Node would take a longer one for 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

const told = new Map<number, (status: number) => void>();
let last = 0;

/**
 * Starts a call that blocks for up to `timeout` ms and tells its status. EVENTS tells again and again until it is not
 * OK. Throws FlagBitError.
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

/** Ends the messages. After the last one the addon lets go of `deliver`, and so of this evaluation of the package. */
function forget(id: number): void {
  told.delete(id);
  if (told.size === 0) native.unlisten();
}

/** Returns a checked timeout in milliseconds. Throws TypeError, RangeError. */
export function milliseconds(timeout: unknown): number {
  if (typeof timeout !== 'number') throw new TypeError(`a timeout is a number of milliseconds, not ${typeof timeout}`);
  if (Number.isNaN(timeout)) throw new RangeError('a timeout is a number of milliseconds, not NaN');
  return Math.max(0, timeout);
}

/** The callers that wait for the same event, each with its own timeout. */
export class Waiters {
  readonly #waiting = new Set<(outcome: boolean) => void>();
  /** The longest time that a caller still waits. */
  longest = 0;

  /** Resolves to the outcome, or to false after the timeout. */
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

/** Waits for the first flags: one thread for any number of callers. */
export class Readiness {
  readonly #client: Owner;
  // A separate object, since a wait without end must not keep the client alive.
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

/** Reads or fetches the flags, once at a time. A caller during a read gets the next one, which sees earlier changes. */
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
