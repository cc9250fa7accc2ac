package flagbit

// This is the only file that calls C: the functions of include/flagbit.h, with Go's types. Strings and buffers are passed as
// they lie in Go's memory; the library neither keeps them nor calls back.

/*
// In this dialect the header's enums are plain integers, whatever the compiler's default is.
#cgo CFLAGS: -std=gnu11

#if defined(__has_include) && !__has_include(<flagbit.h>)
#error "flagbit.h is missing. With the tag flagbit_system, install FlagBit's library. In a checkout, run `make go-library`."
#endif
#include <flagbit.h>

#cgo noescape flagbit_error_status
#cgo nocallback flagbit_error_status
#cgo noescape flagbit_error_message
#cgo nocallback flagbit_error_message
#cgo noescape flagbit_context_new
#cgo nocallback flagbit_context_new
#cgo noescape flagbit_options_set_string
#cgo nocallback flagbit_options_set_string
#cgo noescape flagbit_options_set_integer
#cgo nocallback flagbit_options_set_integer
#cgo noescape flagbit_client_open
#cgo nocallback flagbit_client_open
#cgo noescape flagbit_client_load
#cgo nocallback flagbit_client_load
#cgo noescape flagbit_client_refresh_within
#cgo nocallback flagbit_client_refresh_within
#cgo noescape flagbit_client_wait
#cgo nocallback flagbit_client_wait
#cgo noescape flagbit_client_changes
#cgo nocallback flagbit_client_changes
#cgo noescape flagbit_client_take_log
#cgo nocallback flagbit_client_take_log
#cgo noescape flagbit_client_flags
#cgo nocallback flagbit_client_flags
#cgo noescape flagbit_client_warnings
#cgo nocallback flagbit_client_warnings
#cgo noescape flagbit_client_revision
#cgo nocallback flagbit_client_revision
#cgo noescape flagbit_client_error_message
#cgo nocallback flagbit_client_error_message
#cgo noescape flagbit_client_status
#cgo nocallback flagbit_client_status
#cgo noescape flagbit_is_enabled_n
#cgo nocallback flagbit_is_enabled_n
#cgo noescape flagbit_is_enabled_with_n
#cgo nocallback flagbit_is_enabled_with_n
#cgo noescape flagbit_evaluate_n
#cgo nocallback flagbit_evaluate_n
#cgo noescape flagbit_evaluate_with_n
#cgo nocallback flagbit_evaluate_with_n
#cgo noescape flagbit_evaluate_value
#cgo nocallback flagbit_evaluate_value
#cgo noescape flagbit_evaluate_value_with
#cgo nocallback flagbit_evaluate_value_with
#cgo noescape flagbit_evaluate_all
#cgo nocallback flagbit_evaluate_all
#cgo noescape flagbit_evaluate_all_with
#cgo nocallback flagbit_evaluate_all_with
#cgo noescape flagbit_explain
#cgo nocallback flagbit_explain
#cgo noescape flagbit_explain_with
#cgo nocallback flagbit_explain_with
#cgo noescape flagbit_override_start
#cgo nocallback flagbit_override_start
*/
import "C"

import (
	"math"
	"unsafe"
)

type (
	nativeClient     = C.flagbit_client
	nativeContext    = C.flagbit_context
	nativeEvaluation = C.flagbit_evaluation
	nativeReport     = C.flagbit_client_report
	nativeText       = C.flagbit_text
)

// The library's numbers that codes.go names.
type (
	status int32
	option int32
)

// forever is a timeout without end, and the latest of all generations.
const forever = math.MaxUint64

// Returns the memory of a string, which the library may read during a call.
func chars(text string) (*C.char, C.size_t) {
	return (*C.char)(unsafe.Pointer(unsafe.StringData(text))), C.size_t(len(text))
}

// Returns the memory of a buffer, which the library may read or write during a call.
func octets(buffer []byte) (*C.uint8_t, C.size_t) {
	return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(buffer))), C.size_t(len(buffer))
}

func copied(text *C.char, length C.size_t) string {
	return string(unsafe.Slice((*byte)(unsafe.Pointer(text)), length))
}

func headerVersion() string            { return C.FLAGBIT_VERSION }
func libraryVersion() string           { return C.GoString(C.flagbit_version()) }
func libraryABI() uint32               { return uint32(C.flagbit_abi_version()) }
func statusMessage(code status) string { return C.GoString(C.flagbit_status_message(C.int32_t(code))) }
func reasonName(reason int32) string   { return C.GoString(C.flagbit_reason_name(C.int32_t(reason))) }
func errorCodeName(code int32) string  { return C.GoString(C.flagbit_error_code_name(C.int32_t(code))) }
func stateName(state int32) string     { return C.GoString(C.flagbit_state_name(C.int32_t(state))) }

// Returns the error of a call, with the library's own message if it has one. Frees the native error.
func failure(code status, native *C.flagbit_error) error {
	if code == statusOK {
		return nil
	}
	if native == nil {
		return newError(code, statusMessage(code))
	}
	defer C.flagbit_error_free(native)
	return newError(status(C.flagbit_error_status(native)), C.GoString(C.flagbit_error_message(native)))
}

// Copies and frees a list of texts.
func texts(code C.flagbit_status, list *C.flagbit_text_list) []string {
	if code != C.FLAGBIT_STATUS_OK {
		return nil
	}
	defer C.flagbit_text_list_free(list)
	if list.count == 0 {
		// Go must not even look at an empty list's pointers: they are no addresses, and Go's runtime ends a program that has such
		// a pointer on its stack.
		return []string{}
	}
	block := copied(list.text, list.text_length)
	found := make([]string, list.count)
	for i, place := range unsafe.Slice(list.items, list.count) {
		found[i] = textIn(block, place)
	}
	return found
}

// Returns one text of a block.
func textIn(block string, place nativeText) string {
	return block[place.offset : place.offset+place.length]
}

func newNativeContext(packed []byte) (*nativeContext, error) {
	var context *nativeContext
	var native *C.flagbit_error
	data, length := octets(packed)
	code := C.flagbit_context_new(data, length, &context, &native)
	return context, failure(status(code), native)
}

func freeContext(context *nativeContext) { C.flagbit_context_free(context) }

// One option to set: a text, or a number if text is nil.
type setting struct {
	option option
	text   *string
	number int64
}

func openNative(settings []setting) (*nativeClient, error) {
	var options *C.flagbit_options
	if code := C.flagbit_options_new(&options); code != C.FLAGBIT_STATUS_OK {
		return nil, failure(status(code), nil)
	}
	defer C.flagbit_options_free(options)
	language := "go" // The library's messages then name options as this package does.
	settings = append([]setting{{option: optionLanguage, text: &language}}, settings...)
	for _, setting := range settings {
		var code C.flagbit_status
		var native *C.flagbit_error
		if setting.text != nil {
			data, length := chars(*setting.text)
			code = C.flagbit_options_set_string(options, C.int32_t(setting.option), data, length, &native)
		} else {
			code = C.flagbit_options_set_integer(options, C.int32_t(setting.option), C.int64_t(setting.number), &native)
		}
		if err := failure(status(code), native); err != nil {
			return nil, err
		}
	}
	var client *nativeClient
	var native *C.flagbit_error
	code := C.flagbit_client_open(options, &client, &native)
	return client, failure(status(code), native)
}

func loadNative(client *nativeClient, snapshot string) error {
	var native *C.flagbit_error
	data, length := chars(snapshot)
	code := C.flagbit_client_load(client, data, length, &native)
	return failure(status(code), native)
}

func refreshNative(client *nativeClient, milliseconds uint64) error {
	var native *C.flagbit_error
	code := C.flagbit_client_refresh_within(client, C.uint64_t(milliseconds), &native)
	return failure(status(code), native)
}

func waitUntilReady(client *nativeClient, milliseconds uint64) status {
	return status(C.flagbit_client_wait_until_ready(client, C.uint64_t(milliseconds)))
}

// Waits for the event after `seen`, and returns its number.
func waitForEvent(client *nativeClient, seen uint64) (uint64, status) {
	var event C.uint64_t
	code := C.flagbit_client_wait(client, C.uint64_t(seen), forever, &event)
	return uint64(event), status(code)
}

func wake(client *nativeClient) { C.flagbit_client_wake(client) }

// Returns the keys that changed after a generation, or all; and the generation in force.
func changesSince(client *nativeClient, generation uint64) (keys []string, all bool, now uint64) {
	var list *C.flagbit_text_list
	var everything C.bool
	var reached C.uint64_t
	code := C.flagbit_client_changes(client, C.uint64_t(generation), &list, &everything, &reached)
	return texts(code, list), bool(everything), uint64(reached)
}

func takeLog(client *nativeClient) []string {
	var list *C.flagbit_text_list
	code := C.flagbit_client_take_log(client, &list)
	return texts(code, list)
}

func flagKeys(client *nativeClient) []string {
	var list *C.flagbit_text_list
	code := C.flagbit_client_flags(client, &list)
	return texts(code, list)
}

func warningTexts(client *nativeClient) []string {
	var list *C.flagbit_text_list
	code := C.flagbit_client_warnings(client, &list)
	return texts(code, list)
}

// Calls a function that copies text into a buffer, and repeats the call for as long as the text grows.
func copyOut(call func(buffer *C.char, capacity C.size_t, needed *C.size_t) C.flagbit_status) (string, status) {
	for capacity := C.size_t(512); ; {
		buffer := make([]byte, capacity)
		needed := capacity
		code := status(call((*C.char)(unsafe.Pointer(&buffer[0])), capacity, &needed))
		if code != statusBufferTooSmall {
			return unsafe.String(&buffer[0], needed), code
		}
		capacity = needed
	}
}

func revisionOf(client *nativeClient, generation uint64) (string, status) {
	text, code := copyOut(func(buffer *C.char, capacity C.size_t, needed *C.size_t) C.flagbit_status {
		return C.flagbit_client_revision(client, C.uint64_t(generation), buffer, capacity, needed)
	})
	return withoutNUL(text, code), code
}

func errorMessageOf(client *nativeClient, key string, errorCode int32) string {
	text, code := copyOut(func(buffer *C.char, capacity C.size_t, needed *C.size_t) C.flagbit_status {
		data, length := chars(key)
		return C.flagbit_client_error_message(client, data, length, C.int32_t(errorCode), buffer, capacity, needed)
	})
	return withoutNUL(text, code)
}

func withoutNUL(text string, code status) string {
	if code != statusOK || text == "" {
		return ""
	}
	return text[:len(text)-1]
}

// A report, and the buffer that holds its texts.
func reportOf(client *nativeClient) (report nativeReport, block string, code status) {
	report.struct_size = C.sizeof_flagbit_client_report
	block, code = copyOut(func(buffer *C.char, capacity C.size_t, needed *C.size_t) C.flagbit_status {
		return C.flagbit_client_status(client, &report, buffer, capacity, needed)
	})
	return report, block, code
}

func closeNative(client *nativeClient) status { return status(C.flagbit_client_close(client)) }
func freeClient(client *nativeClient)         { C.flagbit_client_free(client) }

func isEnabled(client *nativeClient, key string, context *nativeContext, def bool) bool {
	data, length := chars(key)
	return bool(C.flagbit_is_enabled_n(client, data, length, context, C.bool(def)))
}

func isEnabledWith(client *nativeClient, key string, packed []byte, def bool) bool {
	data, length := chars(key)
	attributes, size := octets(packed)
	return bool(C.flagbit_is_enabled_with_n(client, data, length, attributes, size, C.bool(def)))
}

func evaluate(client *nativeClient, key string, context *nativeContext) (native nativeEvaluation, code status) {
	native.struct_size = C.sizeof_flagbit_evaluation
	data, length := chars(key)
	code = status(C.flagbit_evaluate_n(client, data, length, context, &native))
	return native, code
}

func evaluateWith(client *nativeClient, key string, packed []byte) (native nativeEvaluation, code status) {
	native.struct_size = C.sizeof_flagbit_evaluation
	data, length := chars(key)
	attributes, size := octets(packed)
	code = status(C.flagbit_evaluate_with_n(client, data, length, attributes, size, &native))
	return native, code
}

// Evaluates a flag, with the texts of its variant. A packed context counts if context is nil.
func evaluateValue(
	client *nativeClient, key string, context *nativeContext, packed []byte,
) (native nativeEvaluation, variant, value string, code status) {
	native.struct_size = C.sizeof_flagbit_evaluation
	var name, text nativeText
	block, code := copyOut(func(buffer *C.char, capacity C.size_t, needed *C.size_t) C.flagbit_status {
		data, length := chars(key)
		if packed == nil {
			return C.flagbit_evaluate_value(client, data, length, context, &native, &name, &text, buffer, capacity, needed)
		}
		attributes, size := octets(packed)
		return C.flagbit_evaluate_value_with(
			client, data, length, attributes, size, &native, &name, &text, buffer, capacity, needed)
	})
	if code != statusOK {
		return native, "", "", code
	}
	return native, textIn(block, name), textIn(block, text), code
}

// Calls answer for each flag, in the order of the keys, with its key, its variant's name and its value as text.
func evaluateAll(
	client *nativeClient, context *nativeContext, packed []byte, answer func(key string, native *nativeEvaluation, variant, value string),
) status {
	var all *C.flagbit_evaluations
	var code C.flagbit_status
	if packed == nil {
		code = C.flagbit_evaluate_all(client, context, &all)
	} else {
		attributes, size := octets(packed)
		code = C.flagbit_evaluate_all_with(client, attributes, size, &all)
	}
	if code != C.FLAGBIT_STATUS_OK {
		return status(code)
	}
	defer C.flagbit_evaluations_free(all)
	if all.count == 0 {
		return statusOK // Go must not look at its pointers, as above.
	}
	block := copied(all.text, all.text_length)
	for i := range uintptr(all.count) {
		// The items of a later library may be larger than those of this header.
		item := (*C.flagbit_flag_evaluation)(unsafe.Add(unsafe.Pointer(all.items), i*uintptr(all.item_size)))
		answer(textIn(block, item.key), &item.evaluation, textIn(block, item.variant), textIn(block, item.value))
	}
	return statusOK
}

// Explains an answer as JSON. A packed context counts if context is nil.
func explanation(client *nativeClient, key string, context *nativeContext, packed []byte) (string, status) {
	text, code := copyOut(func(buffer *C.char, capacity C.size_t, needed *C.size_t) C.flagbit_status {
		data, length := chars(key)
		if packed == nil {
			return C.flagbit_explain(client, data, length, context, buffer, capacity, needed)
		}
		attributes, size := octets(packed)
		return C.flagbit_explain_with(client, data, length, attributes, size, buffer, capacity, needed)
	})
	return withoutNUL(text, code), code
}

func startOverride(client *nativeClient, values string) (uint64, error) {
	var id C.uint64_t
	var native *C.flagbit_error
	data, length := chars(values)
	code := C.flagbit_override_start(client, data, length, &id, &native)
	return uint64(id), failure(status(code), native)
}

func endOverride(client *nativeClient, id uint64) { C.flagbit_override_end(client, C.uint64_t(id)) }
