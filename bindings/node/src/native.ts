/** The addon: loads it, and refuses one that does not fit. Its C is in `addon/`; every function there is named here. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ABI_MAJOR, ABI_MINOR } from './codes.js';
import { LibraryError } from './errors.js';

/** What keeps one of the library's objects alive; it is freed with it. */
export type Owner = { readonly __owner: unique symbol };

/** A question's two parts, given only where they are not in the frame (`frame.ts`). */
type Question = [] | [key: Uint8Array, packed: Uint8Array];

export interface Native {
  readonly abiVersion: number;
  readonly frameText: number;
  readonly frameEvaluation: number;
  readonly evaluationSize: number;
  start(frame: ArrayBuffer, fail: (status: number, message: string) => Error): void;

  isEnabled(...question: Question): boolean;
  evaluate(...question: Question): void;
  evaluateValue(...question: Question): [variant: string, value: string] | undefined;
  evaluateAll(...question: Question): [items: ArrayBuffer, itemSize: number, text: ArrayBuffer];
  explain(...question: Question): string | undefined;
  newContext(...question: Question): Owner;

  fromSnapshot(text: Uint8Array): Owner;
  open(options: (number | Uint8Array)[]): Owner;
  load(client: Owner, text: Uint8Array): void;
  close(client: Owner): void;
  overrideStart(client: Owner, values: Uint8Array): number;
  overrideEnd(client: Owner, override: number): void;
  flags(client: Owner): string[];
  warnings(client: Owner): string[];
  takeLog(client: Owner): string[];
  changes(client: Owner, since: number): [keys: string[], all: boolean, generation: number];

  status(
    client: Owner,
  ): [
    state: number,
    generation: number,
    flags: number,
    flagsSetAside: number,
    unsupportedValues: number,
    lastSuccessMs: number,
    consecutiveFailures: number,
    revision: string | null,
    source: string,
    lastError: string,
  ];
  revision(client: Owner, generation: number): string | undefined;
  errorMessage(client: Owner, key: Uint8Array, errorCode: number): string;
  statusMessage(status: number): string;
  reasonName(reason: number): string;
  errorCodeName(errorCode: number): string;
  stateName(state: number): string;
  version(): string;

  listen(deliver: (id: number, status: number) => void): void;
  wait(client: Owner, kind: number, id: number, timeout: number): void;
  ready(client: Owner): boolean;
}

export const PATH_VARIABLE = 'FLAGBIT_ADDON_PATH';

/** Where an addon may be: named by the environment, or in the package. */
function candidates(): string[] {
  const named = process.env[PATH_VARIABLE];
  if (named) return [named];
  const target = `${process.platform}-${process.arch}`;
  // Which libc this process has is found by trying: Node has no quick way to tell.
  const targets = process.platform === 'linux' ? [`${target}-gnu`, `${target}-musl`] : [target];
  return targets.map((folder) => join(__dirname, '..', 'prebuilds', folder, 'flagbit.node'));
}

function refused(path: string, found: string): LibraryError {
  const remedy = process.env[PATH_VARIABLE]
    ? `${PATH_VARIABLE} names this file: unset it to use the package's own, or name a fitting one`
    : `reinstall the package flagbit, or build the addon from source and name it in ${PATH_VARIABLE}`;
  const needed = `this package needs the ABI ${ABI_MAJOR}.${ABI_MINOR} of the C library, or a later ${ABI_MAJOR}.x`;
  return new LibraryError(`cannot use ${path}: ${found}; ${needed}; ${remedy}`, path);
}

function load(): Native {
  let failure: LibraryError | undefined;
  for (const path of candidates()) {
    if (!existsSync(path)) {
      failure ??= refused(path, `it is not there (on ${process.platform} ${process.arch})`);
      continue;
    }
    let native: Native;
    try {
      native = require(path) as Native;
    } catch (error) {
      failure = refused(path, `it cannot be loaded: ${(error as Error).message}`);
      continue;
    }
    if (typeof native.abiVersion !== 'number') throw refused(path, 'it is another addon');
    const major = native.abiVersion >>> 16;
    const minor = native.abiVersion & 0xffff;
    if (major !== ABI_MAJOR || minor < ABI_MINOR) {
      throw refused(path, `its ABI is ${major}.${minor} (version ${native.version()})`);
    }
    return native;
  }
  throw failure as LibraryError;
}

export const native: Native = load();
