//go:build cgo

package flagbit

// Reason tells why a flag gave its answer.
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
	// ReasonError: no flag answered, see [Evaluation.ErrorCode].
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
	return Reason(reasonName(reason)) // This is a reason of a later library.
}

// Evaluation is a flag's answer, and the reason for it.
type Evaluation struct {
	// FlagKey is the key that the caller asked for.
	FlagKey string
	// Enabled tells whether the feature is on. A typed flag is on unless it is disabled. On an error, it is true if the
	// caller's default is true.
	Enabled bool
	// Value is the flag's value: a bool; or for a typed flag a string, a float64, or a map[string]any or []any that belongs
	// to the caller. On an error, it is the caller's default. [Evaluation.Integer] has an integer beyond 2^53 exactly.
	Value any
	// Variant is the name of a typed flag's variant, or "override" if an override answers; "on" or "off" for a boolean flag;
	// empty on an error.
	Variant string
	// Reason tells why the flag gave this answer.
	Reason Reason
	// RuleIndex is the index of the rule that decided, counted from 0; -1 if no rule decided.
	RuleIndex int
	// IsStatic tells whether the flag gives everybody the same answer, since it has no rules: OpenFeature's STATIC.
	IsStatic bool
	// ErrorCode is OpenFeature's name of the error; empty if the flag answered.
	ErrorCode ErrorCode
	// ErrorMessage describes the error in words; empty if the flag answered.
	ErrorMessage string
	// Revision is the snapshot's revision; empty if the snapshot states none.
	Revision string
	// Generation counts the changes of the client's flags; 0 if no flag was asked.
	Generation uint64

	integer integer
}

// Integer returns the value of a number flag, exactly; false unless it is an integer from -2^63 to 2^63-1. 12.0 is 12.
func (e Evaluation) Integer() (int64, bool) {
	return e.integer.signed()
}

// Err returns nil if the flag answered, else an *[EvaluationError]: errors.Is(evaluation.Err(), flagbit.FlagNotFound).
func (e Evaluation) Err() error {
	if e.ErrorCode == "" {
		return nil
	}
	return &EvaluationError{FlagKey: e.FlagKey, Code: e.ErrorCode, Message: e.ErrorMessage}
}

// Returns the evaluation of a flag that gave no answer.
func failed(key string, def any, code ErrorCode, message string) Evaluation {
	return Evaluation{
		FlagKey: key, Enabled: def == true, Value: def, Reason: ReasonError, RuleIndex: -1, ErrorCode: code, ErrorMessage: message,
	}
}
