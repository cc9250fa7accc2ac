/** Texts that programs pass again and again, keys of flags and names of attributes: each is in the frame once. */

import { KNOWN, known } from './frame.js';
import { UNFIT, putText } from './pack.js';

/** A text in the frame. */
export interface Place {
  readonly start: number;
  readonly length: number;
}

/** A text of more characters is not kept. */
const LONGEST = 512;
const MOST = 1024;

const places = new Map<string, Place>();
let end = 0;
let last: string | undefined;
let lastPlace: Place | undefined;
let forgotten = 0;

/** Returns how often all texts were forgotten. Others then take their places. */
export const timesForgotten = (): number => forgotten;

/** Returns the place of a text; undefined if it has no UTF-8, is too long, or has to wait until the next question. */
export function placeOf(text: string): Place | undefined {
  // Loops ask for one flag again and again.
  if (text === last) return lastPlace;
  const place = places.get(text) ?? add(text);
  if (place !== undefined) {
    last = text;
    lastPlace = place;
  }
  return place;
}

function add(text: string): Place | undefined {
  if (text.length > LONGEST) return undefined;
  const after = places.size < MOST ? putText(known, end, text) : UNFIT;
  if (after === UNFIT) {
    // Nothing is written now: the places of a question that is under way stay as they are.
    places.clear();
    end = 0;
    last = undefined;
    forgotten++;
  }
  if (after < 0) return undefined;
  const place = { start: KNOWN + end, length: after - end };
  places.set(text, place);
  end = after;
  return place;
}
