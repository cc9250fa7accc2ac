/** A client's state. */

import type { State } from './codes.js';
import { native, type Owner } from './native.js';

/**
 * `initializing`; `ready`; `stale`: serving, but without contact to the server for a while, or as yet; `error`: nothing
 * to serve, and the file cannot be read or the server refuses; `closed`.
 */
export type StateName = Lowercase<keyof typeof State>;

/** A client's state at one moment, with its details. */
export interface ClientStatus {
  readonly state: StateName;
  /** The revision of the snapshot in force; null if the snapshot states none. */
  readonly revision: string | null;
  /** The source of the flags, in words. */
  readonly source: string;
  /** How many flags are in force, including those set aside. */
  readonly flags: number;
  /** How many flags cannot be read. `warnings()` tells why. */
  readonly flagsSetAside: number;
  /** Why the last read of the source failed; null if it succeeded. */
  readonly lastError: string | null;
  /** When the source was last read successfully. */
  readonly lastSuccess: Date | null;
  /** How many reads have failed since `lastSuccess`. */
  readonly consecutiveFailures: number;
  /** How many attributes with values that no rule can match evaluations have seen. */
  readonly unsupportedValues: number;
  /** How often the flags in force have changed; 0 before the first flags. */
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
