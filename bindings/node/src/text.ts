/** Converts texts and JSON for the library: UTF-8. */

import { types } from 'node:util';
import { nameOfType } from './attributes.js';
import { SnapshotError } from './errors.js';

const LONE = /\p{Surrogate}/gu;

/** Returns a text's UTF-8. A lone surrogate becomes invalid bytes, which the library refuses with their place. */
export function encode(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { index } of text.matchAll(LONE)) {
    const code = text.charCodeAt(index);
    pieces.push(
      Buffer.from(text.slice(from, index)),
      Buffer.of(0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)),
    );
    from = index + 1;
  }
  return Buffer.concat([...pieces, Buffer.from(text.slice(from))]);
}

/** Returns a text's UTF-8 for people to read, with a lone surrogate as `\udc80`. */
export function encodeShown(text: string): Buffer {
  return Buffer.from(text.replace(LONE, (lone) => `\\u${lone.charCodeAt(0).toString(16)}`));
}

/** Returns a value's JSON text. Throws SnapshotError for values outside JSON, which `JSON.stringify` leaves out. */
export function encodeJson(value: object): Buffer {
  return encoded(() => JSON.stringify(value, sayable) as string | undefined);
}

/** Returns the JSON text of flags' values, of which a bigint is an integer. Throws SnapshotError like `encodeJson`. */
export function encodeValues(values: object): Buffer {
  const field = ([key, value]: [string, unknown]): string =>
    typeof value === 'bigint'
      ? `${JSON.stringify(key)}:${value}`
      : JSON.stringify({ [key]: value }, sayable).slice(1, -1);
  return encoded(() => `{${Object.entries(values).map(field).filter(Boolean).join()}}`);
}

function encoded(write: () => string | undefined): Buffer {
  let text: string | undefined;
  try {
    text = write();
  } catch (error) {
    throw new SnapshotError(
      `it cannot be written as JSON: ${types.isNativeError(error) ? error.message : nameOfType(error)}`,
    );
  }
  if (text === undefined) throw new SnapshotError('it cannot be written as JSON');
  return Buffer.from(text);
}

function sayable(key: string, value: unknown): unknown {
  const lost =
    typeof value === 'number'
      ? !Number.isFinite(value)
      : typeof value === 'function' || typeof value === 'symbol' || types.isMap(value) || types.isSet(value);
  if (lost) throw new TypeError(`${JSON.stringify(key)} is ${typeof value === 'number' ? value : nameOfType(value)}`);
  return value;
}
