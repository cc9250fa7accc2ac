/** A flag's answer. */

import type { ErrorCode, Reason } from './codes.js';

/** The values of JSON. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

/** The types of a flag's value: a string, a number or JSON for a typed flag, a boolean for any other. */
export type FlagValue = boolean | string | number | JsonValue[] | { [name: string]: JsonValue };

/** Why a flag gave its answer: `disabled`, `targeting_match`, `percentage_rollout`, `default` or `error`. */
export type ReasonName = Lowercase<keyof typeof Reason>;

/** OpenFeature's name of an error. This binding never gives `TYPE_MISMATCH`, since `evaluate` asks for no type. */
export type ErrorCodeName = keyof typeof ErrorCode;

/** A flag's answer for a context, and the reason for it. */
export interface Evaluation<Default = unknown> {
  /** The key that the caller asked for. */
  readonly flagKey: string;
  /**
   * True if the feature is on; on an error the truth of the caller's default. A typed flag is on unless its reason is
   * `disabled`.
   */
  readonly enabled: boolean;
  /**
   * The flag's value: `enabled` for a boolean flag. A number is the nearest one to an integer beyond 2^53, which
   * `FlagBit.value` gives exactly. On an error, the caller's default as it was given.
   */
  readonly value: FlagValue | Default;
  /**
   * The name of a typed flag's variant, or `override` if an override answers; `on` or `off` for a boolean flag; null on
   * an error.
   */
  readonly variant: string | null;
  readonly reason: ReasonName;
  /** The index of the rule that decided, counted from 0; null if no rule decided. */
  readonly ruleIndex: number | null;
  /** True if the flag gives everybody the same answer because it has no rules: OpenFeature's `STATIC`. */
  readonly isStatic: boolean;
  /** OpenFeature's name of the error; null if the flag answered. */
  readonly errorCode: ErrorCodeName | null;
  /** The error in words; null if the flag answered. */
  readonly errorMessage: string | null;
  /** The snapshot's revision; null if the snapshot states none. */
  readonly revision: string | null;
  /** How often the client's flags have changed; 0 if no flag was asked. */
  readonly generation: number;
}

/** An explanation of a flag's answer, with the same field names in every language: see docs/concepts/explain.md. */
export interface Explanation {
  flag_key: string;
  enabled: boolean | null;
  kind: 'boolean' | 'string' | 'number' | 'json' | null;
  value: FlagValue | null;
  variant: string | null;
  reason: ReasonName;
  rule_index: number | null;
  error_code: ErrorCodeName | null;
  error_message: string | null;
  revision: string | null;
  rules: ExplainedRule[];
}

/** The outcome of a rule. */
export interface ExplainedRule {
  index: number;
  outcome: 'not_matched' | 'decided' | 'not_reached';
  conditions?: { operator: string; holds: boolean | null; [name: string]: JsonValue }[];
  serves?: JsonValue;
}
