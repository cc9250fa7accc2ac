//go:build !flagbit_system && !((linux && (amd64 || arm64)) || (darwin && (amd64 || arm64)) || (windows && amd64))

package flagbit

// #error "FlagBit carries no library for this platform: install it, and build with -tags flagbit_system"
import "C"
