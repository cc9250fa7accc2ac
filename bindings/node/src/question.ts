/** Questions for the library: a flag's key and a context, whatever the caller passed for them. */

import { nameOfType, isAttributes, packApart } from './attributes.js';
import { ErrorCode } from './codes.js';
import { Context, placeOf } from './context.js';
import { PACKED, bytes, put, view } from './frame.js';
import * as known from './known.js';
import { UNFIT, hadUnsupported, pack } from './pack.js';
import { putRows } from './rows.js';
import { encode } from './text.js';

/** How many questions were begun. A context's getter may ask a question of its own, in the same frame. */
let begun = 0;

/**
 * Puts a question into the frame. Returns false if the question has to be asked apart: it is too long, unusual or
 * invalid, or it has values that no rule can match. Throws the exception of an attribute's getter.
 */
export function ask(client: number, flagKey: unknown, context: unknown): boolean {
  if (typeof flagKey !== 'string') return false;
  const question = ++begun;
  const key = known.placeOf(flagKey);
  if (key === undefined) return false;
  if (context === undefined || context === null) {
    put(client, 0, key, 0, 0);
    return true;
  }
  if (typeof context !== 'object') return false;
  if (context instanceof Context) {
    put(client, placeOf(context), key, 0, 0);
    return true;
  }
  if (!isAttributes(context)) return false;
  const rows = putRows(context);
  if (begun !== question) return false;
  if (rows !== UNFIT) {
    put(client, 0, key, 0, rows);
    return true;
  }
  const end = pack(bytes, view, PACKED, context);
  if (end < 0 || hadUnsupported() || begun !== question) return false;
  put(client, 0, key, end - PACKED, 0);
  return true;
}

/** A question that is passed as arguments. */
export interface Apart {
  readonly key: Uint8Array;
  readonly packed: Uint8Array;
  /** The address of a prepared context; 0 if the packed attributes count. */
  readonly context: number;
  readonly unsupported: boolean;
}

/** A question that reaches no flag. Never leaves the package. */
export class Unanswerable {
  constructor(
    readonly code: number,
    readonly message: string,
  ) {}
}

const NOTHING = new Uint8Array(0);

/** Returns the same question for a call with arguments. Throws Unanswerable. */
export function askApart(flagKey: unknown, context: unknown): Apart {
  if (typeof flagKey !== 'string') {
    throw new Unanswerable(ErrorCode.GENERAL, `a flag key is a string, not ${nameOfType(flagKey)}`);
  }
  const key = encode(flagKey);
  if (context === undefined || context === null) return { key, packed: NOTHING, context: 0, unsupported: false };
  const place = preparedPlace(context);
  if (place !== 0) return { key, packed: NOTHING, context: place, unsupported: false };
  const packed = packApart(context);
  if (typeof packed === 'string') throw new Unanswerable(ErrorCode.INVALID_CONTEXT, packed);
  return { key, packed, context: 0, unsupported: hadUnsupported() };
}

/** Returns the address of a Context; 0 for any other value, including one that only looks like a Context. */
function preparedPlace(context: unknown): number {
  try {
    return context instanceof Context ? placeOf(context) : 0;
  } catch {
    return 0;
  }
}
