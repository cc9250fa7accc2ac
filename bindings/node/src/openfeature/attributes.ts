/** OpenFeature's contexts as FlagBit's. */

import { types } from 'node:util';
import type { EvaluationContext } from '@openfeature/server-sdk';
import type { Attributes } from '../context.js';

/**
 * The attributes of a context: the targeting key is the user's id too, unless that is given. What is nested is left out,
 * since no rule can match it; handed on it would count as a mistake.
 */
export function attributesOf(context: EvaluationContext): Attributes {
  const attributes: { [name: string]: unknown } = { ...context, user_id: context.user_id ?? context.targetingKey };
  for (const name in attributes) if (isNested(attributes[name])) attributes[name] = undefined;
  return attributes as Attributes;
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !types.isDate(value);
}
