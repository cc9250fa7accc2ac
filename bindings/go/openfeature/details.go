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
	return openfeature.UnknownReason // A reason of a later library.
}

// The specification's reason for which the SDK has no constant.
const stale openfeature.Reason = "STALE"

// The reasons as they are in metadata, so that they are not put on the heap for each evaluation.
var reasons = map[flagbit.Reason]any{
	flagbit.ReasonDisabled:          string(flagbit.ReasonDisabled),
	flagbit.ReasonTargetingMatch:    string(flagbit.ReasonTargetingMatch),
	flagbit.ReasonPercentageRollout: string(flagbit.ReasonPercentageRollout),
	flagbit.ReasonDefault:           string(flagbit.ReasonDefault),
}

// The metadata of an evaluation: a map of its own, since the SDK's multi provider writes into it.
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
		// The name under which OpenFeature's telemetry looks for it.
		metadata["version"] = revision
	}
	return metadata
}

type boxedRevision struct {
	text  string
	boxed any
}

// A revision as an interface, which is made once for all evaluations of a snapshot.
func (p *Provider) boxed(revision string) any {
	known := p.revisions.Load()
	if known == nil || known.text != revision {
		known = &boxedRevision{revision, revision}
		p.revisions.Store(known)
	}
	return known.boxed
}
