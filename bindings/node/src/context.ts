/** Contexts: the attributes that a flag's rules look at. */

import { ContextError } from './errors.js';
import * as frame from './frame.js';
import { native, type Owner } from './native.js';
import { CONTEXT_MARK, packApart } from './attributes.js';
import { hadUnsupported } from './pack.js';
import { packFirstUnsupported } from './unsupported.js';

/** A value that rules compare. A `number` that is an integer within 2^53, and a `bigint` of 64 bits, is an integer. */
export type Scalar = string | number | bigint | boolean;

/** The types of an attribute's value. `null` and `undefined` are absent, like an attribute that is not given. */
export type AttributeValue = Scalar | Date | readonly (Scalar | Date)[] | null | undefined;

/** Attributes by name. */
export type Attributes = { readonly [name: string]: AttributeValue };

let whereIs: (context: Context) => number;

/**
 * The attributes of a user or a request, prepared for any number of evaluations:
 * `new Context({ user_id: 'usr_123', plan: 'pro' })`.
 *
 * Immutable; any number of clients of this thread may use one. It cannot be posted to a worker: post the attributes.
 *
 * An array holds up to 1,000 scalars and Dates, for the operators `has` and `exists`. A Date is its RFC 3339 text in
 * UTC, such as `2026-12-01T08:00:00.5Z`; the fraction has no trailing zeros.
 *
 * Throws ContextError for a value that no rule can match (NaN, an infinity, a lone surrogate, an invalid Date, any
 * other type) and for a name with a lone surrogate. The error names the attribute, never its value.
 */
export class Context {
  /**
   * Keeps the library's context, and keeps this object from being cloned: a copy would have no attributes.
   * @internal
   */
  readonly owner: Owner;
  /** @internal */
  readonly [CONTEXT_MARK] = true;
  readonly #place: number;

  constructor(attributes: Attributes = {}) {
    const packed = packApart(attributes);
    if (typeof packed === 'string') throw new ContextError(packed);
    // Of an unsupported attribute the library makes an error.
    const unsupported = hadUnsupported() ? packFirstUnsupported(attributes) : undefined;
    frame.putApart(0, 0);
    this.owner = native.newContext(EMPTY, unsupported ?? packed);
    this.#place = frame.lastContext();
    Object.freeze(this);
  }

  static {
    whereIs = (context) => context.#place;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'Context {}';
  }
}

const EMPTY = new Uint8Array(0);

/** Returns the address of a Context. Throws TypeError for an object that only has Context's prototype. */
export function placeOf(context: Context): number {
  return whereIs(context);
}
