package flagbitopenfeature

import (
	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/open-feature/go-sdk/openfeature"
)

func (p *Provider) reasonOf(evaluation flagbit.Evaluation) openfeature.Reason {
	if p.stale.Load() {
		return stale
	}
	switch evaluation.Reason {
	case flagbit.ReasonDisabled:
		return openfeature.DisabledReason
	case flagbit.ReasonTargetingMatch:
		return openfeature.TargetingMatchReason
	case flagbit.ReasonPercentageRollout:
		return openfeature.SplitReason
	case flagbit.ReasonDefault:
		if evaluation.IsStatic {
			return openfeature.StaticReason
		}
		return openfeature.DefaultReason
	}
	return openfeature.UnknownReason // This is a reason of a later library.
}

// A reason of the specification for which the SDK has no constant.
const stale openfeature.Reason = "STALE"

// The reasons in metadata, made once, so that an evaluation does not put them on the heap.
var reasons = map[flagbit.Reason]any{
	flagbit.ReasonDisabled:          string(flagbit.ReasonDisabled),
	flagbit.ReasonTargetingMatch:    string(flagbit.ReasonTargetingMatch),
	flagbit.ReasonPercentageRollout: string(flagbit.ReasonPercentageRollout),
	flagbit.ReasonDefault:           string(flagbit.ReasonDefault),
}

// Returns the metadata of an evaluation in a new map, since the SDK's multi provider writes into it.
func (p *Provider) metadataOf(evaluation flagbit.Evaluation) openfeature.FlagMetadata {
	metadata := make(openfeature.FlagMetadata, 4)
	if reason, known := reasons[evaluation.Reason]; known {
		metadata["reason"] = reason
	} else {
		metadata["reason"] = string(evaluation.Reason)
	}
	if evaluation.RuleIndex >= 0 {
		metadata["ruleIndex"] = int64(evaluation.RuleIndex)
	}
	if evaluation.Revision != "" {
		revision := p.boxed(evaluation.Revision)
		metadata["revision"] = revision
		// OpenFeature's telemetry looks for this name.
		metadata["version"] = revision
	}
	return metadata
}

type boxedRevision struct {
	text  string
	boxed any
}

// A revision as an interface, made once for all evaluations of a snapshot.
func (p *Provider) boxed(revision string) any {
	known := p.revisions.Load()
	if known == nil || known.text != revision {
		known = &boxedRevision{revision, revision}
		p.revisions.Store(known)
	}
	return known.boxed
}
