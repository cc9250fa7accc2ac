//go:build cgo

package flagbit

// Reason is why an evaluation came out as it did.
type Reason string

// The reasons.
const (
	// ReasonDisabled: the flag is switched off.
	ReasonDisabled Reason = "disabled"
	// ReasonTargetingMatch: a rule on attributes matched.
	ReasonTargetingMatch Reason = "targeting_match"
	// ReasonPercentageRollout: a percentage decided.
	ReasonPercentageRollout Reason = "percentage_rollout"
	// ReasonDefault: no rule matched.
	ReasonDefault Reason = "default"
	// ReasonError: no answer from a flag, see [Evaluation.ErrorCode].
	ReasonError Reason = "error"
)

var reasons = [...]Reason{
	reasonError:             ReasonError,
	reasonDisabled:          ReasonDisabled,
	reasonTargetingMatch:    ReasonTargetingMatch,
	reasonPercentageRollout: ReasonPercentageRollout,
	reasonDefault:           ReasonDefault,
}

func reasonOf(reason int32) Reason {
	if reason >= 0 && int(reason) < len(reasons) {
		return reasons[reason]
	}
	return Reason(reasonName(reason)) // A reason of a later library.
}

// Evaluation is what a flag answered, and why.
type Evaluation struct {
	// FlagKey is the key that was asked for.
	FlagKey string
	// Enabled is whether the feature is on. A typed flag is on unless it is disabled. On an error, whether the caller's
	// default is true.
	Enabled bool
	// Value is the flag's value: a bool, or of a typed flag a string, a float64, or a map[string]any or []any of the
	// caller's own. On an error, the caller's default.
	Value any
	// Variant is the variant's name for a typed flag, "override" where an override answers, else "on" or "off"; empty on an
	// error.
	Variant string
	// Reason is why.
	Reason Reason
	// RuleIndex is the rule that decided, counted from 0; -1 where none did.
	RuleIndex int
	// IsStatic is whether the flag answers everybody alike, since it has no rules: OpenFeature's STATIC.
	IsStatic bool
	// ErrorCode is empty where the flag answered.
	ErrorCode ErrorCode
	// ErrorMessage is the error in words.
	ErrorMessage string
	// Revision is what the snapshot states; empty where it states none.
	Revision string
	// Generation counts the changes of the client's flags; 0 where no flags were asked.
	Generation uint64
}

// Err is nil where the flag answered, else an *[EvaluationError]: errors.Is(evaluation.Err(), flagbit.FlagNotFound).
func (e Evaluation) Err() error {
	if e.ErrorCode == "" {
		return nil
	}
	return &EvaluationError{FlagKey: e.FlagKey, Code: e.ErrorCode, Message: e.ErrorMessage}
}

// The evaluation of a flag that gave no answer.
func failed(key string, def any, code ErrorCode, message string) Evaluation {
	return Evaluation{
		FlagKey: key, Enabled: def == true, Value: def, Reason: ReasonError, RuleIndex: -1, ErrorCode: code, ErrorMessage: message,
	}
}
