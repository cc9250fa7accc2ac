/** Why an attribute is unsupported, and what to give instead. Messages name the attribute, never its value. */

import { types } from 'node:util';
import { nameOfType, packApart } from './attributes.js';
import { MOST_ELEMENTS, hadUnsupported } from './pack.js';

const GIVE = 'give a string, a boolean, a finite number, a bigint, a Date or an array of these';

/** Returns the message of the first attribute that is unsupported, or undefined if all are supported. */
export function firstProblem(attributes: object): string | undefined {
  for (const [name, value] of Object.entries(attributes)) {
    if (!name.isWellFormed()) {
      const shown = JSON.stringify(name);
      return `the name of the attribute ${shown} has a lone surrogate; give a name that isWellFormed()`;
    }
    if (!isSupported(value)) return `the attribute ${JSON.stringify(name)} ${problemOf(value)}`;
  }
  return undefined;
}

function isSupported(value: unknown): boolean {
  return typeof packApart({ value }) !== 'string' && !hadUnsupported();
}

function problemOf(value: unknown): string {
  if (!Array.isArray(value)) return `has ${problemOfScalar(value)}`;
  if (value.length > MOST_ELEMENTS) {
    return `is a list of ${value.length} elements; a list has at most ${MOST_ELEMENTS}`;
  }
  for (const [index, element] of (value as unknown[]).entries()) {
    if (element === null || element === undefined) {
      return `has ${String(element)} at [${index}] of its list; leave the element out`;
    }
    if (Array.isArray(element)) return `has a list at [${index}] of its list; a list holds single values only`;
    if (!isSupported(element)) return `has, at [${index}] of its list, ${problemOfScalar(element)}`;
  }
  return `has a value that changed while it was read; ${GIVE}`;
}

function problemOfScalar(value: unknown): string {
  if (typeof value === 'string') return 'a string with a lone surrogate; replace it, as toWellFormed() does';
  if (typeof value === 'number') {
    return `the number ${Number.isNaN(value) ? 'NaN' : 'Infinity'}, which no rule can match; give a finite number`;
  }
  if (typeof value === 'bigint') return 'a bigint beyond the range of a double; give it as a string';
  if (types.isDate(value)) return 'a Date that is invalid or outside the years 0 to 9999 in UTC';
  return `a value of the type ${nameOfType(value)}; ${GIVE}`;
}
