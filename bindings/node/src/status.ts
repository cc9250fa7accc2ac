/** How a client is doing. */

import type { State } from './codes.js';
import { native, type Owner } from './native.js';

/**
 * `initializing`; `ready`; `stale`: serving, but the server was not reached for a while, or not yet; `error`: nothing to
 * serve, and the file cannot be read or the server refuses; `closed`.
 */
export type StateName = Lowercase<keyof typeof State>;

/** What a client knows of itself at one moment. */
export interface ClientStatus {
  readonly state: StateName;
  /** The revision that the snapshot in force states. */
  readonly revision: string | null;
  /** Where the flags come from, in words. */
  readonly source: string;
  /** How many flags are in force, those set aside included. */
  readonly flags: number;
  /** How many flags cannot be read; `warnings()` tells why. */
  readonly flagsSetAside: number;
  /** Why the source was not read the last time; null after it was. */
  readonly lastError: string | null;
  /** When the source was last read well. */
  readonly lastSuccess: Date | null;
  /** How many reads failed since then. */
  readonly consecutiveFailures: number;
  /** How many attributes evaluations saw that no rule can match. */
  readonly unsupportedValues: number;
  /** Counts the changes of the flags in force; 0 before the first. */
  readonly generation: number;
}

export function readStatus(client: Owner): ClientStatus {
  const [state, generation, flags, flagsSetAside, unsupportedValues, success, consecutiveFailures, ...texts] =
    native.status(client);
  const [revision, source, lastError] = texts;
  return {
    state: native.stateName(state) as StateName,
    revision,
    source,
    flags,
    flagsSetAside,
    lastError: lastError === '' ? null : lastError,
    lastSuccess: success >= 0 ? new Date(success) : null,
    consecutiveFailures,
    unsupportedValues,
    generation,
  };
}
