/** Loads the addon and refuses an incompatible one. The addon's C is in `addon/`; all of its functions are named here.
 * */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ABI_MAJOR, ABI_MINOR } from './codes.js';
import { LibraryError, errorOf } from './errors.js';

/** An object that keeps one of the library's objects alive and frees it with itself. */
export type Owner = { readonly __owner: unique symbol };

/** A question's two parts, given only if they are not in the frame (`frame.ts`). */
type Question = [] | [key: Uint8Array, packed: Uint8Array];

/** The exports of the addon. */
export interface Addon {
  readonly version: string;
  readonly abiVersion: number;
  readonly frameEvaluation: number;
  readonly frameRows: number;
  readonly frameKnown: number;
  readonly framePacked: number;
  readonly attributeSize: number;
  readonly evaluationSize: number;
  start(frame: ArrayBuffer, fail: (status: number, message: string) => Error): Native;
}

/** The addon's functions for one evaluation of the package. */
export interface Native {
  readonly frame: ArrayBuffer;
  readonly frameAddress: number;
  readonly fail: (status: number, message: string) => Error;

  isEnabled(): void;
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

  listen(deliver: (id: number, status: number) => void): void;
  unlisten(): void;
  wait(client: Owner, kind: number, id: number, timeout: number): void;
  ready(client: Owner): boolean;
}

export const PATH_VARIABLE = 'FLAGBIT_ADDON_PATH';

/** The folder of the package's addons; undefined in a bundle of ES modules, which has no such folder. */
const PREBUILDS = typeof __dirname === 'string' ? join(__dirname, '..', 'prebuilds') : undefined;

const BUNDLED =
  'this bundle has the package without its addon; keep the package out of the bundle and install it next to it ' +
  "(esbuild: --external:flagbit; webpack: externals; Rollup: external; Vite: ssr.external; Next.js: serverExternalPackages)";

/** Returns the paths where an addon may be: the one that the environment names, or those in the package. */
function candidates(): string[] {
  const named = process.env[PATH_VARIABLE];
  if (named) return [named];
  if (PREBUILDS === undefined) return [];
  const target = `${process.platform}-${process.arch}`;
  // The libc of this process is found by trying, since Node has no quick way to tell.
  const targets = process.platform === 'linux' ? [`${target}-gnu`, `${target}-musl`] : [target];
  return targets.map((folder) => join(PREBUILDS, folder, 'flagbit.node'));
}

function refused(path: string, found: string): LibraryError {
  const remedy = process.env[PATH_VARIABLE]
    ? `${PATH_VARIABLE} names this file: unset it to use the package's own, or name a fitting one`
    : `reinstall the package flagbit, or build the addon from source and name it in ${PATH_VARIABLE}`;
  const needed = `this package needs the ABI ${ABI_MAJOR}.${ABI_MINOR} of the C library, or a later ${ABI_MAJOR}.x`;
  return new LibraryError(`cannot use ${path}: ${found}; ${needed}; ${remedy}`, path);
}

function missing(path: string): LibraryError {
  if (process.env[PATH_VARIABLE] || (PREBUILDS !== undefined && existsSync(PREBUILDS))) {
    return refused(path, `it is not there (on ${process.platform} ${process.arch})`);
  }
  return new LibraryError(`cannot use ${path}: it is not there; ${BUNDLED}`, path);
}

function load(): Addon {
  let failure: LibraryError | undefined;
  for (const path of candidates()) {
    if (!existsSync(path)) {
      failure ??= missing(path);
      continue;
    }
    let addon: Addon;
    try {
      addon = require(path) as Addon;
    } catch (error) {
      failure = refused(path, `it cannot be loaded: ${(error as Error).message}`);
      continue;
    }
    if (typeof addon.abiVersion !== 'number') throw refused(path, 'it is another addon');
    const major = addon.abiVersion >>> 16;
    const minor = addon.abiVersion & 0xffff;
    if (major !== ABI_MAJOR || minor < ABI_MINOR) {
      throw refused(path, `its ABI is ${major}.${minor} (version ${addon.version})`);
    }
    const layout = [addon.frameEvaluation, addon.frameRows, addon.frameKnown, addon.framePacked, addon.evaluationSize];
    if (layout.join() !== [FRAME_EVALUATION, FRAME_ROWS, FRAME_KNOWN, FRAME_PACKED, 72].join()) {
      throw refused(path, 'it was built for another version of this package');
    }
    return addon;
  }
  throw failure ?? new LibraryError(`cannot find the addon: ${BUNDLED}`, '');
}

/** Offsets in the frame (`frame.ts`). */
export const FRAME_EVALUATION = 40;
export const FRAME_ROWS = 112;
export const FRAME_KNOWN = 11_376;
export const FRAME_PACKED = 27_760;

export const addon: Addon = load();

/** The functions for this evaluation of the package. A process may have many; each has its own frame. */
export const native: Native = addon.start(new ArrayBuffer(64 * 1024), errorOf);
