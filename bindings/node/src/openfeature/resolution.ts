/** Translates FlagBit's evaluations into OpenFeature's. */

import type { ErrorCode, FlagMetadata, ResolutionDetails } from '@openfeature/server-sdk';
import type { Evaluation, ReasonName } from '../evaluation.js';

/** The types of a flag's values in JavaScript. JSON is an object or an array. */
export type Kind = 'boolean' | 'string' | 'number' | 'object';

const NAMES: { readonly [kind: string]: string } = {
  boolean: 'a boolean',
  string: 'a string',
  number: 'a number',
  object: 'JSON',
};

const REASONS: { readonly [Name in ReasonName]: string } = {
  disabled: 'DISABLED',
  targeting_match: 'TARGETING_MATCH',
  percentage_rollout: 'SPLIT',
  default: 'DEFAULT',
  error: 'ERROR',
};

/** Returns an evaluation for a caller that asked for one type; `isStale` if the flags are the last known good. */
export function resolutionOf<Value>(
  evaluation: Evaluation,
  kind: Kind,
  defaultValue: Value,
  isStale: boolean,
): ResolutionDetails<Value> {
  const { value, variant, reason, errorCode, errorMessage } = evaluation;
  if (errorCode !== null) return failed(defaultValue, errorCode, errorMessage ?? '');
  if (typeof value !== kind) {
    const found = `flag ${JSON.stringify(evaluation.flagKey)} is ${NAMES[typeof value]}, not ${NAMES[kind]}`;
    return failed(defaultValue, 'TYPE_MISMATCH', found);
  }
  return {
    value: value as Value,
    variant: variant as string,
    reason: isStale ? 'STALE' : evaluation.isStatic ? 'STATIC' : REASONS[reason],
    flagMetadata: metadataOf(evaluation),
  };
}

function metadataOf({ reason, ruleIndex, revision }: Evaluation): FlagMetadata {
  const metadata: FlagMetadata = { reason };
  if (ruleIndex !== null) metadata.ruleIndex = ruleIndex;
  if (revision !== null) {
    metadata.revision = revision;
    // OpenFeature's telemetry looks for this name.
    metadata.version = revision;
  }
  return metadata;
}

/** Returned rather than thrown: the SDK then makes an error of the class that the program's hooks know. */
function failed<Value>(value: Value, errorCode: string, errorMessage: string): ResolutionDetails<Value> {
  return { value, reason: REASONS.error, errorCode: errorCode as ErrorCode, errorMessage };
}
