/** The way of the library's log lines to the program. */

import { native, type Owner } from './native.js';

/** Where log lines go: `console`, or any other object with these two. */
export interface Logger {
  info(message: string): unknown;
  warn(message: string): unknown;
}

/** Warnings as Node's own warnings, which a program can silence or catch; nothing else. */
export const standardLogger: Logger = {
  info() {},
  warn(message) {
    process.emitWarning(message, 'FlagBitWarning');
  },
};

/** Hands the log lines that have gathered to the logger. */
export function drainLog(client: Owner, logger: Logger | null): void {
  for (const line of native.takeLog(client)) {
    const colon = line.indexOf(': ');
    const message = line.slice(colon + 2);
    // What the user's logger throws must not come out of an evaluation.
    try {
      if (line.slice(0, colon) === 'warning') logger?.warn(message);
      else logger?.info(message);
    } catch {}
  }
}
