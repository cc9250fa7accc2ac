//go:build flagbit_never

package flagbit

// Never built. `go mod vendor` keeps only folders of packages that something imports.
import (
	_ "github.com/flagbit/flagbit/bindings/go/lib/darwin-amd64"
	_ "github.com/flagbit/flagbit/bindings/go/lib/darwin-arm64"
	_ "github.com/flagbit/flagbit/bindings/go/lib/include"
	_ "github.com/flagbit/flagbit/bindings/go/lib/linux-amd64"
	_ "github.com/flagbit/flagbit/bindings/go/lib/linux-amd64-musl"
	_ "github.com/flagbit/flagbit/bindings/go/lib/linux-arm64"
	_ "github.com/flagbit/flagbit/bindings/go/lib/linux-arm64-musl"
	_ "github.com/flagbit/flagbit/bindings/go/lib/windows-amd64"
)
