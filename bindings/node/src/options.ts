/** Opens clients: turns a caller's options into the library's. */

import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { nameOfType } from './attributes.js';
import { Option } from './codes.js';
import type { FlagValue } from './evaluation.js';
import type { Logger } from './log.js';
import { native, type Owner } from './native.js';
import { encode, encodeJson, encodeValues } from './text.js';

/** A snapshot: its JSON text, or the object that `JSON.parse` would make of it. */
export type Snapshot = string | Uint8Array | object;

/** Flags that give everybody the same answer, by key. A bigint is an integer, exactly. */
export type FlagValues = { readonly [flagKey: string]: FlagValue | bigint };

/** The options of every client. */
export interface ClientOptions {
  /** The largest snapshot that the client accepts, in bytes; 32 MiB by default. */
  maxSnapshotBytes?: number | undefined;
  /** The receiver of log lines; null for none. By default warnings are Node's warnings (`process.emitWarning`). */
  logger?: Logger | null | undefined;
}

/** The options of a client of a file. */
export interface FileOptions extends ClientOptions {
  /** Check the file each second and follow its changes. The file may be missing at first. */
  watch?: boolean | undefined;
}

/** The options of a client of a server. Durations are in milliseconds. */
export interface ServerOptions extends ClientOptions {
  /** A server key, `fbsrv_...`. It belongs to one project and environment. */
  serverKey?: string | undefined;
  /** An API key of the hosted service, `fb_...`, for use with `projectId`. It may do everything in its account. */
  apiKey?: string | undefined;
  projectId?: number | undefined;
  /**
   * How often the client asks the server, give or take a tenth; 30,000 by default, at least 1,000 (60,000 with an API
   * key).
   */
  pollInterval?: number | undefined;
  /** Let the server announce changes at once, over a connection that stays open. If that fails, the client polls. */
  stream?: boolean | undefined;
  /** A snapshot that serves until there is a better one. */
  bootstrap?: Snapshot | undefined;
  /** The path of a file that keeps the last good snapshot, for a start without the server. Processes may share it. */
  cachePath?: string | URL | undefined;
  /** The limit for resolving the server's name, and for connecting; 5,000 by default. */
  connectTimeout?: number | undefined;
  /** The limit for a whole request; 30,000 by default. */
  timeout?: number | undefined;
  /** How long after the last contact the state becomes `stale`; three intervals by default. */
  staleAfter?: number | undefined;
  /** The path of a PEM file with the authorities to trust instead of those compiled in. */
  caFile?: string | URL | undefined;
  /** Trust the operating system's authorities instead of those compiled in. */
  systemRoots?: boolean | undefined;
  /** A proxy, `http://[user:password@]host:port`, `https://` or `socks5h://`; by default the one of the environment. */
  proxy?: string | URL | undefined;
  /** Additional headers of each request. */
  headers?: { readonly [name: string]: string } | undefined;
}

/** The options of a client. Exactly one source is needed: `url`, `snapshot`, `file` or `values`. */
export interface OpenOptions extends FileOptions, ServerOptions {
  /** The base URL of a FlagBit server. */
  url?: string | URL | undefined;
  /** A snapshot in memory. */
  snapshot?: Snapshot | undefined;
  /** The path of a file with a snapshot, or its `file:` URL. */
  file?: string | URL | undefined;
  /** Flags that give everybody the same answer, for tests. */
  values?: FlagValues | undefined;
}

/** An option's value as the library takes it. Of an array, each element is set. */
type Setting = number | Uint8Array | Uint8Array[];

/** Each option: the library's number for it, and the function that converts its value for the library. */
const OPTIONS: {
  readonly [name: string]: readonly [number: number, read: (value: unknown, name: string) => Setting];
} = {
  snapshot: [Option.SNAPSHOT, snapshotBytes],
  file: [Option.FILE, path],
  values: [Option.VALUES, valuesBytes],
  watch: [Option.WATCH, boolean],
  maxSnapshotBytes: [Option.MAX_SNAPSHOT_BYTES, integer],
  url: [Option.URL, url],
  serverKey: [Option.SERVER_KEY, text],
  apiKey: [Option.API_KEY, text],
  projectId: [Option.PROJECT_ID, integer],
  bootstrap: [Option.BOOTSTRAP, snapshotBytes],
  cachePath: [Option.CACHE_PATH, path],
  pollInterval: [Option.POLL_INTERVAL_MS, duration],
  connectTimeout: [Option.CONNECT_TIMEOUT_MS, duration],
  timeout: [Option.TIMEOUT_MS, duration],
  staleAfter: [Option.STALE_AFTER_MS, duration],
  stream: [Option.STREAM, boolean],
  caFile: [Option.CA_FILE, path],
  systemRoots: [Option.SYSTEM_ROOTS, boolean],
  proxy: [Option.PROXY, url],
  headers: [Option.HEADER, headerLines],
};

/** Makes the library name options as this package spells them. */
const LANGUAGE: readonly [number, Uint8Array] = [Option.LANGUAGE, encode('node')];

/** Opens a client. Throws FlagBitError, TypeError. */
export function open(options: OpenOptions): Owner {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options are an object, not ${nameOfType(options)}`);
  }
  const set: (number | Uint8Array)[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || name === 'logger') continue;
    const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (option === undefined) throw new TypeError(`there is no option ${JSON.stringify(name)}`);
    const setting = option[1](value, name);
    for (const single of Array.isArray(setting) ? setting : [setting]) set.push(option[0], single);
  }
  const [only, text, ...more] = set;
  if (only === Option.SNAPSHOT && types.isUint8Array(text) && more.length === 0) return native.fromSnapshot(text);
  return native.open([...LANGUAGE, ...set]);
}

/** Returns options with a required source. Throws TypeError. */
export function withSource(source: 'snapshot' | 'file' | 'values', value: unknown, more: ClientOptions): OpenOptions {
  if (value === undefined) OPTIONS[source]?.[1](value, source);
  return { ...more, [source]: value };
}

/** Returns a snapshot's JSON text. Throws SnapshotError, TypeError. */
export function snapshotBytes(snapshot: unknown): Uint8Array {
  if (typeof snapshot === 'string') return encode(snapshot);
  if (types.isUint8Array(snapshot)) return snapshot;
  if (typeof snapshot !== 'object' || snapshot === null) {
    throw new TypeError(`a snapshot is a string, a Uint8Array, an object or an array, not ${nameOfType(snapshot)}`);
  }
  return encodeJson(snapshot);
}

/** Returns the JSON text of flags that give everybody the same answer. Throws SnapshotError, TypeError. */
export function valuesBytes(values: unknown): Uint8Array {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new TypeError(`flags are an object of keys and values, not ${nameOfType(values)}`);
  }
  return encodeValues(values);
}

// For a wrong value, the message has only the type, or the number: a text may be a key in the wrong place.

function wrong(name: string, what: string, value: unknown): TypeError {
  const found = typeof value === 'number' ? String(value) : nameOfType(value);
  return new TypeError(`the option ${name} is ${what}, not ${found}`);
}

/** Accepts an object of another realm, or of jsdom, too. */
function isUrl(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object URL]';
}

function path(value: unknown, name: string): Uint8Array {
  if (typeof value === 'string') return encode(value);
  if (isUrl(value)) return encode(fileURLToPath(String(value)));
  throw wrong(name, 'a string or a URL', value);
}

function url(value: unknown, name: string): Uint8Array {
  if (typeof value === 'string' || isUrl(value)) return encode(String(value));
  throw wrong(name, 'a string or a URL', value);
}

function text(value: unknown, name: string): Uint8Array {
  if (typeof value === 'string') return encode(value);
  throw wrong(name, 'a string', value);
}

function headerLines(value: unknown, name: string): Uint8Array[] {
  // A Headers object or a Map keeps its headers elsewhere, and would be taken for an object without any.
  if (typeof value !== 'object' || value === null || Symbol.iterator in value) {
    throw wrong(name, 'an object of names and values', value);
  }
  return Object.entries(value).map(([header, line]: [string, unknown]) => {
    if (typeof line !== 'string') throw wrong(name, 'an object of strings', line);
    return encode(`${header}: ${line}`);
  });
}

function boolean(value: unknown, name: string): number {
  if (typeof value !== 'boolean') throw wrong(name, 'a boolean', value);
  return value ? 1 : 0;
}

function integer(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value)) throw wrong(name, 'an integer', value);
  return value as number;
}

/** Returns whole milliseconds. The library checks the range. */
function duration(value: unknown, name: string): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw wrong(name, 'a number of milliseconds', value);
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Math.ceil(value), Number.MAX_SAFE_INTEGER));
}

/** Returns the logger of some options. Throws TypeError. */
export function loggerOf(options: ClientOptions, standard: Logger): Logger | null {
  const { logger } = options;
  if (logger === undefined) return standard;
  if (logger !== null && (typeof logger.info !== 'function' || typeof logger.warn !== 'function')) {
    throw new TypeError('the option logger has the methods info and warn, or is null');
  }
  return logger;
}
