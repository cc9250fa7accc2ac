/** Opening a client: from what a caller has to what the library takes. */

import { fileURLToPath } from 'node:url';
import { nameOfType } from './attributes.js';
import { Option } from './codes.js';
import type { FlagValue } from './evaluation.js';
import type { Logger } from './log.js';
import { native, type Owner } from './native.js';
import { encode, encodeJson } from './text.js';

/** A snapshot: its JSON text, or what `JSON.parse` would make of it. */
export type Snapshot = string | Uint8Array | object;

/** Flags that answer everybody alike, by key. */
export type FlagValues = { readonly [flagKey: string]: FlagValue };

/** What every client can be opened with. */
export interface ClientOptions {
  /** The size limit of a snapshot's text in bytes, 32 MiB unless set. */
  maxSnapshotBytes?: number | undefined;
  /** Where log lines go; null for nowhere. Unless set, warnings are Node's warnings (`process.emitWarning`). */
  logger?: Logger | null | undefined;
}

/** What a client of a file can be opened with. */
export interface FileOptions extends ClientOptions {
  /** Look at the file each second and follow its changes; it may be missing at first. */
  watch?: boolean | undefined;
}

/** Exactly one source is needed: `snapshot`, `file` or `values`. */
export interface OpenOptions extends FileOptions {
  /** A snapshot in memory. */
  snapshot?: Snapshot | undefined;
  /** The path of a file with a snapshot, or its `file:` URL. */
  file?: string | URL | undefined;
  /** Flags that answer everybody alike, for tests. */
  values?: FlagValues | undefined;
}

/** Each option: the library's number for it, and its value as the library takes it. */
const OPTIONS: { readonly [name: string]: readonly [number: number, read: (value: unknown) => number | Uint8Array] } = {
  snapshot: [Option.SNAPSHOT, snapshotBytes],
  file: [Option.FILE, path],
  values: [Option.VALUES, valuesBytes],
  watch: [Option.WATCH, (value) => (boolean('watch', value) ? 1 : 0)],
  maxSnapshotBytes: [Option.MAX_SNAPSHOT_BYTES, (value) => integer('maxSnapshotBytes', value)],
};

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
    set.push(option[0], option[1](value));
  }
  const [only, text, ...more] = set;
  if (only === Option.SNAPSHOT && text instanceof Uint8Array && more.length === 0) return native.fromSnapshot(text);
  return native.open(set);
}

/** Options with a source that has to be there. Throws TypeError. */
export function withSource(source: 'snapshot' | 'file' | 'values', value: unknown, more: ClientOptions): OpenOptions {
  if (value === undefined) OPTIONS[source]?.[1](value);
  return { ...more, [source]: value };
}

/** A snapshot's JSON text. Throws SnapshotError, TypeError. */
export function snapshotBytes(snapshot: unknown): Uint8Array {
  if (typeof snapshot === 'string') return encode(snapshot);
  if (snapshot instanceof Uint8Array) return snapshot;
  if (typeof snapshot !== 'object' || snapshot === null) {
    throw new TypeError(`a snapshot is a string, a Uint8Array, an object or an array, not ${nameOfType(snapshot)}`);
  }
  return encodeJson(snapshot);
}

/** The JSON text of flags that answer everybody alike. Throws SnapshotError, TypeError. */
export function valuesBytes(values: unknown): Uint8Array {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new TypeError(`flags are an object of keys and values, not ${nameOfType(values)}`);
  }
  return encodeJson(values);
}

function path(value: unknown): Uint8Array {
  if (typeof value === 'string') return encode(value);
  if (value instanceof URL) return encode(fileURLToPath(value));
  throw new TypeError(`the option file is a string or a URL, not ${nameOfType(value)}`);
}

function boolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`the option ${name} is a boolean, not ${nameOfType(value)}`);
  return value;
}

function integer(name: string, value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError(`the option ${name} is an integer, not ${String(value)}`);
  return value as number;
}

/** The logger of some options. Throws TypeError. */
export function loggerOf(options: ClientOptions, standard: Logger): Logger | null {
  const { logger } = options;
  if (logger === undefined) return standard;
  if (logger !== null && (typeof logger.info !== 'function' || typeof logger.warn !== 'function')) {
    throw new TypeError('the option logger has the methods info and warn, or is null');
  }
  return logger;
}
