/** Translates OpenFeature's contexts into FlagBit's. */

import { types } from 'node:util';
import type { EvaluationContext } from '@openfeature/server-sdk';
import type { Attributes } from '../context.js';

/**
 * Returns a context's attributes. The targeting key is the user's id too, unless the context has one. Nested values are
 * left out: no rule can match them, and the client would count each as a mistake.
 */
export function attributesOf(context: EvaluationContext): Attributes {
  const attributes: { [name: string]: unknown } = { ...context, user_id: context.user_id ?? context.targetingKey };
  for (const name in attributes) if (isNested(attributes[name])) attributes[name] = undefined;
  return attributes as Attributes;
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !types.isDate(value);
}
