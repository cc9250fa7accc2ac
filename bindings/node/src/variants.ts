/** The variants of typed flags as values, each decoded once. */

import { Kind } from './codes.js';
import type { FlagValue } from './evaluation.js';

/** How many variants a client remembers, of up to 64 KiB each. A cache that is full is emptied and filled again. */
const CACHED = 256;

/** A variant's name, and its value for whoever asks. */
export class Variant {
  readonly name: string;
  readonly #text: string;
  readonly #value: FlagValue | undefined;

  constructor(kind: number, number: number, name: string, text: string) {
    this.name = name;
    this.#text = text;
    if (kind === Kind.STRING) this.#value = text;
    else if (kind === Kind.NUMBER) this.#value = number + 0; // -0 is 0, as in every other language.
  }

  /** A string, a number, or an object or array of the caller's own, since they may change it. */
  get value(): FlagValue {
    return this.#value ?? (JSON.parse(this.#text) as FlagValue);
  }
}

/** The variants that were seen, by the library's number for them, which no other variant ever gets. */
export class Variants {
  readonly #known = new Map<number, Variant>();

  get(variantId: number): Variant | undefined {
    return this.#known.get(variantId);
  }

  add(native: { variantId: number; kind: number; number: number }, name: string, text: string): Variant {
    const variant = new Variant(native.kind, native.number, name, text);
    if (this.#known.size >= CACHED) this.#known.clear();
    this.#known.set(native.variantId, variant);
    return variant;
  }
}
