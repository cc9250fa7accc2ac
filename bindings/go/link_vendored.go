//go:build !flagbit_system && ((linux && (amd64 || arm64)) || (darwin && (amd64 || arm64)) || (windows && amd64))

package flagbit

// The static library that this package carries, one a platform: see lib/README.md.

/*
#cgo CFLAGS: -I${SRCDIR}/lib/include -DFLAGBIT_STATIC
#cgo linux,amd64,!musl LDFLAGS: ${SRCDIR}/lib/linux-amd64/libflagbit.a -lpthread -ldl -lm
#cgo linux,arm64,!musl LDFLAGS: ${SRCDIR}/lib/linux-arm64/libflagbit.a -lpthread -ldl -lm
#cgo linux,amd64,musl LDFLAGS: ${SRCDIR}/lib/linux-amd64-musl/libflagbit.a -lpthread -ldl -lm
#cgo linux,arm64,musl LDFLAGS: ${SRCDIR}/lib/linux-arm64-musl/libflagbit.a -lpthread -ldl -lm
#cgo darwin,amd64 LDFLAGS: ${SRCDIR}/lib/darwin-amd64/libflagbit.a
#cgo darwin,arm64 LDFLAGS: ${SRCDIR}/lib/darwin-arm64/libflagbit.a
#cgo windows,amd64 LDFLAGS: ${SRCDIR}/lib/windows-amd64/libflagbit.a -lws2_32 -luserenv -lbcrypt -lntdll
*/
import "C"
