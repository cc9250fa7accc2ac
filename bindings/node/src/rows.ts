/**
 * Attributes as rows of the frame, which the library reads where they are (`flagbit_attribute` of include/flagbit.h).
 *
 * A row keeps the name that it had last, since the next object mostly has the same names in the same order. So a name
 * costs a comparison, and only values are written.
 */

import { AttributeKind } from './codes.js';
import * as frame from './frame.js';
import { placeOf, timesForgotten } from './known.js';
import { UNFIT, putText } from './pack.js';

/** A row has room for a text of so many characters. */
const LONGEST = 96;
const SIZE = 64 + 3 * LONGEST;
const COUNT = frame.HAS_ROWS ? Math.floor((frame.KNOWN - frame.ROWS) / SIZE) : 0;

// The offsets of the fields in a row.
const [NAME, NAME_LENGTH, KIND, LENGTH, NUMBER_FIELD, INTEGER_FIELD, TEXT] = [0, 8, 16, 40, 48, 56, 64];

// Imports are looked up at each use.
const { ROWS, bytes, view, words, doubles } = frame;
const { STRING, INTEGER, NUMBER, BOOLEAN } = AttributeKind;
const owns = Object.prototype.hasOwnProperty;

/** The name in each row. */
const names: (string | undefined)[] = new Array(COUNT).fill(undefined);
let forgotten = 0;

/**
 * Writes attributes and returns their number; UNFIT for attributes that rows cannot hold. Throws the exception of an
 * attribute's getter.
 */
export function putRows(attributes: object): number {
  if (forgotten !== timesForgotten()) {
    forgotten = timesForgotten();
    names.fill(undefined);
  }
  let row = 0;
  for (const name in attributes) {
    if (!owns.call(attributes, name)) continue;
    const value = (attributes as { [name: string]: unknown })[name];
    if (value === undefined || value === null) continue;
    if (row === COUNT) return UNFIT;
    if (names[row] !== name && !putName(row, name)) return UNFIT;
    const at = ROWS + row * SIZE;
    if (typeof value === 'string') {
      if (value.length > LONGEST) return UNFIT;
      const end = putText(bytes, at + TEXT, value);
      if (end < 0) return UNFIT;
      words[(at + KIND) >> 2] = STRING;
      words[(at + LENGTH) >> 2] = end - at - TEXT;
    } else if (typeof value === 'number') {
      if (!putNumber(at, value)) return UNFIT;
    } else if (typeof value === 'boolean') {
      words[(at + KIND) >> 2] = BOOLEAN;
      putInteger(at, value ? 1 : 0);
    } else {
      return UNFIT;
    }
    row++;
  }
  return row;
}

function putName(row: number, name: string): boolean {
  const place = placeOf(name);
  if (place === undefined) return false;
  const at = ROWS + row * SIZE;
  view.setBigUint64(at + NAME, BigInt(frame.ADDRESS + place.start), true);
  words[(at + NAME_LENGTH) >> 2] = place.length;
  names[row] = name;
  return true;
}

/** Returns false for a number that no rule can match. */
function putNumber(at: number, value: number): boolean {
  if ((value | 0) === value) {
    words[(at + KIND) >> 2] = INTEGER;
    putInteger(at, value);
  } else if (Number.isInteger(value) && Math.abs(value) <= 2 ** 53) {
    words[(at + KIND) >> 2] = INTEGER;
    view.setBigInt64(at + INTEGER_FIELD, BigInt(value), true);
  } else {
    words[(at + KIND) >> 2] = NUMBER;
    doubles[(at + NUMBER_FIELD) >> 3] = value;
    return Number.isFinite(value);
  }
  return true;
}

/** Writes an integer of 32 bits as one of 64 bits. */
function putInteger(at: number, value: number): void {
  words[(at + INTEGER_FIELD) >> 2] = value;
  words[(at + INTEGER_FIELD + 4) >> 2] = value >> 31;
}
