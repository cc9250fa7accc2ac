/** What a flag answered. */

import type { ErrorCode, Reason } from './codes.js';

/** What JSON can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

/** What a flag can answer: a typed flag a string, a number or JSON, any other a boolean. */
export type FlagValue = boolean | string | number | JsonValue[] | { [name: string]: JsonValue };

/** Why a flag answered as it did: `disabled`, `targeting_match`, `percentage_rollout`, `default` or `error`. */
export type ReasonName = Lowercase<keyof typeof Reason>;

/** OpenFeature's name of an error. This binding never gives `TYPE_MISMATCH`: `evaluate` asks for no type. */
export type ErrorCodeName = keyof typeof ErrorCode;

/** What a flag answered for a context, and why. */
export interface Evaluation<Default = unknown> {
  /** The key that was asked for. */
  readonly flagKey: string;
  /**
   * Whether the feature is on; on an error the truth of the caller's default. A typed flag is on unless it is
   * `disabled`.
   */
  readonly enabled: boolean;
  /** The flag's value: `enabled` for a boolean flag; on an error the caller's default, as it was given. */
  readonly value: FlagValue | Default;
  /** The name of a typed flag's variant, `override` where an override answers; else `on` or `off`; null on an error. */
  readonly variant: string | null;
  readonly reason: ReasonName;
  /** The rule that decided, counted from 0; null where none did. */
  readonly ruleIndex: number | null;
  /** Whether the flag answers everybody alike, since it has no rules: OpenFeature's `STATIC`. */
  readonly isStatic: boolean;
  /** Null where the flag answered. */
  readonly errorCode: ErrorCodeName | null;
  /** The error in words; null where the flag answered. */
  readonly errorMessage: string | null;
  /** The revision that the snapshot states; null where it states none. */
  readonly revision: string | null;
  /** Counts the changes of the client's flags; 0 where no flags were asked. */
  readonly generation: number;
}

/** How a flag came to its answer, with the names that it has in every language: see docs/concepts/explain.md. */
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

/** What became of a rule. */
export interface ExplainedRule {
  index: number;
  outcome: 'not_matched' | 'decided' | 'not_reached';
  conditions?: { operator: string; holds: boolean | null; [name: string]: JsonValue }[];
  serves?: JsonValue;
}
