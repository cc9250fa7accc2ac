module github.com/flagbit/flagbit/bindings/go/openfeature

go 1.26.0

require (
	github.com/flagbit/flagbit/bindings/go v0.1.0
	github.com/open-feature/go-sdk v1.20.0
)

require go.uber.org/mock v0.6.0 // indirect

// This line counts only in this repository. Modules that depend on this one get the version above.
replace github.com/flagbit/flagbit/bindings/go => ../
