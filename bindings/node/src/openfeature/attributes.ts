/** OpenFeature's contexts as FlagBit's. */

import type { EvaluationContext } from '@openfeature/server-sdk';
import type { Attributes, AttributeValue } from '../context.js';

/**
 * The attributes of a context: the targeting key is the user's id too, unless that is given. What is nested is left out,
 * since no rule can match it; handed on it would count as a mistake.
 */
export function attributesOf(context: EvaluationContext): Attributes {
  const attributes: { [name: string]: AttributeValue } = {};
  for (const name of Object.keys(context)) {
    const value = context[name];
    if (typeof value !== 'object' || Array.isArray(value) || value instanceof Date) {
      attributes[name] = value as AttributeValue;
    }
  }
  if (attributes.user_id === undefined) attributes.user_id = attributes.targetingKey;
  return attributes;
}
