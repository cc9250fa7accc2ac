//go:build flagbit_system

package flagbit

// The system's library, which pkg-config finds.

// #cgo pkg-config: flagbit
import "C"
