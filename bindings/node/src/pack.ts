/** Packs attributes for the library: a whole context in one buffer (see include/flagbit.h). */

import { types } from 'node:util';
import { AttributeKind } from './codes.js';

/** A longer list is unsupported. */
export const MOST_ELEMENTS = 1000;

/** Texts up to this length are written character by character. Node writes longer ones, but takes longer to begin. */
const SHORT = 48;

const HEADER = 8;

/** Returned instead of an offset: the buffer is too small. */
const UNFIT = -1;

/** Returned instead of an offset: no rule can match this value. */
const UNSUPPORTED = -2;

// Exported apart from the definition: JavaScript looks up at each use in `exports` what is exported at its definition.
export { UNFIT, UNSUPPORTED };
const { STRING, INTEGER, UNSIGNED, NUMBER, BOOLEAN, LIST } = AttributeKind;

let unsupported = false;

/** True if the context packed last has values that no rule can match. */
export const hadUnsupported = (): boolean => unsupported;

/** Writes a text of up to SHORT characters, which has to fit. Returns the offset after it, or UNFIT. */
function putShort(bytes: Buffer, start: number, text: string): number {
  const length = text.length;
  let at = start;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) {
      bytes[at++] = code;
    } else if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
      bytes[at++] = 0x80 | (code & 0x3f);
    } else {
      return UNFIT;
    }
  }
  return at;
}

/** Writes a text's UTF-8. Returns the offset after it, or UNFIT, or UNSUPPORTED for a lone surrogate. */
export function putText(bytes: Buffer, at: number, text: string): number {
  if (text.length <= SHORT && at + 2 * SHORT <= bytes.length) {
    const end = putShort(bytes, at, text);
    if (end > 0) return end;
  }
  return putAnyText(bytes, at, text);
}

function putAnyText(bytes: Buffer, at: number, text: string): number {
  if (at + 3 * text.length > bytes.length) return UNFIT;
  if (!text.isWellFormed()) return UNSUPPORTED;
  return at + bytes.write(text, at);
}

/** Writes a text after its length. */
function putSized(bytes: Buffer, view: DataView, at: number, text: string): number {
  if (at + 4 > bytes.length) return UNFIT;
  const end = putText(bytes, at + 4, text);
  if (end > 0) view.setUint32(at, end - at - 4, true);
  return end;
}

/** Writes a value's kind at one offset, and its length and the value at another. */
function putScalar(bytes: Buffer, view: DataView, kindAt: number, at: number, value: unknown): number {
  if (typeof value === 'string') {
    bytes[kindAt] = STRING;
    return putSized(bytes, view, at, value);
  }
  if (at + 12 > bytes.length) return UNFIT;
  if (typeof value === 'number') {
    view.setUint32(at, 8, true);
    if ((value | 0) === value) {
      bytes[kindAt] = INTEGER;
      view.setInt32(at + 4, value, true);
      view.setInt32(at + 8, value >> 31, true);
    } else if (Number.isInteger(value) && Math.abs(value) <= 2 ** 53) {
      bytes[kindAt] = INTEGER;
      view.setBigInt64(at + 4, BigInt(value), true);
    } else if (Number.isFinite(value)) {
      bytes[kindAt] = NUMBER;
      view.setFloat64(at + 4, value, true);
    } else {
      return UNSUPPORTED;
    }
    return at + 12;
  }
  if (typeof value === 'boolean') {
    bytes[kindAt] = BOOLEAN;
    view.setUint32(at, 1, true);
    bytes[at + 4] = value ? 1 : 0;
    return at + 5;
  }
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) === value) {
      bytes[kindAt] = INTEGER;
      view.setUint32(at, 8, true);
      view.setBigInt64(at + 4, value, true);
      return at + 12;
    }
    if (BigInt.asUintN(64, value) === value) {
      bytes[kindAt] = UNSIGNED;
      view.setUint32(at, 8, true);
      view.setBigUint64(at + 4, value, true);
      return at + 12;
    }
    return putScalar(bytes, view, kindAt, at, Number(value));
  }
  return UNSUPPORTED;
}

/** Writes a list or a moment. Anything else is unsupported. */
function putFurther(bytes: Buffer, view: DataView, kindAt: number, at: number, value: unknown): number {
  if (types.isDate(value)) {
    return putScalar(bytes, view, kindAt, at, moment(value));
  }
  if (!Array.isArray(value) || value.length > MOST_ELEMENTS) return UNSUPPORTED;
  bytes[kindAt] = LIST;
  let end = at + 4;
  for (let index = 0; index < value.length; index++) {
    if (end + 1 > bytes.length) return UNFIT;
    const element: unknown = value[index];
    end = putScalar(bytes, view, end, end + 1, types.isDate(element) ? moment(element) : element);
    if (end < 0) return end;
  }
  if (end > bytes.length) return UNFIT;
  view.setUint32(at, end - at - 4, true);
  return end;
}

/** Returns a Date's one text (specification, section 3.5), or undefined if it has none. */
function moment(date: Date): string | undefined {
  try {
    const time = Date.prototype.getTime.call(date);
    // From the year 0 to 9999, which RFC 3339 can write.
    if (!(time >= -62_167_219_200_000 && time < 253_402_300_800_000)) return undefined;
    const text = Date.prototype.toISOString.call(date);
    return text.replace(/\.?0+Z$/, 'Z');
  } catch {
    // It only looks like a Date.
    return undefined;
  }
}

const owns = Object.prototype.hasOwnProperty;

/**
 * Writes a packed context. Returns the offset after it, or UNFIT. Afterwards `hadUnsupported` tells whether there were
 * values that no rule can match. Throws the exception of an attribute's getter.
 */
export function pack(bytes: Buffer, view: DataView, start: number, attributes: object): number {
  let at = start + HEADER;
  let odd: string[] | undefined;
  const roomy = bytes.length - 4 * SHORT - 9;
  unsupported = false;
  for (const name in attributes) {
    if (!owns.call(attributes, name)) continue;
    const value = (attributes as { [name: string]: unknown })[name];
    // The common case, in as few steps as possible. The code below handles all cases.
    if (typeof value === 'string' && value.length <= SHORT && name.length <= SHORT && at < roomy) {
      const after = putShort(bytes, at + 5, name);
      const end = after < 0 ? UNFIT : putShort(bytes, after + 4, value);
      if (end > 0) {
        bytes[at] = STRING;
        view.setUint32(at + 1, after - at - 5, true);
        view.setUint32(after, end - after - 4, true);
        at = end;
        continue;
      }
    }
    if (value === undefined || value === null) continue;
    if (at >= bytes.length) return UNFIT;
    const named = putSized(bytes, view, at + 1, name);
    if (named === UNSUPPORTED) {
      (odd ??= []).push(name);
      continue;
    }
    if (named < 0) return UNFIT;
    let end = putScalar(bytes, view, at, named, value);
    if (end === UNSUPPORTED && typeof value === 'object') end = putFurther(bytes, view, at, named, value);
    if (end === UNSUPPORTED) end = putUnsupported(bytes, view, at, named);
    if (end < 0) return UNFIT;
    at = end;
  }
  // They come last, so that their stand-in names never hide an attribute.
  for (const name of odd ?? []) {
    const named = putSized(bytes, view, at + 1, name.toWellFormed());
    if (named < 0) return UNFIT;
    at = putUnsupported(bytes, view, at, named);
    if (at < 0) return UNFIT;
  }
  if (at > bytes.length) return UNFIT;
  view.setUint32(start, at - start, true);
  view.setUint32(start + 4, 1, true);
  return at;
}

function putUnsupported(bytes: Buffer, view: DataView, kindAt: number, at: number): number {
  if (at + 4 > bytes.length) return UNFIT;
  bytes[kindAt] = AttributeKind.UNSUPPORTED;
  view.setUint32(at, 0, true);
  unsupported = true;
  return at + 4;
}
