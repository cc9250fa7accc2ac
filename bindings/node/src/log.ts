/** Passes the library's log lines to the program. */

import { native, type Owner } from './native.js';

/** A receiver of log lines: `console`, or any other object with these two methods. */
export interface Logger {
  info(message: string): unknown;
  warn(message: string): unknown;
}

/** Emits warnings as Node's own warnings, which a program can silence or catch, and nothing else. */
export const standardLogger: Logger = {
  info() {},
  warn(message) {
    process.emitWarning(message, 'FlagBitWarning');
  },
};

/** Passes the gathered log lines to the logger. */
export function drainLog(client: Owner, logger: Logger | null): void {
  for (const line of native.takeLog(client)) {
    const colon = line.indexOf(': ');
    const message = line.slice(colon + 2);
    // An exception of the user's logger must not come out of an evaluation.
    try {
      if (line.slice(0, colon) === 'warning') logger?.warn(message);
      else logger?.info(message);
    } catch {}
  }
}
