/** Why an attribute is unsupported. The library makes the message of it, which never holds the value. */

import { types } from 'node:util';
import { nameOfType, packApart } from './attributes.js';
import { AttributeKind, UnsupportedReason } from './codes.js';
import { MOST_ELEMENTS, hadUnsupported } from './pack.js';

const NO_POSITION = 0xffff_ffff;

interface Problem {
  readonly reason: number;
  /** The index of an element in its list, or the number of elements of a list that is too long. */
  readonly position?: number;
  readonly typeName?: string;
}

/** Returns packed attributes that have only the first unsupported one with its reason, or undefined if all are supported. */
export function packFirstUnsupported(attributes: object): Uint8Array | undefined {
  for (const [name, value] of Object.entries(attributes)) {
    if (!name.isWellFormed()) return packed(JSON.stringify(name).slice(1, -1), { reason: UnsupportedReason.NAME });
    if (!isSupported(value)) return packed(name, problemOf(value));
  }
  return undefined;
}

function packed(name: string, { reason, position = NO_POSITION, typeName = '' }: Problem): Uint8Array {
  const [key, detail] = [Buffer.from(name), Buffer.from(typeName)];
  const bytes = Buffer.alloc(8 + 9 + key.length + 5 + detail.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt8(1, 4);
  let at = bytes.writeUInt8(AttributeKind.UNSUPPORTED, 8);
  at = bytes.writeUInt32LE(key.length, at);
  at += key.copy(bytes, at);
  at = bytes.writeUInt32LE(5 + detail.length, at);
  at = bytes.writeUInt8(reason, at);
  at = bytes.writeUInt32LE(position, at);
  detail.copy(bytes, at);
  return bytes;
}

function isSupported(value: unknown): boolean {
  return typeof packApart({ value }) !== 'string' && !hadUnsupported();
}

function problemOf(value: unknown): Problem {
  if (!Array.isArray(value)) return problemOfScalar(value);
  if (value.length > MOST_ELEMENTS) return { reason: UnsupportedReason.LIST_TOO_LONG, position: value.length };
  for (const [position, element] of (value as unknown[]).entries()) {
    if (element === null || element === undefined) return { reason: UnsupportedReason.NULL, position };
    if (Array.isArray(element)) return { reason: UnsupportedReason.NESTED_LIST, position };
    if (!isSupported(element)) return { ...problemOfScalar(element), position };
  }
  return { reason: UnsupportedReason.UNREADABLE };
}

function problemOfScalar(value: unknown): Problem {
  if (typeof value === 'string') return { reason: UnsupportedReason.NOT_UNICODE };
  if (typeof value === 'number') return { reason: UnsupportedReason.NOT_FINITE };
  if (typeof value === 'bigint') return { reason: UnsupportedReason.TOO_LARGE };
  if (types.isDate(value)) return { reason: UnsupportedReason.TIME_RANGE };
  return { reason: UnsupportedReason.TYPE, typeName: nameOfType(value) };
}
