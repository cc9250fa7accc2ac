//go:build cgo

package flagbit

import (
	"encoding/json"
	"runtime"
)

// Enabled returns whether a boolean flag is on. Without an answer, and for a typed flag, it returns def; Evaluate tells why.
func (c *Client) Enabled(key string, who AnyContext, def bool) bool {
	context, data, buffer, err := read(who)
	if err != nil {
		return def
	}
	answer := def
	if data == nil {
		answer = isEnabled(c.native(), key, context, def)
	} else {
		answer = isEnabledWith(c.native(), key, data, def)
	}
	c.finish(buffer)
	runtime.KeepAlive(who)
	runtime.KeepAlive(c)
	return answer
}

// Evaluate returns a flag's answer and the reason for it. A typed flag answers with its own value, whatever the type of def.
func (c *Client) Evaluate(key string, who AnyContext, def any) Evaluation {
	for {
		answer, err := c.ask(key, who, true)
		if err != nil {
			return failed(key, def, err.code, err.message)
		}
		revision, remembered := c.core.revisionOf(uint64(answer.native.generation))
		if !remembered {
			continue // The flags have changed many times since: ask for their present answer.
		}
		evaluation := c.core.evaluation(key, &answer, def)
		evaluation.Revision = revision
		runtime.KeepAlive(c)
		return evaluation
	}
}

// EvaluateAll returns all flags' answers by key, from one state of the client. The default is false.
func (c *Client) EvaluateAll(who AnyContext) map[string]Evaluation {
	context, data, buffer, err := read(who)
	if err != nil {
		return allFailed(c.Flags(), err.Error())
	}
	defer func() {
		c.finish(buffer)
		runtime.KeepAlive(who)
		runtime.KeepAlive(c)
	}()
	for {
		evaluations := map[string]Evaluation{}
		revision, remembered := "", true
		evaluateAll(c.native(), context, data,
			func(key string, native *nativeEvaluation, name, value string) {
				answer := answer{native: *native}
				if native.variant_id != 0 {
					answer.variant = c.core.variant(native, name, value)
				}
				if len(evaluations) == 0 {
					revision, remembered = c.core.revisionOf(uint64(native.generation))
				}
				evaluation := c.core.evaluation(key, &answer, false)
				evaluation.Revision = revision
				evaluations[key] = evaluation
			})
		if remembered {
			return evaluations
		}
	}
}

// Explain returns a flag's answer and how it came about, as JSON: each rule, and which of its conditions hold
// (docs/concepts/explain.md has the fields).
//
// It is for people: for a support page, or a test that fails. It is slow, and contains the attributes' values.
func (c *Client) Explain(key string, who AnyContext) json.RawMessage {
	if context, data, buffer, err := read(who); err == nil {
		text, code := explanation(c.native(), key, context, data)
		c.finish(buffer)
		runtime.KeepAlive(who)
		runtime.KeepAlive(c)
		if code == statusOK {
			return json.RawMessage(text)
		}
	}
	return unexplained(c.Evaluate(key, who, nil))
}

// An answer of the library, with the variant of a typed flag if the caller asked for it.
type answer struct {
	native  nativeEvaluation
	variant *variant
}

// The reason why a question reached no flag.
type fault struct {
	code    ErrorCode
	message string
}

var noClient = &fault{ProviderNotReady, "there is no client: flagbit.Open makes one"}

func (c *Client) ask(key string, who AnyContext, variant bool) (answer answer, trouble *fault) {
	if c == nil || c.core == nil {
		return answer, noClient
	}
	context, data, buffer, err := read(who)
	if err != nil {
		return answer, &fault{InvalidContext, err.Error()}
	}
	var code status
	if data == nil {
		answer.native, code = evaluate(c.handle, key, context)
	} else {
		answer.native, code = evaluateWith(c.handle, key, data)
	}
	if code == statusOK && variant && answer.native.variant_id != 0 {
		answer.variant = c.core.variants.get(uint64(answer.native.variant_id))
		if answer.variant == nil {
			// Asks again, with the texts. The flags may have changed by now, so this answer counts.
			var name, value string
			answer.native, name, value, code = evaluateValue(c.handle, key, context, data)
			if code == statusOK && answer.native.variant_id != 0 {
				answer.variant = c.core.variant(&answer.native, name, value)
			}
		}
	}
	c.finish(buffer)
	runtime.KeepAlive(who)
	runtime.KeepAlive(c)
	switch code {
	case statusOK:
		return answer, nil
	case statusInvalidUTF8:
		answer.native.error_code = errorCodeFlagNotFound // A key that is not UTF-8 belongs to no flag.
		return answer, nil
	}
	return answer, &fault{General, statusMessage(code)}
}

// Returns the variant with these texts, and remembers it.
func (c *core) variant(native *nativeEvaluation, name, value string) *variant {
	if known := c.variants.get(uint64(native.variant_id)); known != nil {
		return known
	}
	return c.variants.add(newVariant(native, name, value))
}

// Returns a call's buffer to the pool, and lets the library report unsupported attributes once.
func (c *Client) finish(buffer *packed) {
	if buffer == nil {
		return
	}
	odd := buffer.odd
	buffer.release()
	if odd && c != nil && c.core != nil && !c.core.unsupportedNoted.Swap(true) {
		c.core.drainLog()
	}
}

func (c *core) evaluation(key string, answer *answer, def any) Evaluation {
	native := &answer.native
	if native.error_code != 0 {
		failed := failed(key, def, errorCodeOf(int32(native.error_code)), errorMessageOf(c.handle, key, int32(native.error_code)))
		failed.Generation = uint64(native.generation)
		return failed
	}
	evaluation := Evaluation{
		FlagKey:    key,
		Enabled:    native.enabled != 0,
		Reason:     reasonOf(int32(native.reason)),
		RuleIndex:  int(native.rule_index),
		IsStatic:   native.is_static != 0,
		Generation: uint64(native.generation),
		integer:    integerOf(native),
	}
	switch {
	case answer.variant != nil:
		evaluation.Value, evaluation.Variant = answer.variant.value(), answer.variant.name
	case evaluation.Enabled:
		evaluation.Value, evaluation.Variant = true, "on"
	default:
		evaluation.Value, evaluation.Variant = false, "off"
	}
	return evaluation
}

type revision struct {
	generation uint64
	text       string
}

// Returns the revision of a generation; false if it is forgotten.
func (c *core) revisionOf(generation uint64) (string, bool) {
	if generation == 0 {
		return "", true // No flag was asked: there are none yet, or the key is invalid.
	}
	if known := c.revision.Load(); known != nil && known.generation == generation {
		return known.text, true
	}
	text, code := revisionOf(c.handle, generation)
	if code != statusOK {
		return "", false
	}
	c.revision.Store(&revision{generation, text})
	return text, true
}

func allFailed(keys []string, message string) map[string]Evaluation {
	evaluations := make(map[string]Evaluation, len(keys))
	for _, key := range keys {
		evaluations[key] = failed(key, false, InvalidContext, message)
	}
	return evaluations
}

// The shape of an explanation for a question that reached no flag.
func unexplained(evaluation Evaluation) json.RawMessage {
	text, _ := json.Marshal(struct {
		FlagKey      string    `json:"flag_key"`
		Enabled      any       `json:"enabled"`
		Kind         any       `json:"kind"`
		Value        any       `json:"value"`
		Variant      any       `json:"variant"`
		Reason       Reason    `json:"reason"`
		RuleIndex    any       `json:"rule_index"`
		ErrorCode    ErrorCode `json:"error_code"`
		ErrorMessage string    `json:"error_message"`
		Revision     any       `json:"revision"`
		Rules        []string  `json:"rules"`
	}{
		FlagKey: evaluation.FlagKey, Reason: evaluation.Reason, ErrorCode: evaluation.ErrorCode,
		ErrorMessage: evaluation.ErrorMessage, Rules: []string{},
	})
	return text
}
