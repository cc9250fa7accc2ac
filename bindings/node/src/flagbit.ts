/** The FlagBit client. */

import { EventEmitter } from 'node:events';
import { ErrorCode, Status } from './codes.js';
import type { AttributeValue, Context } from './context.js';
import { Evaluator, failed, unanswered } from './evaluate.js';
import type { Evaluation, Explanation } from './evaluation.js';
import { explain, unexplained } from './explain.js';
import { fitting } from './fitting.js';
import { isOn, lastClient, putDefault } from './frame.js';
import { type FlagBitEvents, Listeners } from './listeners.js';
import { type Logger, drainLog, standardLogger } from './log.js';
import { native, type Owner } from './native.js';
import * as options from './options.js';
import { ask } from './question.js';
import { type ClientStatus, readStatus } from './status.js';
import { EVENTS, Readiness, Refreshing, milliseconds, start } from './wait.js';

/** An object whose properties are attributes, even if its type is an interface or a class. */
export type AttributesOf<Who> = object & { readonly [Name in keyof Who]: AttributeValue };

/** A Context, an object of attributes, or nothing for no attributes. */
export type AnyContext<Who> = Context | Who | null | undefined;

/** Flags that give everybody the same answer until `end` is called. */
export interface Override extends Disposable {
  end(): void;
}

/** Read once: looking the function up in the addon's exports at each call takes a tenth of the call. */
const isEnabledInFrame: () => void = native.isEnabled;

/** Only the functions of this file can make a client. */
const OPENED = Symbol('opened');

/**
 * Answers whether a feature is on for a user, from flags in memory.
 *
 * Made by `open`, `fromSnapshot`, `fromFile` or `forTesting`; belongs to the thread that made it. Evaluations never
 * throw and never block, whatever they are given. An open client does not hold the process open, even with listeners.
 */
export class FlagBit extends EventEmitter<FlagBitEvents> implements Disposable {
  readonly #owner: Owner;
  readonly #client: number;
  readonly #evaluator: Evaluator;
  readonly #readiness: Readiness;
  readonly #refreshing: Refreshing;
  readonly #listeners: Listeners;
  readonly #logger: Logger | null;
  #unsupportedNoted = false;
  #watching = false;
  #closed = false;

  private constructor(opened: typeof OPENED, owner: Owner, logger: Logger | null, listen: boolean) {
    if (opened !== OPENED) {
      throw new TypeError(
        'make a client with FlagBit.open, FlagBit.fromSnapshot, FlagBit.fromFile or FlagBit.forTesting',
      );
    }
    super();
    this.#owner = owner;
    this.#client = lastClient();
    this.#evaluator = new Evaluator(owner, this.#client, () => this.#noteUnsupported());
    this.#readiness = new Readiness(owner);
    this.#refreshing = new Refreshing(owner);
    this.#listeners = new Listeners(owner);
    this.#logger = logger;
    this.#drainLog();
    if (listen) this.#watch();
  }

  /**
   * Opens a client of the source that the options name. Never waits for a network. Reads texts and files once and
   * synchronously, so call it when the program starts. What the library reports about a server goes to the logger at
   * once. Throws SnapshotError and FileError (not for a watched file: see `status`), FlagBitError for options that do
   * not fit together, TypeError.
   */
  static open(from: options.OpenOptions): FlagBit {
    const owner = options.open(from);
    const logger = options.loggerOf(from, standardLogger);
    const listen = logger !== null && (from.logger !== undefined || from.url !== undefined);
    return new FlagBit(OPENED, owner, logger, listen);
  }

  /** Opens a client of a snapshot in memory: its JSON text, or the object that `JSON.parse` makes of it. */
  static fromSnapshot(snapshot: options.Snapshot, more: options.ClientOptions = {}): FlagBit {
    return FlagBit.open(options.withSource('snapshot', snapshot, more));
  }

  /** Opens a client of a snapshot in a file. Without `watch` the client reads it once, and at each `refresh`. */
  static fromFile(path: string | URL, more: options.FileOptions = {}): FlagBit {
    return FlagBit.open(options.withSource('file', path, more));
  }

  /** Opens a client of flags with fixed answers, for tests: `{ on: true, theme: 'dark', limit: 5 }`. */
  static forTesting(values: options.FlagValues): FlagBit {
    return FlagBit.open(options.withSource('values', values, {}));
  }

  /**
   * Returns whether a boolean flag is on, or `defaultValue` if there is no answer. A typed flag is not a boolean, so it
   * gives `defaultValue`, too. `evaluate` tells why. Never throws.
   */
  isEnabled<Who extends AttributesOf<Who>>(flagKey: string, context?: AnyContext<Who>, defaultValue = false): boolean {
    try {
      if (ask(this.#client, flagKey, context)) {
        putDefault(defaultValue);
        isEnabledInFrame();
        return isOn();
      }
    } catch {
      // A getter of the context threw: the long way reports it.
    }
    const { value } = this.#evaluator.evaluate(flagKey, context, Boolean(defaultValue));
    return typeof value === 'boolean' ? value : Boolean(defaultValue);
  }

  /**
   * Returns a flag's answer and the reason for it. Never throws: see `Evaluation.errorCode`. A typed flag answers with
   * its own value, whatever the type of `defaultValue`.
   */
  evaluate<Who extends AttributesOf<Who>>(flagKey: string, context?: AnyContext<Who>): Evaluation<boolean>;
  evaluate<Who extends AttributesOf<Who>, Default>(
    flagKey: string,
    context: AnyContext<Who>,
    defaultValue: Default,
  ): Evaluation<Default>;
  evaluate(flagKey: string, context?: unknown, defaultValue: unknown = false): Evaluation<unknown> {
    return this.#evaluator.evaluate(flagKey, context, defaultValue);
  }

  /**
   * Returns a flag's value if it has the type of `defaultValue`, or `defaultValue` otherwise. Never throws.
   *
   * The type of `defaultValue` chooses the flag's type: a boolean asks a boolean flag, a string a string flag, a number
   * a number flag, a bigint a number without a fraction from -2^63 to 2^64-1; an object or an array asks JSON of that
   * kind. A bigint is exact, and a number is the nearest one, as with `JSON.parse`. The fields of the JSON are not
   * checked. The JSON belongs to the caller.
   */
  value<Who extends AttributesOf<Who>>(flagKey: string, context: AnyContext<Who>, defaultValue: boolean): boolean;
  value<Who extends AttributesOf<Who>>(flagKey: string, context: AnyContext<Who>, defaultValue: string): string;
  value<Who extends AttributesOf<Who>>(flagKey: string, context: AnyContext<Who>, defaultValue: number): number;
  value<Who extends AttributesOf<Who>>(flagKey: string, context: AnyContext<Who>, defaultValue: bigint): bigint;
  value<Json extends object, Who extends AttributesOf<Who> = object>(
    flagKey: string,
    context: AnyContext<Who>,
    defaultValue: Json,
  ): Json;
  value(flagKey: string, context: AnyContext<object>, defaultValue: unknown): unknown {
    if (typeof defaultValue === 'boolean') return this.isEnabled(flagKey, context, defaultValue);
    if (typeof defaultValue === 'bigint') return this.#evaluator.integer(flagKey, context) ?? defaultValue;
    return fitting(this.#evaluator.value(flagKey, context), defaultValue);
  }

  /** Returns all flags' answers by key, sorted, from one state of the client. The default is false. Never throws. */
  evaluateAll<Who extends AttributesOf<Who>>(context?: AnyContext<Who>): { [flagKey: string]: Evaluation<boolean> } {
    try {
      return this.#evaluator.evaluateAll(context);
    } catch (error) {
      const [, message] = unanswered(error);
      const entries = this.flags().map((key) => [key, failed(key, false, ErrorCode.INVALID_CONTEXT, message, null, 0)]);
      return Object.assign(Object.create(null), Object.fromEntries(entries));
    }
  }

  /**
   * Returns a flag's answer and how it came about: each rule, and which of its conditions hold. Never throws.
   *
   * It is for people: for a support page, or a test that fails. It is slow, and contains the attributes' values.
   */
  explain<Who extends AttributesOf<Who>>(flagKey: string, context?: AnyContext<Who>): Explanation {
    const explanation = explain(this.#client, flagKey, context);
    this.#drainLog();
    return explanation ?? unexplained(this.evaluate(flagKey, context));
  }

  /** Returns the keys of the flags in force, sorted, including those set aside. */
  flags(): string[] {
    return native.flags(this.#owner);
  }

  /** Returns what is wrong with the flags that are set aside: the place and the reason of each. */
  warnings(): string[] {
    return native.warnings(this.#owner);
  }

  /** Returns the client's state. */
  status(): ClientStatus {
    this.#drainLog();
    return readStatus(this.#owner);
  }

  /**
   * Puts another snapshot in force, in a client that `fromSnapshot` made. Synchronous: 10,000 flags take some 10 ms.
   * Throws SnapshotError, after which the old snapshot stays in force; ClosedError; FlagBitError for a client of
   * another source.
   */
  loadSnapshot(snapshot: options.Snapshot): void {
    const text = options.snapshotBytes(snapshot);
    try {
      native.load(this.#owner, text);
    } finally {
      this.#drainLog();
    }
  }

  /**
   * Fetches the flags now, or reads the file. Resolves to true if that succeeded within `timeout` ms, or if there is
   * nothing to read; if not, `status` tells why. A fetch that takes longer goes on in the background.
   */
  async refresh(timeout = 5000): Promise<boolean> {
    const outcome = await this.#refreshing.join(milliseconds(timeout));
    this.#drainLog();
    return outcome;
  }

  /**
   * Waits until there are flags. Resolves to false when `timeout` ms are over or the client is closed. Also resolves to
   * false, at once, without flags if the server refuses the key or the address: see `status`.
   */
  async waitUntilReady(timeout = 5000): Promise<boolean> {
    const limit = milliseconds(timeout);
    return native.ready(this.#owner) || (limit > 0 && !this.#closed && this.#readiness.join(limit));
  }

  /**
   * Overrides the snapshot until `end()`, or the end of a `using` block: flags give everybody the same answer, for
   * tests. If a flag has several overrides, the latest wins. Throws SnapshotError, ClosedError, TypeError.
   */
  override(values: options.FlagValues): Override {
    const number = native.overrideStart(this.#owner, options.valuesBytes(values));
    let ended = false;
    const end = (): void => {
      if (!ended) native.overrideEnd(this.#owner, number);
      ended = true;
    };
    return { end, [Symbol.dispose]: end };
  }

  /**
   * Closes the client: from here on evaluations give the default, and waits resolve to false. Returns at once, and may
   * be called more than once. You need not close a client at the end of a process.
   */
  close(): void {
    this.#closed = true;
    this.#listeners.end(this);
    native.close(this.#owner);
    this.#drainLog();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { source, state, flags } = readStatus(this.#owner);
    return `FlagBit { source: '${source}', state: '${state}', flags: ${flags} }`;
  }

  #noteUnsupported(): void {
    // The library reports it once.
    if (!this.#unsupportedNoted) this.#drainLog();
    this.#unsupportedNoted = true;
  }

  #drainLog(): void {
    drainLog(this.#owner, this.#logger);
  }

  /** Lets a thread wait for events, log lines included, as long as the client lives. */
  #watch(): void {
    if (this.#watching) return;
    const client = new WeakRef(this);
    start(this.#owner, EVENTS, Infinity, (status) => {
      // In a tick of its own, so that a listener's exception is uncaught, as with any other emitter.
      process.nextTick(() => {
        const there = client.deref();
        if (there !== undefined) there.#announce(status);
      });
    });
    this.#watching = true;
  }

  #announce(status: number): void {
    this.#drainLog();
    if (status !== Status.OK) return;
    // In another tick, so that an exception of a state listener does not prevent it.
    process.nextTick(() => this.#listeners.tellChanges(this));
    this.#listeners.tellState(this);
  }

  #listenersChanged(): void {
    if (!this.#closed && this.#listeners.count(this)) this.#watch();
  }

  static {
    // `once` and `emit` call these, too. They are not declared as methods, so that their types stay the emitter's.
    for (const name of [
      'on',
      'addListener',
      'prependListener',
      'off',
      'removeListener',
      'removeAllListeners',
    ] as const) {
      const inherited = EventEmitter.prototype[name] as (...given: unknown[]) => unknown;
      Object.defineProperty(this.prototype, name, {
        configurable: true,
        writable: true,
        value(this: FlagBit, ...given: unknown[]): FlagBit {
          inherited.apply(this, given);
          this.#listenersChanged();
          return this;
        },
      });
    }
  }
}
