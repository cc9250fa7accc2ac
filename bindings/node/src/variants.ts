/** The variants of typed flags as values. Each is decoded once. */

import { Kind } from './codes.js';
import type { FlagValue } from './evaluation.js';

/** How many variants a client remembers, each of up to 64 KiB. A full cache is emptied and filled again. */
const CACHED = 256;

/** A variant's name and its value. */
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

  /** Returns a string, a number, or an object or array. Each caller gets a new object, since callers may change it. */
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

  add(native: { variantId: number; kind: number; number: number }, name: string, text: string): Variant {
    const variant = new Variant(native.kind, native.number, name, text);
    if (this.#known.size >= CACHED) this.#known.clear();
    this.#known.set(native.variantId, variant);
    return variant;
  }
}
