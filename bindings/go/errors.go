//go:build cgo

package flagbit

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// The errors of all calls except evaluations, for [errors.Is]. The calls return an *[Error] with the place or the reason.
var (
	// ErrSnapshot: a snapshot, or the values of an override, are refused. The message names the place. The old flags stay in
	// force.
	ErrSnapshot = errors.New("flagbit: the snapshot is refused")
	// ErrFile: a snapshot's file cannot be read.
	ErrFile = errors.New("flagbit: the file cannot be read")
	// ErrContext: a Context cannot be built. The message names the attribute.
	ErrContext = errors.New("flagbit: the context cannot be built")
	// ErrRefused: the server refuses the key or the address. A person has to correct this.
	ErrRefused = errors.New("flagbit: the server refuses")
	// ErrUnavailable: the server could not be reached, or gave no snapshot. The old flags stay in force.
	ErrUnavailable = errors.New("flagbit: the server is unavailable")
	// ErrClosed: the client is closed.
	ErrClosed = errors.New("flagbit: the client is closed")
	// ErrLibrary: FlagBit's C library is incompatible with this package.
	ErrLibrary = errors.New("flagbit: the C library does not fit")
)

// Error is the error of a call of the library.
type Error struct {
	// Status is the name of the library's status, such as SNAPSHOT_REFUSED; empty if the error is not the library's.
	Status string
	// Message says what is wrong, where, and what to do.
	Message string

	kind error
}

// Error returns the message.
func (e *Error) Error() string { return "flagbit: " + e.Message }

// Unwrap returns the sentinel of this package that describes the error, if there is one.
func (e *Error) Unwrap() error { return e.kind }

// The name and the sentinel of each status.
var statuses = map[status]struct {
	name string
	kind error
}{
	statusOK:               {"OK", nil},
	statusNullArgument:     {"NULL_ARGUMENT", nil},
	statusInvalidUTF8:      {"INVALID_UTF8", nil},
	statusInvalidArgument:  {"INVALID_ARGUMENT", nil},
	statusBadStructSize:    {"BAD_STRUCT_SIZE", nil},
	statusMalformedContext: {"MALFORMED_CONTEXT", nil},
	statusUnsupportedValue: {"UNSUPPORTED_VALUE", ErrContext},
	statusClosed:           {"CLOSED", ErrClosed},
	statusTimeout:          {"TIMEOUT", context.DeadlineExceeded},
	statusBufferTooSmall:   {"BUFFER_TOO_SMALL", nil},
	statusSnapshotRefused:  {"SNAPSHOT_REFUSED", ErrSnapshot},
	statusIO:               {"IO", ErrFile},
	statusThread:           {"THREAD", nil},
	statusRefused:          {"REFUSED", ErrRefused},
	statusUnavailable:      {"UNAVAILABLE", ErrUnavailable},
	statusPanic:            {"PANIC", nil},
}

func newError(code status, message string) *Error {
	known, found := statuses[code]
	if !found {
		known.name = fmt.Sprint(int32(code))
	}
	return &Error{Status: known.name, Message: message, kind: known.kind}
}

// Returns the error for a library that this package cannot use. The library that this package carries never fails here; a
// program that links the system's library may find another version at run time.
var checkLibrary = sync.OnceValue(func() error {
	return checkABI(libraryABI(), libraryVersion())
})

func checkABI(abi uint32, version string) error {
	major, minor := abi>>16, abi&0xffff
	if major == abiMajor && minor >= abiMinor {
		return nil
	}
	return &Error{kind: ErrLibrary, Message: fmt.Sprintf(
		"cannot use the C library that was loaded: its ABI is %d.%d (version %s); this package (version %s) needs the ABI "+
			"%d.%d, or a later %d.x; install a fitting library, or build without the tag flagbit_system to use the package's own",
		major, minor, version, Version, abiMajor, abiMinor, abiMajor)}
}

// ErrorCode is OpenFeature's name of the error that an evaluation found instead of an answer. It is an error, for [errors.Is]
// with [Evaluation.Err].
type ErrorCode string

// The errors of evaluations.
const (
	// FlagNotFound: no flag has that key.
	FlagNotFound ErrorCode = "FLAG_NOT_FOUND"
	// ProviderNotReady: there is no snapshot yet, or the client is closed.
	ProviderNotReady ErrorCode = "PROVIDER_NOT_READY"
	// ParseError: the flag is set aside: its definition cannot be read. [Client.Warnings] tells where.
	ParseError ErrorCode = "PARSE_ERROR"
	// TypeMismatch: the flag has another type than the one asked for.
	TypeMismatch ErrorCode = "TYPE_MISMATCH"
	// InvalidContext: the context is not nil, and neither an [Attributes] nor a *[Context].
	InvalidContext ErrorCode = "INVALID_CONTEXT"
	// General: anything else.
	General ErrorCode = "GENERAL"
)

var errorCodes = [...]ErrorCode{
	errorCodeFlagNotFound:     FlagNotFound,
	errorCodeProviderNotReady: ProviderNotReady,
	errorCodeParseError:       ParseError,
	errorCodeTypeMismatch:     TypeMismatch,
	errorCodeInvalidContext:   InvalidContext,
	errorCodeGeneral:          General,
}

func errorCodeOf(code int32) ErrorCode {
	if code >= 0 && int(code) < len(errorCodes) {
		return errorCodes[code]
	}
	return ErrorCode(errorCodeName(code)) // This is a code of a later library.
}

// Error returns the code.
func (c ErrorCode) Error() string { return string(c) }

// EvaluationError tells why a flag gave no answer, see [Evaluation.Err].
type EvaluationError struct {
	// FlagKey is the key that the caller asked for.
	FlagKey string
	// Code is the kind of the error.
	Code ErrorCode
	// Message describes the error in words.
	Message string
}

// Error returns the code and the message.
func (e *EvaluationError) Error() string {
	return fmt.Sprintf("flagbit: %s: %s", e.Code, e.Message)
}

// Unwrap returns the code.
func (e *EvaluationError) Unwrap() error { return e.Code }
