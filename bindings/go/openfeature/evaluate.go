package flagbitopenfeature

import (
	"context"
	"fmt"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/open-feature/go-sdk/openfeature"
)

// BooleanEvaluation asks a boolean flag. Like all evaluations it answers from memory, so it needs no context.
func (p *Provider) BooleanEvaluation(
	_ context.Context, flag string, def bool, who openfeature.FlattenedContext,
) openfeature.BoolResolutionDetail {
	return resolve(p, flag, def, who, "a boolean", func(evaluation flagbit.Evaluation) (bool, bool) {
		found, fits := evaluation.Value.(bool)
		return found, fits
	})
}

// StringEvaluation asks a string flag.
func (p *Provider) StringEvaluation(
	_ context.Context, flag string, def string, who openfeature.FlattenedContext,
) openfeature.StringResolutionDetail {
	return resolve(p, flag, def, who, "a string", func(evaluation flagbit.Evaluation) (string, bool) {
		found, fits := evaluation.Value.(string)
		return found, fits
	})
}

// FloatEvaluation asks a number flag.
func (p *Provider) FloatEvaluation(
	_ context.Context, flag string, def float64, who openfeature.FlattenedContext,
) openfeature.FloatResolutionDetail {
	return resolve(p, flag, def, who, "a number", func(evaluation flagbit.Evaluation) (float64, bool) {
		found, fits := evaluation.Value.(float64)
		return found, fits
	})
}

// IntEvaluation asks a number flag for a number without a fraction. The answer is exact.
func (p *Provider) IntEvaluation(
	_ context.Context, flag string, def int64, who openfeature.FlattenedContext,
) openfeature.IntResolutionDetail {
	return resolve(p, flag, def, who, "a 64-bit integer", flagbit.Evaluation.Integer)
}

// ObjectEvaluation asks a JSON flag: a map[string]any or []any that belongs to the caller.
func (p *Provider) ObjectEvaluation(
	_ context.Context, flag string, def any, who openfeature.FlattenedContext,
) openfeature.InterfaceResolutionDetail {
	return resolve(p, flag, def, who, "JSON", func(evaluation flagbit.Evaluation) (any, bool) {
		switch evaluation.Value.(type) {
		case bool, string, float64:
			return nil, false
		}
		return evaluation.Value, true
	})
}

func resolve[T any](
	p *Provider, flag string, def T, who openfeature.FlattenedContext, wanted string,
	read func(flagbit.Evaluation) (T, bool),
) openfeature.GenericResolutionDetail[T] {
	attributes, pooled := attributesOf(who)
	evaluation := p.client.Evaluate(flag, attributes, nil)
	release(pooled)
	if evaluation.ErrorCode != "" {
		return failed(def, errorOf(evaluation))
	}
	value, fits := read(evaluation)
	if !fits {
		return failed(def, openfeature.NewTypeMismatchResolutionError(
			fmt.Sprintf("flag %q is %s, not %s", flag, describe(evaluation.Value), wanted)))
	}
	return openfeature.GenericResolutionDetail[T]{
		Value: value,
		ProviderResolutionDetail: openfeature.ProviderResolutionDetail{
			Reason: p.reasonOf(evaluation), Variant: evaluation.Variant, FlagMetadata: p.metadataOf(evaluation),
		},
	}
}

func failed[T any](def T, err openfeature.ResolutionError) openfeature.GenericResolutionDetail[T] {
	return openfeature.GenericResolutionDetail[T]{
		Value: def,
		ProviderResolutionDetail: openfeature.ProviderResolutionDetail{
			ResolutionError: err, Reason: openfeature.ErrorReason,
		},
	}
}

func errorOf(evaluation flagbit.Evaluation) openfeature.ResolutionError {
	switch message := evaluation.ErrorMessage; evaluation.ErrorCode {
	case flagbit.FlagNotFound:
		return openfeature.NewFlagNotFoundResolutionError(message)
	case flagbit.ProviderNotReady:
		return openfeature.NewProviderNotReadyResolutionError(message)
	case flagbit.ParseError:
		return openfeature.NewParseErrorResolutionError(message)
	case flagbit.InvalidContext:
		return openfeature.NewInvalidContextResolutionError(message)
	default:
		return openfeature.NewGeneralResolutionError(message)
	}
}

// Describes a value, for an error.
func describe(value any) string {
	switch value := value.(type) {
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case float64:
		return fmt.Sprintf("the number %v", value)
	}
	return "JSON"
}
