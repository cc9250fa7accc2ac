/** Evaluations with all their details. Nothing here throws for what the caller passes. */

import { ErrorCode, Reason, Status } from './codes.js';
import type { ErrorCodeName, Evaluation, FlagValue, ReasonName } from './evaluation.js';
import * as frame from './frame.js';
import { native, type Owner } from './native.js';
import { type Apart, Unanswerable, ask, askApart } from './question.js';
import { encodeShown } from './text.js';
import { type Variant, Variants } from './variants.js';

/** The flags have changed so often since an evaluation that the library has forgotten its revision. */
const FORGOTTEN = Symbol('forgotten');

/** The library's answer. */
interface Answer {
  readonly native: frame.NativeEvaluation;
  /** The variant of a typed flag. */
  readonly variant: Variant | undefined;
}

/** Evaluates flags against one client, and remembers the client's latest revision. */
export class Evaluator {
  readonly #owner: Owner;
  readonly #client: number;
  readonly #noteUnsupported: () => void;
  readonly #variants = new Variants();
  #revision: string | null = null;
  #revisionOf = 0;

  constructor(owner: Owner, client: number, noteUnsupported: () => void) {
    this.#owner = owner;
    this.#client = client;
    this.#noteUnsupported = noteUnsupported;
  }

  evaluate<Default>(flagKey: string, context: unknown, defaultValue: Default): Evaluation<Default> {
    for (;;) {
      try {
        const { native: found, variant } = this.#answer(flagKey, context);
        const evaluation = this.#evaluation(flagKey, found, variant, defaultValue);
        if (evaluation !== FORGOTTEN) return evaluation;
      } catch (error) {
        return failed(flagKey, defaultValue, ...unanswered(error), null, 0);
      }
    }
  }

  /** Returns the value of a flag; undefined if there is no answer. */
  value(flagKey: string, context: unknown): FlagValue | undefined {
    try {
      const { native: found, variant } = this.#answer(flagKey, context);
      if (found.errorCode !== 0) return undefined;
      return variant === undefined ? found.enabled : variant.value;
    } catch {
      return undefined;
    }
  }

  /** Returns the value of a number flag that is an integer; undefined if there is no such answer. */
  integer(flagKey: string, context: unknown): bigint | undefined {
    try {
      const { native: found, variant } = this.#answer(flagKey, context);
      return found.errorCode === 0 ? variant?.integer : undefined;
    } catch {
      return undefined;
    }
  }

  /** Returns the library's answer. Throws Unanswerable. */
  #answer(flagKey: string, context: unknown): Answer {
    if (inFrame(this.#client, flagKey, context)) {
      native.evaluate();
      return this.#answered();
    }
    const apart = askApart(flagKey, context);
    frame.putApart(this.#client, apart.context);
    native.evaluate(apart.key, apart.packed);
    const answer = this.#answered(apart);
    if (apart.unsupported) this.#noteUnsupported();
    return answer;
  }

  #answered(apart?: Apart): Answer {
    let status = frame.status();
    let found = frame.evaluation();
    if (status === Status.OK && found.variantId !== 0) {
      const known = this.#variants.get(found.variantId);
      if (known !== undefined) return { native: found, variant: known };
      // Asks again, with the texts. The flags may have changed by now, so the evaluation is the one of this answer.
      const texts = apart === undefined ? native.evaluateValue() : native.evaluateValue(apart.key, apart.packed);
      status = frame.status();
      found = frame.evaluation();
      if (texts !== undefined && found.variantId !== 0) {
        return { native: found, variant: this.#variants.add(found, frame.integer(), ...texts) };
      }
    }
    if (status === Status.INVALID_UTF8) {
      // A key with a lone surrogate belongs to no flag.
      found = { ...found, errorCode: ErrorCode.FLAG_NOT_FOUND, generation: 0 };
    } else if (status !== Status.OK) {
      throw new Unanswerable(ErrorCode.GENERAL, native.statusMessage(status));
    }
    return { native: found, variant: undefined };
  }

  /** Evaluates all flags. Throws Unanswerable. */
  evaluateAll(context: unknown): { [flagKey: string]: Evaluation<boolean> } {
    for (;;) {
      const all = this.#evaluateAll(context);
      if (all !== FORGOTTEN) return all;
    }
  }

  #evaluateAll(context: unknown): { [flagKey: string]: Evaluation<boolean> } | typeof FORGOTTEN {
    const apart = askApart('', context);
    frame.putApart(this.#client, apart.context);
    const [items, itemSize, text] = native.evaluateAll(apart.key, apart.packed);
    if (apart.unsupported) this.#noteUnsupported();
    const view = new DataView(items);
    const block = Buffer.from(text);
    const evaluations: { [flagKey: string]: Evaluation<boolean> } = Object.create(null);
    // An item consists of key, variant, value and evaluation.
    for (let at = 0; at < items.byteLength; at += itemSize) {
      const flagKey = frame.textAt(view, at, block);
      const found = frame.readEvaluation(view, at + 24);
      let variant: Variant | undefined;
      if (found.variantId !== 0) {
        variant =
          this.#variants.get(found.variantId) ??
          this.#variants.add(
            found,
            frame.readInteger(view, at + 24),
            frame.textAt(view, at + 8, block),
            frame.textAt(view, at + 16, block),
          );
      }
      const evaluation = this.#evaluation(flagKey, found, variant, false);
      if (evaluation === FORGOTTEN) return FORGOTTEN;
      evaluations[flagKey] = evaluation;
    }
    return evaluations;
  }

  #evaluation<Default>(
    flagKey: string,
    found: frame.NativeEvaluation,
    variant: Variant | undefined,
    defaultValue: Default,
  ): Evaluation<Default> | typeof FORGOTTEN {
    const { generation, enabled } = found;
    if (generation !== this.#revisionOf && !this.#readRevision(generation)) return FORGOTTEN;
    if (found.errorCode !== 0) {
      const message = native.errorMessage(this.#owner, encodeShown(flagKey), found.errorCode);
      return failed(flagKey, defaultValue, found.errorCode, message, this.#revision, generation);
    }
    return {
      flagKey,
      enabled,
      value: variant === undefined ? enabled : variant.value,
      variant: variant === undefined ? (enabled ? 'on' : 'off') : variant.name,
      reason: reasonName(found.reason),
      ruleIndex: found.ruleIndex >= 0 ? found.ruleIndex : null,
      isStatic: found.isStatic,
      errorCode: null,
      errorMessage: null,
      revision: this.#revision,
      generation,
    };
  }

  #readRevision(generation: number): boolean {
    // Without a generation no flag was asked: there are none yet, or the key is invalid.
    const revision = generation === 0 ? '' : native.revision(this.#owner, generation);
    if (revision === undefined) return false;
    this.#revision = revision === '' ? null : revision;
    this.#revisionOf = generation;
    return true;
  }
}

/** Returns whether the question is in the frame. A getter that throws here throws again where errors are reported. */
function inFrame(client: number, flagKey: string, context: unknown): boolean {
  try {
    return ask(client, flagKey, context);
  } catch {
    return false;
  }
}

const reasons: ReasonName[] = [];

function reasonName(reason: number): ReasonName {
  return (reasons[reason] ??= native.reasonName(reason) as ReasonName);
}

export function unanswered(error: unknown): [code: number, message: string] {
  return error instanceof Unanswerable ? [error.code, error.message] : [ErrorCode.GENERAL, String(error)];
}

/** Returns the evaluation of a flag that gives no answer. */
export function failed<Default>(
  flagKey: string,
  defaultValue: Default,
  code: number,
  message: string,
  revision: string | null,
  generation: number,
): Evaluation<Default> {
  return {
    flagKey,
    enabled: Boolean(defaultValue),
    value: defaultValue,
    variant: null,
    reason: reasonName(Reason.ERROR),
    ruleIndex: null,
    isStatic: false,
    errorCode: native.errorCodeName(code) as ErrorCodeName,
    errorMessage: message,
    revision,
    generation,
  };
}
