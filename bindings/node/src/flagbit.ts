/** The client. */

import { EventEmitter } from 'node:events';
import { ErrorCode, Status } from './codes.js';
import type { AttributeValue, Context } from './context.js';
import { Evaluator, failed, unanswered } from './evaluate.js';
import type { Evaluation, Explanation } from './evaluation.js';
import { explain, unexplained } from './explain.js';
import { fitting } from './fitting.js';
import { lastClient, putDefault } from './frame.js';
import { type FlagBitEvents, Listeners } from './listeners.js';
import { type Logger, drainLog, standardLogger } from './log.js';
import { native, type Owner } from './native.js';
import * as options from './options.js';
import { ask } from './question.js';
import { type ClientStatus, readStatus } from './status.js';
import { EVENTS, Readiness, Refreshing, milliseconds, start } from './wait.js';

/** An object whose properties are attributes: also one whose type is an interface or a class. */
export type AttributesOf<Who> = object & { readonly [Name in keyof Who]: AttributeValue };

/** Who asks: a Context, an object of attributes, or nothing for no attributes. */
export type AnyContext<Who> = Context | Who | null | undefined;

/** Flags that answer everybody alike, until this is ended. */
export interface Override extends Disposable {
  end(): void;
}

/** Taken out once: looking it up in the addon's exports at each call is a tenth of the call. */
const isEnabledInFrame: () => boolean = native.isEnabled;

/** Only the functions of this file have it. */
const OPENED = Symbol('opened');

/**
 * Answers whether a feature is on for a user, from flags in memory.
 *
 * Made by `open`, `fromSnapshot`, `fromFile` or `forTesting`; belongs to the thread that made it. Evaluations never
 * throw and never block, whatever they are given. An open client does not hold the process open, with listeners or without.
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
   * A client of the source that the options name. Never waits for a network; reads texts and files once, synchronously,
   * and so belongs to a program's start. What the library says of a server goes to the logger as it happens.
   * Throws SnapshotError and FileError (not for a file that is watched: see `status`), FlagBitError for options that do not
   * fit, TypeError.
   */
  static open(from: options.OpenOptions): FlagBit {
    const owner = options.open(from);
    const logger = options.loggerOf(from, standardLogger);
    const listen = logger !== null && (from.logger !== undefined || from.url !== undefined);
    return new FlagBit(OPENED, owner, logger, listen);
  }

  /** A client of a snapshot in memory: its JSON text, or what `JSON.parse` makes of it. */
  static fromSnapshot(snapshot: options.Snapshot, more: options.ClientOptions = {}): FlagBit {
    return FlagBit.open(options.withSource('snapshot', snapshot, more));
  }

  /** A client of a snapshot in a file. Without `watch` it is read once, and by `refresh`. */
  static fromFile(path: string | URL, more: options.FileOptions = {}): FlagBit {
    return FlagBit.open(options.withSource('file', path, more));
  }

  /** A client of flags that answer everybody alike, for tests: `{ on: true, theme: 'dark', limit: 5 }`. */
  static forTesting(values: options.FlagValues): FlagBit {
    return FlagBit.open(options.withSource('values', values, {}));
  }

  /**
   * Whether a boolean flag is on. Where there is no answer: `defaultValue`; `evaluate` tells why. A typed flag is no
   * boolean: `defaultValue`, too. Never throws.
   */
  isEnabled<Who extends AttributesOf<Who>>(flagKey: string, context?: AnyContext<Who>, defaultValue = false): boolean {
    try {
      if (ask(this.#client, flagKey, context)) {
        putDefault(defaultValue);
        return isEnabledInFrame();
      }
    } catch {
      // A getter of the context threw: the long way knows what to say.
    }
    const { value } = this.#evaluator.evaluate(flagKey, context, Boolean(defaultValue));
    return typeof value === 'boolean' ? value : Boolean(defaultValue);
  }

  /**
   * What a flag answers, and why. Never throws: see `Evaluation.errorCode`. A typed flag answers with a value of its
   * own, whatever the type of `defaultValue`.
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
   * The value of a flag of the default's type; `defaultValue` where there is no such value. Never throws.
   *
   * A boolean asks a boolean flag, a string a string, a number a number; an object or an array asks JSON that is one.
   * What is in the JSON is not checked; it is the caller's own.
   */
  value<Who extends AttributesOf<Who>>(flagKey: string, context: AnyContext<Who>, defaultValue: boolean): boolean;
  value<Who extends AttributesOf<Who>>(flagKey: string, context: AnyContext<Who>, defaultValue: string): string;
  value<Who extends AttributesOf<Who>>(flagKey: string, context: AnyContext<Who>, defaultValue: number): number;
  value<Json extends object, Who extends AttributesOf<Who> = object>(
    flagKey: string,
    context: AnyContext<Who>,
    defaultValue: Json,
  ): Json;
  value(flagKey: string, context: AnyContext<object>, defaultValue: unknown): unknown {
    if (typeof defaultValue === 'boolean') return this.isEnabled(flagKey, context, defaultValue);
    return fitting(this.#evaluator.value(flagKey, context), defaultValue);
  }

  /** What all flags answer, by key, sorted, from one state of the client. The default is false. Never throws. */
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
   * What a flag answers and how it came to that: each rule, and which of its conditions hold. Never throws.
   *
   * For people: a page for support, a test that fails. Slow, and with the attributes' values in it.
   */
  explain<Who extends AttributesOf<Who>>(flagKey: string, context?: AnyContext<Who>): Explanation {
    const explanation = explain(this.#client, flagKey, context);
    this.#drainLog();
    return explanation ?? unexplained(this.evaluate(flagKey, context));
  }

  /** The keys of the flags in force, sorted, those set aside included. */
  flags(): string[] {
    return native.flags(this.#owner);
  }

  /** What is wrong with the flags that are set aside: place and reason. */
  warnings(): string[] {
    return native.warnings(this.#owner);
  }

  /** How the client is doing. */
  status(): ClientStatus {
    this.#drainLog();
    return readStatus(this.#owner);
  }

  /**
   * Puts another snapshot in force, in a client that was made with `fromSnapshot`. Synchronous: 10,000 flags take some
   * 10 ms. Throws SnapshotError, and what was in force stays; ClosedError; FlagBitError for a client of another source.
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
   * Fetches the flags now, or reads the file. True where that went well within `timeout` ms, or where there is nothing to
   * read; else see `status`. A fetch whose time ran out goes on in the background.
   */
  async refresh(timeout = 5000): Promise<boolean> {
    const outcome = await this.#refreshing.join(milliseconds(timeout));
    this.#drainLog();
    return outcome;
  }

  /**
   * Waits until there are flags. False when `timeout` ms ran out, or when the client is closed; and at once where there is
   * nothing to serve and the server refuses the key or the address: see `status`.
   */
  async waitUntilReady(timeout = 5000): Promise<boolean> {
    const limit = milliseconds(timeout);
    return native.ready(this.#owner) || (limit > 0 && !this.#closed && this.#readiness.join(limit));
  }

  /**
   * Lets flags answer everybody alike until `end()`, or the end of a `using` block, above the snapshot's answers: for
   * tests. Of several overrides of a flag the latest wins. Throws SnapshotError, ClosedError, TypeError.
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
   * Closes the client: from here on evaluations give the default, and whoever waits is told false. Returns at once, and
   * may be called more than once. Optional at the end of a process.
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
    // The library says it once.
    if (!this.#unsupportedNoted) this.#drainLog();
    this.#unsupportedNoted = true;
  }

  #drainLog(): void {
    drainLog(this.#owner, this.#logger);
  }

  /** Lets a thread wait for what happens, log lines included, as long as the client lives. */
  #watch(): void {
    if (this.#watching) return;
    const client = new WeakRef(this);
    start(this.#owner, EVENTS, Infinity, (status) => {
      // In a tick of its own, so that what a listener throws is an uncaught exception as of any other emitter.
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
    // In another tick, which what a listener of the state throws does not end.
    process.nextTick(() => this.#listeners.tellChanges(this));
    this.#listeners.tellState(this);
  }

  #listenersChanged(): void {
    if (!this.#closed && this.#listeners.count(this)) this.#watch();
  }

  static {
    // `once` and `emit` come to these too. Not declared as methods, so that their types stay the emitter's.
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
