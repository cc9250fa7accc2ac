/** The variants of typed flags as values. Each is decoded once. */

import { Kind } from './codes.js';
import type { FlagValue } from './evaluation.js';
import type { NativeEvaluation } from './frame.js';

/** How many variants a client remembers, each of up to 64 KiB. A full cache is emptied and filled again. */
const CACHED = 256;

/** The fields of a flagbit_evaluation that tell of the variant. */
type Native = Pick<NativeEvaluation, 'variantId' | 'kind' | 'number'>;

/** A variant's name and its value. */
export class Variant {
  readonly name: string;
  /** The exact value of a number that is an integer from -2^63 to 2^64-1. */
  readonly integer: bigint | undefined;
  readonly #text: string;
  readonly #value: FlagValue | undefined;

  constructor(native: Native, integer: bigint | undefined, name: string, text: string) {
    this.name = name;
    this.integer = integer;
    this.#text = text;
    if (native.kind === Kind.STRING) this.#value = text;
    else if (native.kind === Kind.NUMBER) this.#value = native.number;
  }

  /**
   * Returns a string, the nearest number, or an object or array. Each caller gets a new object, since callers may change
   * it.
   */
  get value(): FlagValue {
    return this.#value ?? (JSON.parse(this.#text) as FlagValue);
  }
}

/** The variants seen so far, by the library's number for each, which no other variant ever gets. */
export class Variants {
  readonly #known = new Map<number, Variant>();

  get(variantId: number): Variant | undefined {
    return this.#known.get(variantId);
  }

  add(native: Native, integer: bigint | undefined, name: string, text: string): Variant {
    const variant = new Variant(native, integer, name, text);
    if (this.#known.size >= CACHED) this.#known.clear();
    this.#known.set(native.variantId, variant);
    return variant;
  }
}
