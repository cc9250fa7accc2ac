// Code generated from include/flagbit.h by make header; DO NOT EDIT.

package flagbit

/*
// If the header is missing, ffi.go has the message to read.
#if __has_include(<flagbit.h>)
#include <flagbit.h>
#if FLAGBIT_ABI_MAJOR != 1 || FLAGBIT_ABI_MINOR < 3
#error "this version of the Go package needs FlagBit's C library with the ABI 1.3, or a later 1.x"
#endif
#endif
*/
import "C"

// The ABI that this package is written for: its libraries have the same major number and at least this minor number.
const (
	abiMajor = 1
	abiMinor = 3
)

const (
	statusOK               = 0
	statusNullArgument     = 1
	statusInvalidUTF8      = 2
	statusInvalidArgument  = 3
	statusBadStructSize    = 4
	statusMalformedContext = 5
	statusUnsupportedValue = 6
	statusClosed           = 10
	statusTimeout          = 11
	statusBufferTooSmall   = 12
	statusSnapshotRefused  = 20
	statusIO               = 30
	statusThread           = 31
	statusRefused          = 32
	statusUnavailable      = 33
	statusPanic            = 90
)

const (
	optionSnapshot         = 1
	optionFile             = 2
	optionValues           = 3
	optionWatch            = 4
	optionMaxSnapshotBytes = 5
	optionURL              = 10
	optionServerKey        = 11
	optionAPIKey           = 12
	optionProjectID        = 13
	optionBootstrap        = 14
	optionCachePath        = 15
	optionPollIntervalMs   = 16
	optionConnectTimeoutMs = 17
	optionTimeoutMs        = 18
	optionStaleAfterMs     = 19
	optionStream           = 20
	optionCAFile           = 21
	optionSystemRoots      = 22
	optionProxy            = 23
	optionHeader           = 24
	optionLanguage         = 25
)

const (
	kindNone    = 0
	kindBoolean = 1
	kindString  = 2
	kindNumber  = 3
	kindJSON    = 4
)

const (
	integerKindNone     = 0
	integerKindSigned   = 1
	integerKindUnsigned = 2
)

const (
	reasonError             = 0
	reasonDisabled          = 1
	reasonTargetingMatch    = 2
	reasonPercentageRollout = 3
	reasonDefault           = 4
)

const (
	errorCodeFlagNotFound     = 1
	errorCodeProviderNotReady = 2
	errorCodeParseError       = 3
	errorCodeTypeMismatch     = 4
	errorCodeInvalidContext   = 5
	errorCodeGeneral          = 6
)

const (
	stateInitializing = 0
	stateReady        = 1
	stateStale        = 2
	stateError        = 3
	stateClosed       = 4
)

const (
	attributeKindString      = 1
	attributeKindInteger     = 2
	attributeKindUnsigned    = 3
	attributeKindNumber      = 4
	attributeKindBoolean     = 5
	attributeKindUnsupported = 6
	attributeKindList        = 7
)

const (
	unsupportedReasonUnknown     = 0
	unsupportedReasonType        = 1
	unsupportedReasonNull        = 2
	unsupportedReasonNestedList  = 3
	unsupportedReasonListTooLong = 4
	unsupportedReasonNotUnicode  = 5
	unsupportedReasonNotFinite   = 6
	unsupportedReasonTooLarge    = 7
	unsupportedReasonNoTimeZone  = 8
	unsupportedReasonTimeRange   = 9
	unsupportedReasonName        = 10
	unsupportedReasonTooDeep     = 11
	unsupportedReasonUnreadable  = 12
)
