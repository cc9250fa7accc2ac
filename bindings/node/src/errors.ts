/** The errors of this package. Evaluations throw none of them: `Evaluation.errorCode` has an evaluation's error. */

import { Status } from './codes.js';

/** The names of the C library's statuses. */
export type StatusName = keyof typeof Status;

/** The base of all errors of this package. */
export class FlagBitError extends Error {
  /** The name of the C library's status, such as `SNAPSHOT_REFUSED`; null if the error is not the library's. */
  readonly status: StatusName | null;

  constructor(message: string, status: StatusName | null = null) {
    super(message);
    this.status = status;
  }

  static {
    this.prototype.name = 'FlagBitError';
  }
}

/** A snapshot, or the values of an override, are refused. The message names the place. The old flags stay in force. */
export class SnapshotError extends FlagBitError {
  static {
    this.prototype.name = 'SnapshotError';
  }
}

/** A snapshot's file cannot be read. */
export class FileError extends FlagBitError {
  static {
    this.prototype.name = 'FileError';
  }
}

/** A Context cannot be built. The message names the attribute. */
export class ContextError extends FlagBitError {
  static {
    this.prototype.name = 'ContextError';
  }
}

/** The client is closed. */
export class ClosedError extends FlagBitError {
  static {
    this.prototype.name = 'ClosedError';
  }
}

/** The package has no addon for this platform, or an incompatible one. Thrown when the package is loaded. */
export class LibraryError extends FlagBitError {
  readonly path: string;

  constructor(message: string, path: string) {
    super(message);
    this.path = path;
  }

  static {
    this.prototype.name = 'LibraryError';
  }
}

const CLASSES: { readonly [status: number]: new (message: string, status: StatusName | null) => FlagBitError } = {
  [Status.UNSUPPORTED_VALUE]: ContextError,
  [Status.CLOSED]: ClosedError,
  [Status.SNAPSHOT_REFUSED]: SnapshotError,
  [Status.IO]: FileError,
};

/** Returns the error of a status. */
export function errorOf(status: number, message: string): FlagBitError {
  const name = (Object.keys(Status) as StatusName[]).find((one) => Status[one] === status);
  return new (CLASSES[status] ?? FlagBitError)(message, name ?? null);
}
