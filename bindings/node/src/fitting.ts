/** Whether a flag's value is of the type that was asked for. */

import type { FlagValue } from './evaluation.js';

/** A flag's value where it is of the default's type, or the default. */
export function fitting<Default>(value: FlagValue | undefined, defaultValue: Default): FlagValue | Default {
  return value !== undefined && typeName(value) === typeName(defaultValue) ? value : defaultValue;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
