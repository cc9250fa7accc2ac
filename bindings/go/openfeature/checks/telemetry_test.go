package checks_test

import (
	"context"
	"testing"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	flagbitopenfeature "github.com/flagbit/flagbit/bindings/go/openfeature"
	otelhook "github.com/open-feature/go-sdk-contrib/hooks/open-telemetry/pkg"
	"github.com/open-feature/go-sdk/openfeature"
	"github.com/open-feature/go-sdk/openfeature/telemetry"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

const tracedFlags = `{"revision": "r7", "flags": [{"key": "theme", "enabled": true, "default": "light", "variants": {"light": "l", "dark": "d"}}]}`

func openText(t *testing.T, text string) *flagbit.Client {
	client, err := flagbit.Open(context.Background(), flagbit.WithSnapshot(text))
	must(err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// The attributes that OpenFeature's own telemetry derives from an evaluation.
type eventHook struct {
	openfeature.UnimplementedHook
	event telemetry.EvaluationEvent
}

func (h *eventHook) Finally(
	_ context.Context, hook openfeature.HookContext, details openfeature.InterfaceEvaluationDetails, _ openfeature.HookHints,
) {
	h.event = telemetry.CreateEvaluationEvent(hook, details)
}

func TestOpenTelemetrySeesEvaluations(t *testing.T) {
	exporter := tracetest.NewInMemoryExporter()
	tracer := trace.NewTracerProvider(trace.WithSyncer(exporter)).Tracer("shop")
	api := newAPI(t)
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(openText(t, tracedFlags))))
	api.AddHooks(otelhook.NewTracesHook(otelhook.WithTracesAttributeSetter(func(metadata openfeature.FlagMetadata) []attribute.KeyValue {
		version, err := metadata.GetString("version")
		must(err)
		return []attribute.KeyValue{attribute.String("feature_flag.version", version)}
	})))
	client := api.NewClient()
	ctx, span := tracer.Start(context.Background(), "request")
	client.String(ctx, "theme", "", openfeature.EvaluationContext{})
	client.Boolean(ctx, "unknown", false, openfeature.EvaluationContext{})
	span.End()

	events := exporter.GetSpans()[0].Events
	equal(t, "events", len(events), 2)
	equal(t, "the first", events[0].Name, "feature_flag.evaluation")
	equal(t, "the second", events[1].Name, "exception")
	attributes := attribute.NewSet(events[0].Attributes...)
	for name, expected := range map[attribute.Key]string{
		"feature_flag.key": "theme", "feature_flag.provider.name": "FlagBit", "feature_flag.result.variant": "light",
		"feature_flag.version": "r7",
	} {
		found, _ := attributes.Value(name)
		equal(t, string(name), found.AsString(), expected)
	}
}

func TestOpenFeaturesOwnTelemetry(t *testing.T) {
	api := newAPI(t)
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(openText(t, tracedFlags))))
	hook := new(eventHook)
	client := api.NewClient()
	client.String(context.Background(), "theme", "", openfeature.NewEvaluationContext("usr_1", nil), openfeature.WithHooks(hook))
	for name, expected := range map[string]any{
		telemetry.FlagKey: "theme", telemetry.ProviderNameKey: "FlagBit", telemetry.ResultVariantKey: "light",
		telemetry.ResultReasonKey: "static", telemetry.VersionKey: "r7", telemetry.ContextIDKey: "usr_1",
	} {
		equal(t, name, hook.event.Attributes[name], expected)
	}
	client.Boolean(context.Background(), "unknown", false, openfeature.EvaluationContext{}, openfeature.WithHooks(hook))
	equal(t, telemetry.ErrorTypeKey, hook.event.Attributes[telemetry.ErrorTypeKey], any("flag_not_found"))
}
