/** Contexts that are plain objects: recognizes them, and packs those that do not fit into the frame. */

import { UNFIT, pack } from './pack.js';

const LARGEST = 0xffff_ffff;

/** The name of a property of every Context, including those that another copy of this package made. */
export const CONTEXT_MARK: unique symbol = Symbol.for('flagbit.Context');

const FOREIGN =
  'the context was made by another copy of the package flagbit, or before it was loaded again: make it with the Context ' +
  'of the copy that made the client, or pass the attributes';

/** Returns whether an object's properties are attributes: plain objects and classes, not arrays and Maps. */
export function isAttributes(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Returns the packed attributes in a new buffer, or the reason, in words, why they cannot be packed. */
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
    // The exception of a getter or a proxy. Its message may hold values, so only the type is told.
    return `the context cannot be read: ${nameOfType(error)}`;
  }
}

/** Describes any value in a word. */
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
