// Checks of the provider with what others have published, and with the real server. A module of its own, so that whoever
// depends on the provider does not get OpenTelemetry into the list of modules.
module github.com/flagbit/flagbit/bindings/go/openfeature/checks

go 1.26.0

require (
	github.com/flagbit/flagbit/bindings/go v0.1.0
	github.com/flagbit/flagbit/bindings/go/openfeature v0.1.0
	github.com/open-feature/go-sdk v1.20.0
	github.com/open-feature/go-sdk-contrib/hooks/open-telemetry v0.3.6
	github.com/open-feature/go-sdk-contrib/providers/ofrep v0.1.7
	go.opentelemetry.io/otel v1.37.0
	go.opentelemetry.io/otel/sdk v1.37.0
)

require (
	github.com/go-logr/logr v1.4.3 // indirect
	github.com/go-logr/stdr v1.2.2 // indirect
	github.com/google/uuid v1.6.0 // indirect
	go.opentelemetry.io/auto/sdk v1.1.0 // indirect
	go.opentelemetry.io/otel/metric v1.37.0 // indirect
	go.opentelemetry.io/otel/trace v1.37.0 // indirect
	go.uber.org/mock v0.6.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.33.0 // indirect
)

replace (
	github.com/flagbit/flagbit/bindings/go => ../../
	github.com/flagbit/flagbit/bindings/go/openfeature => ../
)
