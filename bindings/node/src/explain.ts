/** Explanations of a flag's answer, for people. */

import { Status } from './codes.js';
import type { Evaluation, Explanation } from './evaluation.js';
import * as frame from './frame.js';
import { native } from './native.js';
import { askApart } from './question.js';

/** Returns the library's explanation; undefined if the question is invalid and reaches no flag. */
export function explain(client: number, flagKey: string, context: unknown): Explanation | undefined {
  try {
    const apart = askApart(flagKey, context);
    frame.putApart(client, apart.context);
    const text = native.explain(apart.key, apart.packed);
    return frame.status() === Status.OK && text !== undefined ? (JSON.parse(text) as Explanation) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns an explanation of the same shape for a question that reached no flag. */
export function unexplained(evaluation: Evaluation): Explanation {
  return {
    flag_key: evaluation.flagKey,
    enabled: null,
    kind: null,
    value: null,
    variant: null,
    reason: evaluation.reason,
    rule_index: evaluation.ruleIndex,
    error_code: evaluation.errorCode,
    error_message: evaluation.errorMessage,
    revision: evaluation.revision,
    rules: [],
  };
}
