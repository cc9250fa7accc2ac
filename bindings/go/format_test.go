package flagbit_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

var anAddress = regexp.MustCompile("0x[0-9a-f]{6}")

func TestNothingPrintsPointersOrSecrets(t *testing.T) {
	const secret = "secret-9bd1"
	client := open(t, flagbit.WithURL("http://127.0.0.1:1"), flagbit.WithServerKey("fbsrv_"+secret),
		flagbit.WithHeader("x-token", secret))
	served := openText(t, sample)
	who := newContext(t, flagbit.Attributes{"plan": secret, secret: 1})
	prepared := newPrepared(t, flagbit.Attributes{"plan": secret})
	for _, shown := range []any{
		client, served, who, prepared, (*flagbit.Client)(nil), new(flagbit.Client), (*flagbit.Context)(nil), new(flagbit.Context),
		served.Evaluate("pro", who, false), served.Evaluate("unknown", who, nil), served.EvaluateAll(who),
		client.Status(), served.Status(),
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, shown)
			if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
				t.Errorf("%s of %T: %s", verb, shown, text)
			}
			if anAddress.MatchString(text) {
				t.Errorf("%s of %T has a pointer: %s", verb, shown, text)
			}
		}
	}
	equal(t, "client", fmt.Sprint(served), `flagbit.Client (text: ready, 4 flags, 1 of them set aside)`)
	equal(t, "no client", fmt.Sprint((*flagbit.Client)(nil)), "flagbit.Client (none)")
	equal(t, "context", fmt.Sprint(who), "flagbit.Context")
	equal(t, "evaluation", fmt.Sprint(served.Evaluate("pro", flagbit.Attributes{"plan": "pro"}, false)),
		`"pro": true (variant "on", targeting_match, rule 0)`)
	equal(t, "default", fmt.Sprint(served.Evaluate("always", nil, false)), `"always": true (variant "on", default)`)
	equal(t, "error", fmt.Sprint(served.Evaluate("unknown", nil, false)),
		`"unknown": FLAG_NOT_FOUND: `+served.Evaluate("unknown", nil, false).ErrorMessage)
}
