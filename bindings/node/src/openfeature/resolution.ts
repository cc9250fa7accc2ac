/** FlagBit's evaluations as OpenFeature's. */

import type { ErrorCode, FlagMetadata, ResolutionDetails } from '@openfeature/server-sdk';
import type { Evaluation, ReasonName } from '../evaluation.js';

/** What a flag's values are in JavaScript: JSON is an object or an array. */
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

/** An evaluation for who asked for a kind of values; `isStale` where the flags are the last known good. */
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
    // By this name OpenFeature's telemetry finds it.
    metadata.version = revision;
  }
  return metadata;
}

/** Returned and not thrown: the SDK makes the error, so that it is of the class that the program's hooks know. */
function failed<Value>(value: Value, errorCode: string, errorMessage: string): ResolutionDetails<Value> {
  return { value, reason: REASONS.error, errorCode: errorCode as ErrorCode, errorMessage };
}
