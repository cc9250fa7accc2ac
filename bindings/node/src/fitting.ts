/** Checks a flag's value against the type of the caller's default. */

import type { FlagValue } from './evaluation.js';

/** Returns a flag's value if it has the default's type, or the default. */
export function fitting<Default>(value: FlagValue | undefined, defaultValue: Default): FlagValue | Default {
  return value !== undefined && typeName(value) === typeName(defaultValue) ? value : defaultValue;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
