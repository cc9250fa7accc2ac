/**
 * The memory that this package shares with the addon (`struct frame` of addon/addon.h). A question is written here and
 * its answer is read from here, so that the calls that matter convert no argument: that would be half of their time.
 */

import { IntegerKind } from './codes.js';
import type { Place } from './known.js';
import { addon, FRAME_EVALUATION, FRAME_KNOWN, FRAME_PACKED, FRAME_ROWS, native } from './native.js';

/** The offsets of the attributes: as rows (`rows.ts`), or packed (`pack.ts`). */
export const ROWS = FRAME_ROWS;
export const PACKED = FRAME_PACKED;

/** The offset of the texts in `known`. */
export const KNOWN = FRAME_KNOWN;

const memory = native.frame;
export const bytes = Buffer.from(memory);
export const view = new DataView(memory);
export const doubles = new Float64Array(memory);
export const words = new Uint32Array(memory);
export const known = Buffer.from(memory, KNOWN, PACKED - KNOWN);
const integers = new Int32Array(memory);

/** The address of the frame. */
export const ADDRESS = native.frameAddress;

const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Whether rows can be written: those of a library for 64 bits, little-endian. */
export const HAS_ROWS = LITTLE && addon.attributeSize === 64;

/** The addresses of the library's objects. An `Owner` keeps each object alive. */
export const lastClient = (): number => doubles[0] as number;
export const lastContext = (): number => doubles[1] as number;

/** Completes a question whose key is among the known texts, and whose attributes are in the frame. */
export function put(client: number, context: number, key: Place, packedLength: number, rowCount: number): void {
  doubles[0] = client;
  doubles[1] = context;
  words[4] = key.start;
  words[5] = key.length;
  words[6] = packedLength;
  words[7] = rowCount;
}

/** Completes a question whose key and attributes are arguments of the call. */
export function putApart(client: number, context: number): void {
  doubles[0] = client;
  doubles[1] = context;
}

export function putDefault(value: boolean): void {
  words[8] = value ? 1 : 0;
}

/** The answer of the last `isEnabled`. */
export const isOn = (): boolean => words[8] !== 0;

/** The status of the last evaluation. */
export const status = (): number => integers[9] as number;

/** Reads a flagbit_evaluation, as the library wrote it, at an offset of a buffer. */
export interface NativeEvaluation {
  errorCode: number;
  readonly reason: number;
  readonly kind: number;
  readonly ruleIndex: number;
  readonly enabled: boolean;
  readonly number: number;
  readonly variantId: number;
  readonly generation: number;
  readonly isStatic: boolean;
}

/** Reads a 64-bit count as a number; none of the library's counts reaches 2^53. */
function count(from: DataView, at: number): number {
  const [low, high] = LITTLE ? [at, at + 4] : [at + 4, at];
  return from.getUint32(high, LITTLE) * 0x1_0000_0000 + from.getUint32(low, LITTLE);
}

export function readEvaluation(from: DataView, at: number): NativeEvaluation {
  return {
    errorCode: from.getInt32(at + 4, LITTLE),
    reason: from.getInt32(at + 8, LITTLE),
    kind: from.getInt32(at + 12, LITTLE),
    ruleIndex: from.getInt32(at + 16, LITTLE),
    enabled: from.getUint32(at + 20, LITTLE) !== 0,
    number: from.getFloat64(at + 24, LITTLE),
    variantId: count(from, at + 32),
    generation: count(from, at + 40),
    isStatic: from.getUint32(at + 48, LITTLE) !== 0,
  };
}

/** Reads the evaluation that the addon left in the frame. */
export const evaluation = (): NativeEvaluation => readEvaluation(view, FRAME_EVALUATION);

/** Reads the exact value of a number flag from the flagbit_evaluation at an offset; undefined if it is no integer. */
export function readInteger(from: DataView, at: number): bigint | undefined {
  const kind = from.getInt32(at + 64, LITTLE);
  if (kind === IntegerKind.NONE) return undefined;
  return kind === IntegerKind.SIGNED ? from.getBigInt64(at + 56, LITTLE) : from.getBigUint64(at + 56, LITTLE);
}

/** Reads the integer of the evaluation that the addon left in the frame. */
export const integer = (): bigint | undefined => readInteger(view, FRAME_EVALUATION);

/** Reads a flagbit_text at an offset: its text in a block. */
export function textAt(from: DataView, at: number, block: Buffer): string {
  const offset = from.getUint32(at, LITTLE);
  return block.toString('utf8', offset, offset + from.getUint32(at + 4, LITTLE));
}
