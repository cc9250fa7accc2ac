/** Contexts that are objects: what is one, and packing what does not fit into the frame. */

import { UNFIT, pack } from './pack.js';

const LARGEST = 0xffff_ffff;

/** A property of every Context, also of one that another copy of this package made. */
export const CONTEXT_MARK: unique symbol = Symbol.for('flagbit.Context');

const FOREIGN =
  'the context was made by another copy of the package flagbit, or before it was loaded again: make it with the Context ' +
  'of the copy that made the client, or pass the attributes';

/** Whether an object's own properties are attributes: a plain object's or a class's, but not an array's or a Map's. */
export function isAttributes(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** The packed attributes in a buffer of their own, or why there are none, in words. */
export function packApart(attributes: unknown): Uint8Array | string {
  try {
    if (typeof attributes !== 'object' || attributes === null || !isAttributes(attributes)) {
      return `a context is a Context, an object of attributes, null or undefined, not ${nameOfType(attributes)}`;
    }
    if (Object.hasOwn(attributes, CONTEXT_MARK)) return FOREIGN;
    for (let size = 4096; size <= LARGEST; size *= 4) {
      const bytes = Buffer.allocUnsafeSlow(size);
      const end = pack(bytes, new DataView(bytes.buffer), 0, attributes);
      if (end !== UNFIT) return bytes.subarray(0, end);
    }
    return 'the context is too large';
  } catch (error) {
    // A getter's, or a proxy's. Its message may hold values, so only the type is told.
    return `the context cannot be read: ${nameOfType(error)}`;
  }
}

/** What a value is, in a word, whatever it is. */
export function nameOfType(value: unknown): string {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  try {
    const name: unknown = value.constructor?.name;
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    // A proxy that throws.
  }
  return 'object';
}
