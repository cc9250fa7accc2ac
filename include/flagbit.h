/* FlagBit: is this feature on for this user? Answered in this process, in nanoseconds, the same in every language.
 *
 * Generated from src/ffi and src/ffi/header by `make header`; edit there. SPDX-License-Identifier: Apache-2.0
 *
 * CONVENTIONS
 *
 * Objects
 *   A snapshot is a JSON text with flags and their rules. A client (flagbit_client) holds the snapshot in force and
 *   evaluates a flag for a context: the attributes of a user or another subject. You prepare a context once
 *   (flagbit_context), or give its attributes to one call: in an array of structs (flagbit_attribute), or packed into
 *   one buffer (flagbit_attributes). Code that asks the same flag again and again resolves it once (flagbit_flag). Options
 *   (flagbit_options) say how to open a client. Functions are named flagbit_<type>_<verb>. Their arguments are, in this order: the object,
 *   inputs, outputs, the error.
 *
 * Ownership
 *   You own each object that a call writes through a pointer to a pointer. Free it once, with the _free function of its
 *   type, and do not use it afterwards. _free(NULL) does nothing.
 *   The library borrows inputs for the call and never keeps them. Text that a call returns as a pointer is static, or
 *   belongs to the object that you passed.
 *   The library writes outputs only if the status is OK; it then sets the error to NULL.
 *
 * Threads
 *   Any number of threads may use an object behind a const pointer at once: a context, a client, an error or a list.
 *   Only one thread at a time may use an object behind a pointer that is not const.
 *   Free an object only when no other thread is in a call with it.
 *   After fork() the child keeps the flags that it inherited. Its client starts its background thread again with the
 *   child's next call. The library's threads block all signals.
 *
 * Errors
 *   A call returns a flagbit_status; 0 is OK. The status says whether the call was well formed and succeeded.
 *   An evaluation also has an error_code: an unknown flag gives FLAGBIT_STATUS_OK and FLAG_NOT_FOUND.
 *   Calls with a last argument `error` write a flagbit_error with a message for people; pass NULL if you want none.
 *   The library checks every pointer for NULL and every enum number for its range. Misuse gives a status, never a
 *   crash, and no fault of the library ends the process. The only exception is a lack of memory: Rust's allocator
 *   aborts.
 *   No message contains keys, tokens or values of contexts. Messages may contain names of attributes and keys of flags.
 *
 * Text
 *   Text is UTF-8, given as a pointer and a length in bytes; NULL with the length 0 is the empty text. Text may contain
 *   NUL. Some evaluating functions come in two forms: flagbit_evaluate takes a key that ends with NUL,
 *   flagbit_evaluate_n takes a key and its length.
 *   The library copies output text into your buffer. After FLAGBIT_STATUS_BUFFER_TOO_SMALL, call again with a buffer of
 *   `needed` bytes.
 *
 * Versions
 *   FLAGBIT_VERSION is the version of this header; flagbit_version() returns that of the library. A program needs a
 *   library with the same FLAGBIT_ABI_MAJOR and at least its FLAGBIT_ABI_MINOR; see flagbit_abi_version().
 *   Structs that you allocate begin with struct_size. Later versions append fields and still accept the older size. If
 *   your struct is larger than the library's, the library fills the rest with zeros.
 *
 * Borrowed attributes
 *   The functions whose names end with _of or _of_n take an array of flagbit_attribute: its first element, the number of
 *   elements and the size of one. The library reads the structs and their texts where they are, during the call. If a
 *   name is repeated, its first value counts. Your own struct may begin with a flagbit_attribute and have more fields
 *   behind it; pass its size. From a prepared context a flag is evaluated fastest; borrowed attributes cost less than
 *   packed ones.
 *
 * Packed attributes
 *   A whole context in one buffer, integers little-endian and unaligned:
 *     buffer     length u32 of the whole buffer, version u8 (1), three zero bytes, attributes
 *     attribute  kind u8 (flagbit_attribute_kind), name length u32, name, value length u32, value
 *     value      string: UTF-8; integer, unsigned, number: 8 bytes; boolean: 1 byte, 0 or 1;
 *                unsupported: none, or reason u8 (flagbit_unsupported_reason), or reason u8, position u32, type name;
 *                list: elements, each kind u8 (not list), value length u32, value; at most 1000, more are unsupported
 *   Names are unique; if a name is repeated, its first value counts. C and C++ programs pack attributes with
 *   flagbit_attributes_*, at the end of this file. "Unsupported" is for bindings: a value of the host language that no
 *   rule can match. The reason decides the message of flagbit_context_new. The position is the index of an element that
 *   makes its list unsupported, 0xFFFFFFFF if there is none, or the length of a list that is too long; the type name is
 *   UTF-8. Libraries before ABI 1.2 take no reason.
 *
 * A complete program
 *
 *   #include <flagbit.h>
 *   #include <stdio.h>
 *
 *   int main(void) {
 *       const char snapshot[] = "{\"flags\": [{\"key\": \"premium-feature\", \"enabled\": true, \"rules\": ["
 *                               "{\"attribute\": \"plan\", \"operator\": \"eq\", \"value\": \"pro\"},"
 *                               "{\"operator\": \"percent\", \"value\": 25}]}]}";
 *       flagbit_client *client = NULL;
 *       flagbit_error *error = NULL;
 *       if (flagbit_client_from_snapshot(snapshot, sizeof snapshot - 1, &client, &error) != FLAGBIT_STATUS_OK) {
 *           fprintf(stderr, "%s\n", flagbit_error_message(error));
 *           flagbit_error_free(error);
 *           return 1;
 *       }
 *       const flagbit_attribute user[] = {flagbit_attribute_string("user_id", "usr_123"),
 *                                         flagbit_attribute_string("plan", "pro")};
 *       flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
 *       if (flagbit_evaluate_of(client, "premium-feature", user, 2, sizeof *user, &evaluation) == FLAGBIT_STATUS_OK) {
 *           printf("%u %s\n", evaluation.enabled, flagbit_reason_name(evaluation.reason));
 *       }
 *       flagbit_client_free(client);
 *       return 0;
 *   }
 */


#ifndef FLAGBIT_H
#define FLAGBIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Windows finds the symbols of a DLL faster with this declaration. Define FLAGBIT_STATIC to link statically. */
#if defined(_WIN32) && !defined(FLAGBIT_STATIC)
#define FLAGBIT_API __declspec(dllimport)
#else
#define FLAGBIT_API
#endif

#define FLAGBIT_VERSION_MAJOR 0
#define FLAGBIT_VERSION_MINOR 1
#define FLAGBIT_VERSION_PATCH 0
#define FLAGBIT_VERSION "0.1.0"


// The major number of the ABI. A program needs a library with the same one.
#define FLAGBIT_ABI_MAJOR 1

// The minor number of the ABI. A program needs a library with at least this one.
#define FLAGBIT_ABI_MINOR 3

// The error_code of an evaluation without an error.
#define FLAGBIT_ERROR_CODE_NONE 0

// The kind of a flagbit_attribute that is absent: the library reads nothing else of it. In a list it is a null, which
// makes the list unsupported.
// Since: ABI 1.3
#define FLAGBIT_ATTRIBUTE_KIND_NONE 0

// The result of a call: whether it was well formed and succeeded. An evaluation also has an error_code. A number
// never gets another meaning.
enum flagbit_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // The call succeeded.
    FLAGBIT_STATUS_OK = 0,
    // An argument that must not be NULL was NULL.
    FLAGBIT_STATUS_NULL_ARGUMENT = 1,
    // A text was not UTF-8.
    FLAGBIT_STATUS_INVALID_UTF8 = 2,
    // An argument was out of its range, or an option was unknown or of another type.
    FLAGBIT_STATUS_INVALID_ARGUMENT = 3,
    // A struct_size or an attribute_size was smaller than that of the first version.
    FLAGBIT_STATUS_BAD_STRUCT_SIZE = 4,
    // The attributes have an unknown kind or a malformed value, or packed ones are cut short, inconsistent or of an
    // unknown version.
    FLAGBIT_STATUS_MALFORMED_CONTEXT = 5,
    // A context has an attribute that no rule can match: NaN, an infinity, an unsupported type, or a repeated name.
    FLAGBIT_STATUS_UNSUPPORTED_VALUE = 6,
    // The client is closed.
    FLAGBIT_STATUS_CLOSED = 10,
    // The time ran out.
    FLAGBIT_STATUS_TIMEOUT = 11,
    // The buffer is too small; the needed size was written.
    FLAGBIT_STATUS_BUFFER_TOO_SMALL = 12,
    // The snapshot is refused; the previous one stays in force.
    FLAGBIT_STATUS_SNAPSHOT_REFUSED = 20,
    // A file could not be read.
    FLAGBIT_STATUS_IO = 30,
    // A thread could not be started.
    FLAGBIT_STATUS_THREAD = 31,
    // The server refuses the key or the address. Correct the options: trying again does not help.
    FLAGBIT_STATUS_REFUSED = 32,
    // The server could not be reached or sent no snapshot; the previous one stays in force.
    FLAGBIT_STATUS_UNAVAILABLE = 33,
    // The library stopped a fault of its own. The objects of the call can only be freed. Please report the fault.
    FLAGBIT_STATUS_PANIC = 90,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum flagbit_status flagbit_status;
#else
typedef int32_t flagbit_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The options of a client. Exactly one source is needed: SNAPSHOT, FILE, VALUES or URL.
enum flagbit_option
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // String, a source: the text of a snapshot.
    FLAGBIT_OPTION_SNAPSHOT = 1,
    // String, a source: the path of a file with a snapshot, in UTF-8.
    FLAGBIT_OPTION_FILE = 2,
    // String, a source: flags with one answer for every context, as JSON: `{"KEY": true, "OTHER": "dark", ...}`. A
    // boolean makes a boolean flag; a string, a number, an object or a list makes a typed one. For tests.
    FLAGBIT_OPTION_VALUES = 3,
    // Integer, 0 or 1: check the file each second and follow its changes. The file may be missing at first. Needs
    // FILE.
    FLAGBIT_OPTION_WATCH = 4,
    // Integer, bytes: the size limit of a snapshot's text; 32 MiB unless set.
    FLAGBIT_OPTION_MAX_SNAPSHOT_BYTES = 5,
    // String, a source: the base URL of a FlagBit server, `http://` or `https://`. Needs SERVER_KEY, or API_KEY and
    // PROJECT_ID for the hosted service. All options below except LANGUAGE need URL.
    FLAGBIT_OPTION_URL = 10,
    // String, secret: a server key, `fbsrv_...`. It belongs to one project and environment.
    FLAGBIT_OPTION_SERVER_KEY = 11,
    // String, secret: an API key, `fb_...`. It may do everything in its account: keep it where nobody else reads it.
    FLAGBIT_OPTION_API_KEY = 12,
    // Integer: the project to read with API_KEY.
    FLAGBIT_OPTION_PROJECT_ID = 13,
    // String: the text of a snapshot that the client serves until it has a newer one.
    FLAGBIT_OPTION_BOOTSTRAP = 14,
    // String: the path of a file, in UTF-8, that keeps the last good snapshot for a start without the server. The
    // client makes it readable only for its owner. Several processes may share it.
    FLAGBIT_OPTION_CACHE_PATH = 15,
    // Integer, milliseconds: how often the client asks the server, give or take a tenth; 30 s unless set, 1 s at least
    // (60 s with an API key).
    FLAGBIT_OPTION_POLL_INTERVAL_MS = 16,
    // Integer, milliseconds: the time limit for resolving the name, and again for connecting; 5 s unless set.
    FLAGBIT_OPTION_CONNECT_TIMEOUT_MS = 17,
    // Integer, milliseconds: the time limit of a whole request; 30 s unless set.
    FLAGBIT_OPTION_TIMEOUT_MS = 18,
    // Integer, milliseconds: how long after the last successful contact the client is STALE; 3 intervals unless set.
    FLAGBIT_OPTION_STALE_AFTER_MS = 19,
    // Integer, 0 or 1: whether the server reports changes at once, over a connection that stays open; 0 unless set.
    // When that fails, the client polls.
    FLAGBIT_OPTION_STREAM = 20,
    // String: the path of a PEM file, in UTF-8, with the certificate authorities to trust instead of the built-in
    // ones.
    FLAGBIT_OPTION_CA_FILE = 21,
    // Integer, 0 or 1: whether to trust the operating system's certificate authorities instead of the built-in ones.
    FLAGBIT_OPTION_SYSTEM_ROOTS = 22,
    // String, secret: a proxy, `http://[user:password@]host:port`, `https://` or `socks5h://`. Unless set, the client
    // takes the proxy of the environment when it is opened.
    FLAGBIT_OPTION_PROXY = 23,
    // String, secret: an additional header of each request, `Name: value`. Each call adds one.
    FLAGBIT_OPTION_HEADER = 24,
    // String: the language of the caller's code, `c`, `go`, `node` or `python`; `c` unless set. Error messages then
    // name options as that language spells them, such as `server_key=` for Python. A binding sets it first. Since: ABI
    // 1.1.
    FLAGBIT_OPTION_LANGUAGE = 25,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum flagbit_option flagbit_option;
#else
typedef int32_t flagbit_option;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The type of a flag's value.
enum flagbit_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // No value: the error_code says why.
    FLAGBIT_KIND_NONE = 0,
    // On or off: see `enabled`.
    FLAGBIT_KIND_BOOLEAN = 1,
    // A string: see flagbit_evaluate_value.
    FLAGBIT_KIND_STRING = 2,
    // A number: see `number` and `integer`.
    FLAGBIT_KIND_NUMBER = 3,
    // An object or a list: see flagbit_evaluate_value.
    FLAGBIT_KIND_JSON = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum flagbit_kind flagbit_kind;
#else
typedef int32_t flagbit_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How to read the `integer` of a flagbit_evaluation.
enum flagbit_integer_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // The value is no integer from -2^63 to 2^64-1: it has a fraction or is too large, or the flag is of another kind.
    FLAGBIT_INTEGER_KIND_NONE = 0,
    // An integer from -2^63 to 2^63-1: the bits of an int64_t.
    FLAGBIT_INTEGER_KIND_SIGNED = 1,
    // An integer from 2^63 to 2^64-1: a uint64_t.
    FLAGBIT_INTEGER_KIND_UNSIGNED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum flagbit_integer_kind flagbit_integer_kind;
#else
typedef int32_t flagbit_integer_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The reason of an answer. The numbers are part of the ABI.
enum flagbit_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // The flag gave no answer, so the caller gets its default. The error code says why.
    FLAGBIT_REASON_ERROR = 0,
    // The flag is switched off.
    FLAGBIT_REASON_DISABLED = 1,
    // A rule on attributes matched.
    FLAGBIT_REASON_TARGETING_MATCH = 2,
    // A percentage decided.
    FLAGBIT_REASON_PERCENTAGE_ROLLOUT = 3,
    // No rule matched.
    FLAGBIT_REASON_DEFAULT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum flagbit_reason flagbit_reason;
#else
typedef int32_t flagbit_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The error of an evaluation without an answer, as OpenFeature names it. The numbers are part of the ABI.
enum flagbit_error_code
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // No flag of that key.
    FLAGBIT_ERROR_CODE_FLAG_NOT_FOUND = 1,
    // No snapshot yet, or the client is closed.
    FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY = 2,
    // The flag is set aside: its definition cannot be read.
    FLAGBIT_ERROR_CODE_PARSE_ERROR = 3,
    // The flag has another type than was asked for.
    FLAGBIT_ERROR_CODE_TYPE_MISMATCH = 4,
    // The context cannot be read.
    FLAGBIT_ERROR_CODE_INVALID_CONTEXT = 5,
    // Anything else.
    FLAGBIT_ERROR_CODE_GENERAL = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum flagbit_error_code flagbit_error_code;
#else
typedef int32_t flagbit_error_code;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The state of a client. The numbers are part of the ABI.
enum flagbit_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // No flags yet.
    FLAGBIT_STATE_INITIALIZING = 0,
    // Serving flags.
    FLAGBIT_STATE_READY = 1,
    // Serving flags, but the server was not reached for a while, or not yet.
    FLAGBIT_STATE_STALE = 2,
    // Nothing to serve, and the file cannot be read or the server refuses.
    FLAGBIT_STATE_ERROR = 3,
    // Closed: every evaluation gives the caller's default.
    FLAGBIT_STATE_CLOSED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum flagbit_state flagbit_state;
#else
typedef int32_t flagbit_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What an attribute's value is. The numbers are part of the ABI; those above are kept for what comes.
enum flagbit_attribute_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    FLAGBIT_ATTRIBUTE_KIND_STRING = 1,
    FLAGBIT_ATTRIBUTE_KIND_INTEGER = 2,
    FLAGBIT_ATTRIBUTE_KIND_UNSIGNED = 3,
    FLAGBIT_ATTRIBUTE_KIND_NUMBER = 4,
    FLAGBIT_ATTRIBUTE_KIND_BOOLEAN = 5,
    FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED = 6,
    FLAGBIT_ATTRIBUTE_KIND_LIST = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum flagbit_attribute_kind flagbit_attribute_kind;
#else
typedef uint8_t flagbit_attribute_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Why an attribute is unsupported. The numbers are part of the ABI; those above are kept for what comes.
enum flagbit_unsupported_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint8_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // The binding does not say.
    FLAGBIT_UNSUPPORTED_REASON_UNKNOWN = 0,
    // A value of a type that has no counterpart. The detail is the type's name.
    FLAGBIT_UNSUPPORTED_REASON_TYPE = 1,
    // A null in a list, or a null pointer.
    FLAGBIT_UNSUPPORTED_REASON_NULL = 2,
    // A list in a list.
    FLAGBIT_UNSUPPORTED_REASON_NESTED_LIST = 3,
    // A list of more than 1,000 elements. The position is the number of elements.
    FLAGBIT_UNSUPPORTED_REASON_LIST_TOO_LONG = 4,
    // Text with a lone surrogate, or bytes that are not UTF-8.
    FLAGBIT_UNSUPPORTED_REASON_NOT_UNICODE = 5,
    // NaN or an infinity.
    FLAGBIT_UNSUPPORTED_REASON_NOT_FINITE = 6,
    // An integer beyond the range of a double.
    FLAGBIT_UNSUPPORTED_REASON_TOO_LARGE = 7,
    // A moment without a time zone.
    FLAGBIT_UNSUPPORTED_REASON_NO_TIME_ZONE = 8,
    // A moment outside the years 0 to 9999 in UTC, or one that is invalid.
    FLAGBIT_UNSUPPORTED_REASON_TIME_RANGE = 9,
    // The name is not Unicode text. The attribute's name is a form of it that can be shown.
    FLAGBIT_UNSUPPORTED_REASON_NAME = 10,
    // Pointers or wrappers that are nested too deep, such as those that form a circle.
    FLAGBIT_UNSUPPORTED_REASON_TOO_DEEP = 11,
    // Reading the value failed, or it changed meanwhile.
    FLAGBIT_UNSUPPORTED_REASON_UNREADABLE = 12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum flagbit_unsupported_reason flagbit_unsupported_reason;
#else
typedef uint8_t flagbit_unsupported_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Answers "is this feature on for this user?" from flags in memory.
//
// Methods: flagbit_client_*, flagbit_is_enabled*, flagbit_evaluate*, flagbit_override_*.
// Threads: any number of threads may use a client at once, but nobody may use it while or after it is freed.
typedef struct flagbit_client flagbit_client;

// The attributes of a user or another subject, prepared for any number of evaluations.
//
// Methods: flagbit_context_new, flagbit_context_free.
// Threads: immutable; any number of threads and clients may use a context at once.
typedef struct flagbit_context flagbit_context;

// Why a call failed: a status and a message for people. A call with an `error` argument makes one if the argument is
// not NULL; the caller frees it.
//
// Threads: immutable, any.
typedef struct flagbit_error flagbit_error;

// One flag of a client, for code that asks it again and again: an evaluation looks up no key.
//
// It answers as the client does for the flag's key, whatever the flags in force are meanwhile: a new snapshot, an
// override, a flag that appears later or disappears. After the client is closed it gives the default, or the error_code
// PROVIDER_NOT_READY. After fork() it works in the child. You may free the client first: it is then closed when its last
// flagbit_flag is freed, or by flagbit_client_close before.
//
// A boolean flag whose rules have the operators eq, neq, in, contains and percent is evaluated from what the object
// keeps, and so is a flag that gives every context the same answer. All other flags are evaluated as the client does
// it. The object keeps the rules of its flag, and no snapshot, also if you never ask it again.
//
// Methods: flagbit_flag_new, flagbit_flag_is_enabled, flagbit_flag_is_enabled_of, flagbit_flag_is_enabled_with,
// flagbit_flag_evaluate, flagbit_flag_evaluate_of, flagbit_flag_evaluate_with, flagbit_flag_free.
// Threads: one at a time. Give each thread an object of its own; they are small and share nothing that is written.
// Since: ABI 1.3
typedef struct flagbit_flag flagbit_flag;

// The options of a client.
//
// Methods: flagbit_options_new, flagbit_options_set_string, flagbit_options_set_integer, flagbit_options_free.
// Threads: one at a time.
typedef struct flagbit_options flagbit_options;

// The place of a text in its block. A NUL follows the text.
typedef struct flagbit_text {
    // The offset in bytes from the start of the block's text.
    uint32_t offset;
    // The length in bytes, without the NUL.
    uint32_t length;
} flagbit_text;

// A list of texts in UTF-8. The library makes it; free it with flagbit_text_list_free.
//
// Threads: immutable, any.
typedef struct flagbit_text_list {
    // The places of the `count` texts in `text`.
    const struct flagbit_text *items;
    // The number of texts.
    size_t count;
    // All texts, each followed by a NUL.
    const char *text;
    // The size of all texts in bytes, with their NULs.
    size_t text_length;
} flagbit_text_list;

// An attribute that the library borrows for one call: it copies neither the struct nor the texts. Set all bytes to
// zero first; then set `name`, `name_length`, `kind` and the fields of the kind. The functions flagbit_attribute_*, at
// the end of this file, do that.
//
// Later versions append fields, which mean nothing if they are zero. Calls therefore take the size of your struct.
// Threads: any number may read an array of attributes at once.
// Since: ABI 1.3
typedef struct flagbit_attribute {
    // The name, UTF-8 of `name_length` bytes. Ignored in an element of a list.
    const char *name;
    // The length of the name in bytes.
    size_t name_length;
    // A flagbit_attribute_kind, or FLAGBIT_ATTRIBUTE_KIND_NONE for an attribute that is absent.
    int32_t kind;
    // UNSUPPORTED: a flagbit_unsupported_reason.
    int32_t reason;
    // STRING: the text, UTF-8 of `length` bytes. A moment is a STRING too, as RFC 3339 has it. UNSUPPORTED: the name of
    // the value's type, or NULL.
    const char *text;
    // LIST: the first of `length` elements of any kind except LIST. An element has the size that the call states.
    const struct flagbit_attribute *items;
    // The length of `text` in bytes, or the number of `items`.
    size_t length;
    // NUMBER: the number. NaN and the infinities are unsupported.
    double number;
    // INTEGER: the bits of an int64_t. UNSIGNED: a uint64_t. BOOLEAN: 0 or 1. UNSUPPORTED with the reason
    // LIST_TOO_LONG: the number of elements, or 0.
    uint64_t integer;
} flagbit_attribute;

// The status of a client at one moment, in memory of the caller. Set `struct_size` before each call.
//
// Later versions only append fields. The library fills the fields that it knows and sets all others to zero. The texts
// are in the buffer of the same call.
typedef struct flagbit_client_report {
    // Input: sizeof(flagbit_client_report). The library never writes it.
    uint32_t struct_size;
    // A flagbit_state.
    int32_t state;
    // The generation of the flags in force; 0 before the first flags.
    uint64_t generation;
    // The number of flags in force, including those that are set aside.
    uint64_t flags;
    // The number of flags that are set aside.
    uint64_t flags_set_aside;
    // The number of attributes with an unsupported value in evaluations so far.
    uint64_t unsupported_values;
    // The time of the last successful read of the source, in milliseconds since 1970-01-01 UTC; -1 if there was none.
    int64_t last_success_ms;
    // The number of failed reads since the last successful one.
    uint32_t consecutive_failures;
    // 1 if the snapshot in force states a revision, otherwise 0.
    uint32_t has_revision;
    // The revision that the snapshot states.
    struct flagbit_text revision;
    // A description of the source of the flags.
    struct flagbit_text source;
    // The reason why the last read failed; empty after a successful one.
    struct flagbit_text last_error;
} flagbit_client_report;

// The result of an evaluation, in memory of the caller. Set `struct_size` before each call.
//
// Later versions only append fields. The library fills the fields that it knows and sets all others to zero.
typedef struct flagbit_evaluation {
    // Input: sizeof(flagbit_evaluation). The library never writes it.
    uint32_t struct_size;
    // A flagbit_error_code, or FLAGBIT_ERROR_CODE_NONE.
    int32_t error_code;
    // A flagbit_reason.
    int32_t reason;
    // A flagbit_kind.
    int32_t kind;
    // The index of the rule that decided, from 0; -1 if no rule decided.
    int32_t rule_index;
    // 1 if the flag is on, 0 if it is off. A flag of another kind than BOOLEAN is on if it is enabled: if you want
    // only boolean flags, check `kind` too. If there is an error_code, use your default instead.
    uint32_t enabled;
    // The value of a NUMBER flag; 0 for the other kinds. For an integer beyond 2^53 it is the nearest double, and
    // `integer` is exact.
    double number;
    // The number of the variant of a typed flag; 0 for a BOOLEAN flag. It is unique in the process for one variant of
    // one snapshot, so you can use it as the key of a cache, for example of parsed JSON.
    uint64_t variant_id;
    // The generation of the flags that were evaluated.
    uint64_t generation;
    // 1 if the flag gives every context the same answer because it has no rules: OpenFeature's STATIC. The reason is
    // then DEFAULT.
    uint32_t is_static;
    // Always 0.
    uint32_t reserved;
    // The value of a NUMBER flag as an integer, exactly, if `integer_kind` says so; otherwise 0. A number without a
    // fraction is an integer however it is written: 12.0 and 1.2e1 are 12.
    // Since: ABI 1.2
    uint64_t integer;
    // A flagbit_integer_kind.
    // Since: ABI 1.2
    int32_t integer_kind;
    // Always 0.
    uint32_t reserved2;
} flagbit_evaluation;

// The evaluation of one flag in a flagbit_evaluations.
typedef struct flagbit_flag_evaluation {
    // The flag's key, in the block's text.
    struct flagbit_text key;
    // The name of the variant, in the block's text, as in flagbit_evaluate_value.
    struct flagbit_text variant;
    // The value as text, in the block's text.
    struct flagbit_text value;
    // The evaluation. It is the last field because later versions append fields to it.
    struct flagbit_evaluation evaluation;
} flagbit_flag_evaluation;

// The evaluations of all flags. The library makes them; free them with flagbit_evaluations_free.
//
// Threads: immutable, any.
typedef struct flagbit_evaluations {
    // `count` items of `item_size` bytes each, sorted by key. Step by `item_size`: later versions have larger items.
    const struct flagbit_flag_evaluation *items;
    // The number of flags.
    size_t count;
    // The size of an item in bytes.
    size_t item_size;
    // All keys, variants and values, each followed by a NUL.
    const char *text;
    // The size of all texts in bytes, with their NULs.
    size_t text_length;
    // The generation of the flags that were evaluated.
    uint64_t generation;
} flagbit_evaluations;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Returns the library's version, such as `0.1.0`.
//
// Ownership: the text is static. Threads: any.
// Since: 0.1
FLAGBIT_API const char *flagbit_version(void);

// Returns the library's ABI: `major << 16 | minor`. The major number must be the FLAGBIT_ABI_MAJOR that your program
// was compiled with, the minor number at least its FLAGBIT_ABI_MINOR.
//
// Threads: any.
// Since: 0.1
FLAGBIT_API uint32_t flagbit_abi_version(void);

// Returns what a status means, in English.
//
// Ownership: the text is static. Threads: any. Errors: none; an unknown number gives a text that says so.
// Since: 0.1
FLAGBIT_API const char *flagbit_status_message(int32_t status);

// Returns the name of a reason, such as `targeting_match`.
//
// Ownership: the text is static. Threads: any. Errors: an unknown number gives `unknown`.
// Since: 0.1
FLAGBIT_API const char *flagbit_reason_name(int32_t reason);

// Returns OpenFeature's name of an error code, such as `FLAG_NOT_FOUND`; the empty text for FLAGBIT_ERROR_CODE_NONE.
//
// Ownership: the text is static. Threads: any. Errors: an unknown number gives `unknown`.
// Since: 0.1
FLAGBIT_API const char *flagbit_error_code_name(int32_t error_code);

// Returns the name of a client's state, such as `ready`.
//
// Ownership: the text is static. Threads: any. Errors: an unknown number gives `unknown`.
// Since: 0.1
FLAGBIT_API const char *flagbit_state_name(int32_t state);

// Frees a list of texts. NULL is allowed.
//
// Since: 0.1
FLAGBIT_API void flagbit_text_list_free(struct flagbit_text_list *list);

// Returns the status that the failed call returned.
//
// Errors: NULL gives FLAGBIT_STATUS_NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API int32_t flagbit_error_status(const struct flagbit_error *error);

// Returns the message, which says what went wrong, where, and what to do: `flags[3].key: duplicate key "a", already at
// flags[1]`. It is UTF-8 and ends with NUL.
//
// Ownership: borrowed from the error.
// Errors: NULL gives the empty text.
// Since: 0.1
FLAGBIT_API const char *flagbit_error_message(const struct flagbit_error *error);

// Frees an error. NULL is allowed.
//
// Since: 0.1
FLAGBIT_API void flagbit_error_free(struct flagbit_error *error);

// Builds a context from packed attributes (see "Packed attributes" above).
//
// packed: borrowed for the call.
// Ownership: the caller frees the context when no evaluation uses it any more.
// Errors: NULL_ARGUMENT, MALFORMED_CONTEXT, INVALID_UTF8; UNSUPPORTED_VALUE for an attribute that no rule can match,
// which the error's message names.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_context_new(const uint8_t *packed,
                                   size_t packed_length,
                                   struct flagbit_context **context,
                                   struct flagbit_error **error);

// Builds a context from attributes that the library reads where they are. The context has copies of what it needs.
//
// attributes: `count` of them, each of `attribute_size` bytes, as flagbit_is_enabled_of takes them.
// Ownership: the caller frees the context when no evaluation uses it any more.
// Errors: as flagbit_context_new; NULL with the count 0 is a context without attributes. BAD_STRUCT_SIZE and
// INVALID_ARGUMENT as flagbit_evaluate_of.
// Since: ABI 1.3
FLAGBIT_API
flagbit_status flagbit_context_new_of(const struct flagbit_attribute *attributes,
                                      size_t count,
                                      size_t attribute_size,
                                      struct flagbit_context **context,
                                      struct flagbit_error **error);

// Frees a context. NULL is allowed.
//
// Since: 0.1
FLAGBIT_API void flagbit_context_free(struct flagbit_context *context);

// Makes an empty set of options.
//
// Ownership: the caller frees it, whether or not a client was opened with it.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_options_new(struct flagbit_options **options);

// Sets an option that is a string. A second value replaces the first one; a second HEADER is added.
//
// option: a flagbit_option. value: UTF-8 of `value_length` bytes, copied. A NUL in it is part of it.
// Errors: NULL_ARGUMENT; INVALID_UTF8 (flagbit_client_open checks the text of SNAPSHOT, VALUES and BOOTSTRAP);
// INVALID_ARGUMENT if the option is unknown or not a string, or if the value has another form than the option takes.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_options_set_string(struct flagbit_options *options,
                                          int32_t option,
                                          const char *value,
                                          size_t value_length,
                                          struct flagbit_error **error);

// Sets an option that is an integer. A second value replaces the first one.
//
// option: a flagbit_option.
// Errors: NULL_ARGUMENT; INVALID_ARGUMENT if the option is unknown or not an integer, or if the value is out of its
// range.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_options_set_integer(struct flagbit_options *options,
                                           int32_t option,
                                           int64_t value,
                                           struct flagbit_error **error);

// Frees options. NULL is allowed.
//
// Since: 0.1
FLAGBIT_API void flagbit_options_free(struct flagbit_options *options);

// Opens a client. Reads the text or file once. Never waits for the network: see flagbit_client_wait_until_ready.
//
// options: borrowed for the call.
// Ownership: the caller frees the client.
// Errors: NULL_ARGUMENT, INVALID_ARGUMENT, SNAPSHOT_REFUSED, IO, THREAD; the error's message says what and where.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_open(const struct flagbit_options *options,
                                   struct flagbit_client **client,
                                   struct flagbit_error **error);

// Opens a client of a snapshot in memory, like flagbit_client_open with only the option SNAPSHOT.
//
// snapshot: UTF-8 of `snapshot_length` bytes, borrowed for the call.
// Ownership: the caller frees the client.
// Errors: NULL_ARGUMENT; SNAPSHOT_REFUSED, with the place in the error's message.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_from_snapshot(const char *snapshot,
                                            size_t snapshot_length,
                                            struct flagbit_client **client,
                                            struct flagbit_error **error);

// Replaces the snapshot of a client that was opened with the option SNAPSHOT.
//
// snapshot: UTF-8 of `snapshot_length` bytes, borrowed for the call.
// Threads: any, also during evaluations: each of them uses the old snapshot or the new one.
// Errors: NULL_ARGUMENT, CLOSED; INVALID_ARGUMENT for a client of another source; SNAPSHOT_REFUSED, with the place in
// the error's message: the previous snapshot stays in force.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_load(const struct flagbit_client *client,
                                   const char *snapshot,
                                   size_t snapshot_length,
                                   struct flagbit_error **error);

// Like flagbit_client_refresh_within with a time limit of 30 seconds.
//
// Threads: any. Blocks: while it reads the file or waits for the fetch.
// Errors: as flagbit_client_refresh_within.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_client_refresh(const struct flagbit_client *client, struct flagbit_error **error);

// Fetches the flags now, or reads the client's file now. Does nothing for a snapshot in memory.
//
// Threads: any. Blocks: while it reads the file, or for at most `timeout_ms` milliseconds for a fetch. After TIMEOUT
// the fetch continues in the background. Closing the client ends the wait.
// Errors: NULL_ARGUMENT, CLOSED, IO, SNAPSHOT_REFUSED, REFUSED, UNAVAILABLE, TIMEOUT. The previous snapshot stays in
// force.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_refresh_within(const struct flagbit_client *client,
                                             uint64_t timeout_ms,
                                             struct flagbit_error **error);

// Waits until the client has flags to serve.
//
// Threads: any. Blocks: for at most `timeout_ms` milliseconds; closing the client ends the wait.
// Errors: NULL_ARGUMENT, TIMEOUT, CLOSED; REFUSED at once if there are no flags and the server refuses the key or the
// address (401, 403, 404): the last_error of flagbit_client_status says why.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_client_wait_until_ready(const struct flagbit_client *client, uint64_t timeout_ms);

// Waits for a change of the flags or of the state, or for a log line.
//
// seen: the number of the last event that you have seen; 0 is before all events. event: receives the number of the
// latest event. Then call flagbit_client_changes and flagbit_client_take_log.
// Threads: any number may wait at once. Blocks: for at most `timeout_ms` milliseconds; closing the client ends the
// wait.
// Errors: NULL_ARGUMENT, TIMEOUT, CLOSED.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_wait(const struct flagbit_client *client,
                                   uint64_t seen,
                                   uint64_t timeout_ms,
                                   uint64_t *event);

// Wakes the threads that are in flagbit_client_wait, as a change would. A binding calls it to end one of its
// listeners.
//
// Threads: any. Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_client_wake(const struct flagbit_client *client);

// Lists the keys of the flags that changed after a generation, sorted.
//
// all: receives true if any flag may have changed; the list is then empty. generation: receives the one in force.
// Ownership: the caller frees the list. Threads: any.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_changes(const struct flagbit_client *client,
                                      uint64_t since,
                                      struct flagbit_text_list **keys,
                                      bool *all,
                                      uint64_t *generation);

// Takes the log lines that the library has for its host, such as `warning: ...` and `info: ...`. The library keeps the
// latest 256.
//
// Ownership: the caller frees the list. Threads: any; each line is given to one caller.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_take_log(const struct flagbit_client *client,
                                       struct flagbit_text_list **lines);

// Lists the keys of the flags in force, sorted. The list includes the flags that are set aside.
//
// Ownership: the caller frees the list. Threads: any.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_client_flags(const struct flagbit_client *client, struct flagbit_text_list **keys);

// Lists what is wrong with the flags that are set aside, in the snapshot's order: `flags[3].rules[0].value: a
// percentage is a number from 0 to 100, found 101`.
//
// Ownership: the caller frees the list. Threads: any.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_warnings(const struct flagbit_client *client,
                                       struct flagbit_text_list **warnings);

// Copies the revision that the snapshot of a generation states; empty if it states none. The client remembers the
// latest 64 generations: if it has forgotten the generation of an evaluation, evaluate again.
//
// buffer: receives the text and a NUL. needed: receives the size of both in bytes; may be NULL.
// Threads: any.
// Errors: NULL_ARGUMENT; INVALID_ARGUMENT for a generation that is forgotten or never existed; BUFFER_TOO_SMALL, which
// writes only `needed`.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_revision(const struct flagbit_client *client,
                                       uint64_t generation,
                                       char *buffer,
                                       size_t capacity,
                                       size_t *needed);

// Copies a message that says why an evaluation has no value: `no flag "x" among the 25 in force`.
//
// key: UTF-8 of `key_length` bytes. error_code: that of the evaluation. buffer: receives the text and a NUL. needed:
// receives the size of both in bytes; may be NULL.
// Threads: any.
// Errors: NULL_ARGUMENT, INVALID_UTF8; INVALID_ARGUMENT for an unknown error_code; BUFFER_TOO_SMALL, which writes only
// `needed`.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_error_message(const struct flagbit_client *client,
                                            const char *key,
                                            size_t key_length,
                                            int32_t error_code,
                                            char *buffer,
                                            size_t capacity,
                                            size_t *needed);

// Closes a client. Its evaluations then give the default with PROVIDER_NOT_READY, and its waits end. You may call it
// more than once, and during any other call except flagbit_client_free. Returns at once.
//
// Threads: any. Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_client_close(const struct flagbit_client *client);

// Closes and frees a client. If it has a flagbit_flag, freeing the last one closes it. NULL is allowed. No other call may use the client at the same time or later.
//
// Since: 0.1
FLAGBIT_API
void flagbit_client_free(struct flagbit_client *client);

// Reports the status of a client.
//
// report: set its struct_size before; the library writes it only if the status is OK. buffer: receives the texts, each
// followed by a NUL. needed: receives their size in bytes; may be NULL.
// Threads: any.
// Errors: NULL_ARGUMENT, BAD_STRUCT_SIZE, BUFFER_TOO_SMALL, which writes only `needed`.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_status(const struct flagbit_client *client,
                                     struct flagbit_client_report *report,
                                     char *buffer,
                                     size_t capacity,
                                     size_t *needed);

// Returns whether a flag is on for a context, or `default_value` if there is no answer or the call is not well formed.
//
// key: ends with NUL. context: NULL is a context without attributes.
// Threads: any, concurrently on one client. Blocks: never. Allocates: only to search with a regular expression.
// Errors: none. To know why you got `default_value`, call flagbit_evaluate.
// Since: 0.1
FLAGBIT_API
bool flagbit_is_enabled(const struct flagbit_client *client,
                        const char *key,
                        const struct flagbit_context *context,
                        bool default_value);

// Like flagbit_is_enabled, but the key has a length and may contain NUL.
//
// Since: 0.1
FLAGBIT_API
bool flagbit_is_enabled_n(const struct flagbit_client *client,
                          const char *key,
                          size_t key_length,
                          const struct flagbit_context *context,
                          bool default_value);

// Like flagbit_is_enabled, with the attributes packed for this one call (see "Packed attributes" above). The header
// of the buffer holds its length.
//
// packed: NULL is a context without attributes. Unsupported values count as absent; flagbit_client_status counts them.
// Since: 0.1
FLAGBIT_API
bool flagbit_is_enabled_with(const struct flagbit_client *client,
                             const char *key,
                             const uint8_t *packed,
                             bool default_value);

// Like flagbit_is_enabled_with, but the key and the buffer have lengths.
//
// Since: 0.1
FLAGBIT_API
bool flagbit_is_enabled_with_n(const struct flagbit_client *client,
                               const char *key,
                               size_t key_length,
                               const uint8_t *packed,
                               size_t packed_length,
                               bool default_value);

// Like flagbit_is_enabled, with attributes that the library reads where they are.
//
// attributes: `count` of them, each of `attribute_size` bytes: sizeof(flagbit_attribute), or the size of your own
// struct that begins with one; a multiple of 8. If a name is repeated, its first value counts. Unsupported values count
// as absent; flagbit_client_status counts them. NULL with the count 0 is a context without attributes.
// Ownership: borrowed for the call. Threads, allocations: as flagbit_is_enabled.
// Since: ABI 1.3
FLAGBIT_API
bool flagbit_is_enabled_of(const struct flagbit_client *client,
                           const char *key,
                           const struct flagbit_attribute *attributes,
                           size_t count,
                           size_t attribute_size,
                           bool default_value);

// Like flagbit_is_enabled_of, but the key has a length and may contain NUL.
//
// Since: ABI 1.3
FLAGBIT_API
bool flagbit_is_enabled_of_n(const struct flagbit_client *client,
                             const char *key,
                             size_t key_length,
                             const struct flagbit_attribute *attributes,
                             size_t count,
                             size_t attribute_size,
                             bool default_value);

// Evaluates a flag for a context. An unknown flag, a flag that is set aside, and a client that is closed or has no
// flags give FLAGBIT_STATUS_OK with an error_code.
//
// key: ends with NUL. context: NULL is a context without attributes. evaluation: set its struct_size
// before; the library writes it only if the status is OK.
// Threads: any, concurrently on one client. Blocks: never. Allocates: only to search with a regular expression.
// Errors: NULL_ARGUMENT, INVALID_UTF8, BAD_STRUCT_SIZE.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate(const struct flagbit_client *client,
                                const char *key,
                                const struct flagbit_context *context,
                                struct flagbit_evaluation *evaluation);

// Like flagbit_evaluate, but the key has a length and may contain NUL.
//
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate_n(const struct flagbit_client *client,
                                  const char *key,
                                  size_t key_length,
                                  const struct flagbit_context *context,
                                  struct flagbit_evaluation *evaluation);

// Like flagbit_evaluate, with the attributes packed for this one call (see "Packed attributes" above). The header
// of the buffer holds its length.
//
// packed: NULL is a context without attributes. Unsupported values count as absent; flagbit_client_status counts them.
// Errors: also MALFORMED_CONTEXT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate_with(const struct flagbit_client *client,
                                     const char *key,
                                     const uint8_t *packed,
                                     struct flagbit_evaluation *evaluation);

// Like flagbit_evaluate_with, but the key and the buffer have lengths.
//
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate_with_n(const struct flagbit_client *client,
                                       const char *key,
                                       size_t key_length,
                                       const uint8_t *packed,
                                       size_t packed_length,
                                       struct flagbit_evaluation *evaluation);

// Like flagbit_evaluate, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
//
// Errors: also MALFORMED_CONTEXT for an unknown kind, a boolean above 1 or a list in a list; BAD_STRUCT_SIZE for an
// `attribute_size` below sizeof(flagbit_attribute); INVALID_ARGUMENT for attributes that are not aligned to 8 bytes.
// Since: ABI 1.3
FLAGBIT_API
flagbit_status flagbit_evaluate_of(const struct flagbit_client *client,
                                   const char *key,
                                   const struct flagbit_attribute *attributes,
                                   size_t count,
                                   size_t attribute_size,
                                   struct flagbit_evaluation *evaluation);

// Like flagbit_evaluate_of, but the key has a length and may contain NUL.
//
// Since: ABI 1.3
FLAGBIT_API
flagbit_status flagbit_evaluate_of_n(const struct flagbit_client *client,
                                     const char *key,
                                     size_t key_length,
                                     const struct flagbit_attribute *attributes,
                                     size_t count,
                                     size_t attribute_size,
                                     struct flagbit_evaluation *evaluation);

// Evaluates a flag of any kind like flagbit_evaluate_n, and copies the variant's name and its value as text: a string
// as it is, a number as JavaScript writes it, an object or a list as JSON. A BOOLEAN flag has the variants `on` and
// `off` with the values `true` and `false`. Both texts are empty if there is an error_code.
//
// evaluation: set its struct_size before. variant, value: receive the places of the texts in the buffer. buffer:
// receives both texts, each followed by a NUL. needed: receives their size in bytes; may be NULL.
// Threads: any, concurrently on one client. Blocks: never.
// Errors: NULL_ARGUMENT, INVALID_UTF8, BAD_STRUCT_SIZE, BUFFER_TOO_SMALL, which writes only `needed`. The next call
// may need more if the flags change between the two.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate_value(const struct flagbit_client *client,
                                      const char *key,
                                      size_t key_length,
                                      const struct flagbit_context *context,
                                      struct flagbit_evaluation *evaluation,
                                      struct flagbit_text *variant,
                                      struct flagbit_text *value,
                                      char *buffer,
                                      size_t capacity,
                                      size_t *needed);

// Like flagbit_evaluate_value, with the attributes packed for this one call (see "Packed attributes" above).
//
// packed: NULL with the length 0 is a context without attributes.
// Errors: also MALFORMED_CONTEXT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate_value_with(const struct flagbit_client *client,
                                           const char *key,
                                           size_t key_length,
                                           const uint8_t *packed,
                                           size_t packed_length,
                                           struct flagbit_evaluation *evaluation,
                                           struct flagbit_text *variant,
                                           struct flagbit_text *value,
                                           char *buffer,
                                           size_t capacity,
                                           size_t *needed);

// Like flagbit_evaluate_value, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
//
// Errors: also those of flagbit_evaluate_of.
// Since: ABI 1.3
FLAGBIT_API
flagbit_status flagbit_evaluate_value_of(const struct flagbit_client *client,
                                         const char *key,
                                         size_t key_length,
                                         const struct flagbit_attribute *attributes,
                                         size_t count,
                                         size_t attribute_size,
                                         struct flagbit_evaluation *evaluation,
                                         struct flagbit_text *variant,
                                         struct flagbit_text *value,
                                         char *buffer,
                                         size_t capacity,
                                         size_t *needed);

// Evaluates all flags of one generation for a context.
//
// context: NULL is a context without attributes.
// Ownership: the caller frees the evaluations. Threads: any, concurrently on one client.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate_all(const struct flagbit_client *client,
                                    const struct flagbit_context *context,
                                    struct flagbit_evaluations **evaluations);

// Like flagbit_evaluate_all, with the attributes packed for this one call.
//
// packed: NULL with the length 0 is a context without attributes.
// Errors: also MALFORMED_CONTEXT, INVALID_UTF8.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate_all_with(const struct flagbit_client *client,
                                         const uint8_t *packed,
                                         size_t packed_length,
                                         struct flagbit_evaluations **evaluations);

// Like flagbit_evaluate_all, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
//
// Errors: also those of flagbit_evaluate_of.
// Since: ABI 1.3
FLAGBIT_API
flagbit_status flagbit_evaluate_all_of(const struct flagbit_client *client,
                                       const struct flagbit_attribute *attributes,
                                       size_t count,
                                       size_t attribute_size,
                                       struct flagbit_evaluations **evaluations);

// Frees evaluations. NULL is allowed.
//
// Since: 0.1
FLAGBIT_API void flagbit_evaluations_free(struct flagbit_evaluations *evaluations);

// Explains an evaluation as JSON: each rule that was tried, what it compared, and why it did or did not match
// (docs/concepts/explain.md lists the fields). The JSON contains values of the context: use it for support and tests,
// not for logs.
//
// key: UTF-8 of `key_length` bytes. context: NULL is a context without attributes. buffer: receives the text and a
// NUL. needed: receives the size of both in bytes; may be NULL.
// Threads: any. Allocates, and takes microseconds: do not call it on hot paths.
// Errors: NULL_ARGUMENT, INVALID_UTF8, BUFFER_TOO_SMALL, which writes only `needed`.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_explain(const struct flagbit_client *client,
                               const char *key,
                               size_t key_length,
                               const struct flagbit_context *context,
                               char *buffer,
                               size_t capacity,
                               size_t *needed);

// Like flagbit_explain, with the attributes packed for this one call (see "Packed attributes" above).
//
// packed: NULL with the length 0 is a context without attributes.
// Errors: also MALFORMED_CONTEXT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_explain_with(const struct flagbit_client *client,
                                    const char *key,
                                    size_t key_length,
                                    const uint8_t *packed,
                                    size_t packed_length,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *needed);

// Like flagbit_explain, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
//
// Errors: also those of flagbit_evaluate_of.
// Since: ABI 1.3
FLAGBIT_API
flagbit_status flagbit_explain_of(const struct flagbit_client *client,
                                  const char *key,
                                  size_t key_length,
                                  const struct flagbit_attribute *attributes,
                                  size_t count,
                                  size_t attribute_size,
                                  char *buffer,
                                  size_t capacity,
                                  size_t *needed);

// Makes a flagbit_flag. The flag need not exist yet.
//
// key: UTF-8 of `key_length` bytes.
// Ownership: the caller frees the object with flagbit_flag_free. Threads: any, concurrently on one client.
// Errors: NULL_ARGUMENT, INVALID_UTF8.
// Since: ABI 1.3
FLAGBIT_API
flagbit_status flagbit_flag_new(const struct flagbit_client *client,
                                const char *key,
                                size_t key_length,
                                struct flagbit_flag **flag);

// Returns whether the flag is on for a context, like flagbit_is_enabled.
//
// context: NULL is a context without attributes.
// Threads: one at a time. Blocks: never. Allocates: only after the flags changed, and as flagbit_is_enabled.
// Errors: none. NULL for the flag gives `default_value`.
// Since: ABI 1.3
FLAGBIT_API
bool flagbit_flag_is_enabled(struct flagbit_flag *flag,
                             const struct flagbit_context *context,
                             bool default_value);

// Like flagbit_flag_is_enabled, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
//
// Since: ABI 1.3
FLAGBIT_API
bool flagbit_flag_is_enabled_of(struct flagbit_flag *flag,
                                const struct flagbit_attribute *attributes,
                                size_t count,
                                size_t attribute_size,
                                bool default_value);

// Like flagbit_flag_is_enabled, with the attributes packed for this one call (see "Packed attributes" above).
//
// packed: NULL with the length 0 is a context without attributes.
// Since: ABI 1.3
FLAGBIT_API
bool flagbit_flag_is_enabled_with(struct flagbit_flag *flag,
                                  const uint8_t *packed,
                                  size_t packed_length,
                                  bool default_value);

// Evaluates the flag for a context, like flagbit_evaluate.
//
// context: NULL is a context without attributes. evaluation: set its struct_size before.
// Threads: one at a time. Blocks: never. Allocates: only after the flags changed, and as flagbit_evaluate.
// Errors: NULL_ARGUMENT, BAD_STRUCT_SIZE.
// Since: ABI 1.3
FLAGBIT_API
flagbit_status flagbit_flag_evaluate(struct flagbit_flag *flag,
                                     const struct flagbit_context *context,
                                     struct flagbit_evaluation *evaluation);

// Like flagbit_flag_evaluate, with attributes that the library reads where they are, as flagbit_is_enabled_of does.
//
// Errors: also those of flagbit_evaluate_of.
// Since: ABI 1.3
FLAGBIT_API
flagbit_status flagbit_flag_evaluate_of(struct flagbit_flag *flag,
                                        const struct flagbit_attribute *attributes,
                                        size_t count,
                                        size_t attribute_size,
                                        struct flagbit_evaluation *evaluation);

// Like flagbit_flag_evaluate, with the attributes packed for this one call (see "Packed attributes" above).
//
// packed: NULL with the length 0 is a context without attributes.
// Errors: also MALFORMED_CONTEXT, INVALID_UTF8.
// Since: ABI 1.3
FLAGBIT_API
flagbit_status flagbit_flag_evaluate_with(struct flagbit_flag *flag,
                                          const uint8_t *packed,
                                          size_t packed_length,
                                          struct flagbit_evaluation *evaluation);

// Frees a flagbit_flag. NULL is allowed.
//
// Since: ABI 1.3
FLAGBIT_API void flagbit_flag_free(struct flagbit_flag *flag);

// Gives flags one answer for every context, instead of the snapshot's answers, until flagbit_override_end. If several
// overrides have the same flag, the latest one wins. Flags whose rules refer to an overridden flag (flag_is) still use
// the snapshot's answer.
//
// values: JSON of `values_length` bytes, `{"KEY": true, "OTHER": "dark", ...}`, as in the option VALUES. id: receives
// a number for flagbit_override_end.
// Threads: any.
// Errors: NULL_ARGUMENT, CLOSED; SNAPSHOT_REFUSED for a text that is not such an object, with the place in the error's
// message.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_override_start(const struct flagbit_client *client,
                                      const char *values,
                                      size_t values_length,
                                      uint64_t *id,
                                      struct flagbit_error **error);

// Ends an override.
//
// Threads: any.
// Errors: NULL_ARGUMENT; INVALID_ARGUMENT if no override with this id is in force.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_override_end(const struct flagbit_client *client, uint64_t id);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* FLAGBIT_H */

#ifndef FLAGBIT_ATTRIBUTES_H
#define FLAGBIT_ATTRIBUTES_H

/* These functions pack attributes into your own buffer. They do not call the library and do not allocate.
 *
 * They never write beyond the end of the buffer, which needs at least 8 bytes. If the attributes do not fit, the
 * library refuses the buffer with FLAGBIT_STATUS_MALFORMED_CONTEXT; flagbit_attributes_ok tells you before. Since: 0.1
 */

// The size of a packed buffer without attributes.
#define FLAGBIT_ATTRIBUTES_HEADER 8

// The state of packing attributes into a buffer. Threads: one at a time.
typedef struct flagbit_attributes {
    // The buffer to pass to flagbit_evaluate_with, flagbit_context_new and similar functions.
    uint8_t *buffer;
    // The buffer's size in bytes.
    size_t capacity;
    // The number of bytes packed so far; 0 as soon as something did not fit.
    size_t length;
    // The offset of the length of the last list; 0 if no list is open.
    size_t list;
} flagbit_attributes;

// Writes a 32-bit length.
static inline void flagbit_attributes_write_length(uint8_t *out, size_t length) {
    for (int byte = 0; byte < 4; byte++) {
        out[byte] = (uint8_t)(length >> (8 * byte));
    }
}

// Writes the length of a packed buffer into its header. The library refuses a buffer with the length 0.
static inline void flagbit_attributes_set_length(flagbit_attributes *attributes, size_t length) {
    attributes->length = length;
    if (attributes->buffer != NULL && attributes->capacity >= 4) {
        flagbit_attributes_write_length(attributes->buffer, length);
    }
}

// Begins a context without attributes in a buffer of at least FLAGBIT_ATTRIBUTES_HEADER bytes.
static inline flagbit_attributes flagbit_attributes_begin(uint8_t *buffer, size_t capacity) {
    flagbit_attributes attributes = {buffer, capacity, 0, 0};
    if (buffer != NULL && capacity >= FLAGBIT_ATTRIBUTES_HEADER) {
        buffer[4] = 1;
        buffer[5] = buffer[6] = buffer[7] = 0;
        flagbit_attributes_set_length(&attributes, FLAGBIT_ATTRIBUTES_HEADER);
    } else {
        flagbit_attributes_set_length(&attributes, 0);
    }
    return attributes;
}

// Returns whether everything fitted into the buffer.
static inline bool flagbit_attributes_ok(const flagbit_attributes *attributes) {
    return attributes->length != 0;
}

// Appends an attribute of any kind; the other functions call this one.
static inline void flagbit_attributes_append(flagbit_attributes *attributes, uint8_t kind, const char *name,
                                             size_t name_length, const void *value, size_t value_length) {
    const size_t at = attributes->length, room = attributes->capacity - at;
    if (at == 0 || name_length > UINT32_MAX - 9 || value_length > UINT32_MAX - 9 - name_length ||
        room < 9 + name_length + value_length || at + 9 + name_length + value_length > UINT32_MAX) {
        flagbit_attributes_set_length(attributes, 0);
        return;
    }
    uint8_t *out = attributes->buffer + at;
    *out++ = kind;
    flagbit_attributes_write_length(out, name_length);
    out += 4;
    if (name_length > 0) {
        memcpy(out, name, name_length);
        out += name_length;
    }
    flagbit_attributes_write_length(out, value_length);
    if (value_length > 0) {
        memcpy(out + 4, value, value_length);
    }
    attributes->list = kind == FLAGBIT_ATTRIBUTE_KIND_LIST ? at + 5 + name_length : 0;
    flagbit_attributes_set_length(attributes, at + 9 + name_length + value_length);
}

// Appends an element of any kind except LIST to the last list; the other functions call this one.
static inline void flagbit_attributes_append_item(flagbit_attributes *attributes, uint8_t kind, const void *value,
                                                  size_t value_length) {
    const size_t at = attributes->length, list = attributes->list, room = attributes->capacity - at;
    if (at == 0 || list == 0 || value_length > UINT32_MAX - 5 || room < 5 + value_length ||
        at + 5 + value_length > UINT32_MAX) {
        flagbit_attributes_set_length(attributes, 0);
        return;
    }
    uint8_t *out = attributes->buffer + at;
    *out++ = kind;
    flagbit_attributes_write_length(out, value_length);
    if (value_length > 0) {
        memcpy(out + 4, value, value_length);
    }
    flagbit_attributes_write_length(attributes->buffer + list, at + 5 + value_length - list - 4);
    flagbit_attributes_set_length(attributes, at + 5 + value_length);
}

// Writes 8 bytes, little-endian.
static inline void flagbit_attributes_write_bits(uint8_t out[8], uint64_t bits) {
    for (int byte = 0; byte < 8; byte++) {
        out[byte] = (uint8_t)(bits >> (8 * byte));
    }
}

// Appends 8 bytes, little-endian.
static inline void flagbit_attributes_append_bits(flagbit_attributes *attributes, uint8_t kind, const char *name,
                                                  uint64_t bits) {
    uint8_t value[8];
    flagbit_attributes_write_bits(value, bits);
    flagbit_attributes_append(attributes, kind, name, strlen(name), value, sizeof value);
}

// Appends a string. Name and value end with NUL; flagbit_attributes_append takes texts with a length.
static inline void flagbit_attributes_string(flagbit_attributes *attributes, const char *name, const char *value) {
    flagbit_attributes_append(attributes, FLAGBIT_ATTRIBUTE_KIND_STRING, name, strlen(name), value, strlen(value));
}

// Appends an integer.
static inline void flagbit_attributes_integer(flagbit_attributes *attributes, const char *name, int64_t value) {
    flagbit_attributes_append_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_INTEGER, name, (uint64_t)value);
}

// Appends an unsigned integer, which may be above INT64_MAX.
static inline void flagbit_attributes_unsigned(flagbit_attributes *attributes, const char *name, uint64_t value) {
    flagbit_attributes_append_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_UNSIGNED, name, value);
}

// Appends a number. NaN and the infinities count as absent.
static inline void flagbit_attributes_number(flagbit_attributes *attributes, const char *name, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    flagbit_attributes_append_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_NUMBER, name, bits);
}

// Appends a boolean.
static inline void flagbit_attributes_boolean(flagbit_attributes *attributes, const char *name, bool value) {
    const uint8_t byte = value ? 1 : 0;
    flagbit_attributes_append(attributes, FLAGBIT_ATTRIBUTE_KIND_BOOLEAN, name, strlen(name), &byte, 1);
}

// Begins an empty list. The flagbit_attributes_item_* functions append to it until the next attribute.
static inline void flagbit_attributes_list(flagbit_attributes *attributes, const char *name) {
    flagbit_attributes_append(attributes, FLAGBIT_ATTRIBUTE_KIND_LIST, name, strlen(name), NULL, 0);
}

// Appends 8 bytes to the list, little-endian.
static inline void flagbit_attributes_append_item_bits(flagbit_attributes *attributes, uint8_t kind, uint64_t bits) {
    uint8_t value[8];
    flagbit_attributes_write_bits(value, bits);
    flagbit_attributes_append_item(attributes, kind, value, sizeof value);
}

// Appends a string to the list; it ends with NUL.
static inline void flagbit_attributes_item_string(flagbit_attributes *attributes, const char *value) {
    flagbit_attributes_append_item(attributes, FLAGBIT_ATTRIBUTE_KIND_STRING, value, strlen(value));
}

// Appends an integer to the list.
static inline void flagbit_attributes_item_integer(flagbit_attributes *attributes, int64_t value) {
    flagbit_attributes_append_item_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_INTEGER, (uint64_t)value);
}

// Appends an unsigned integer to the list; it may be above INT64_MAX.
static inline void flagbit_attributes_item_unsigned(flagbit_attributes *attributes, uint64_t value) {
    flagbit_attributes_append_item_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_UNSIGNED, value);
}

// Appends a number to the list. If it is NaN or an infinity, the whole list counts as absent.
static inline void flagbit_attributes_item_number(flagbit_attributes *attributes, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    flagbit_attributes_append_item_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_NUMBER, bits);
}

// Appends a boolean to the list.
static inline void flagbit_attributes_item_boolean(flagbit_attributes *attributes, bool value) {
    const uint8_t byte = value ? 1 : 0;
    flagbit_attributes_append_item(attributes, FLAGBIT_ATTRIBUTE_KIND_BOOLEAN, &byte, 1);
}

/* These functions make one attribute that the library borrows, for an array that you pass to flagbit_is_enabled_of and
 * similar functions. They copy no text: name, value and elements must stay as they are until the call returns. An
 * element of a list has the name NULL. Since: ABI 1.3
 */

// An attribute of a kind, without a value.
static inline flagbit_attribute flagbit_attribute_of_kind(const char *name, int32_t kind) {
    flagbit_attribute attribute = {NULL, 0, 0, 0, NULL, NULL, 0, 0, 0};
    attribute.name = name;
    attribute.name_length = name == NULL ? 0 : strlen(name);
    attribute.kind = kind;
    return attribute;
}

// A string with a length in bytes, which may contain NUL.
static inline flagbit_attribute flagbit_attribute_text(const char *name, const char *value, size_t length) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_STRING);
    attribute.text = value;
    attribute.length = length;
    return attribute;
}

// A string that ends with NUL. If it is NULL, the attribute is absent.
static inline flagbit_attribute flagbit_attribute_string(const char *name, const char *value) {
    return value == NULL ? flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_NONE)
                         : flagbit_attribute_text(name, value, strlen(value));
}

// An integer.
static inline flagbit_attribute flagbit_attribute_integer(const char *name, int64_t value) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_INTEGER);
    attribute.integer = (uint64_t)value;
    return attribute;
}

// An unsigned integer, which may be above INT64_MAX.
static inline flagbit_attribute flagbit_attribute_unsigned(const char *name, uint64_t value) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_UNSIGNED);
    attribute.integer = value;
    return attribute;
}

// A number. NaN and the infinities count as absent.
static inline flagbit_attribute flagbit_attribute_number(const char *name, double value) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_NUMBER);
    attribute.number = value;
    return attribute;
}

// A boolean.
static inline flagbit_attribute flagbit_attribute_boolean(const char *name, bool value) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_BOOLEAN);
    attribute.integer = value ? 1 : 0;
    return attribute;
}

// A list of at most 1,000 elements.
static inline flagbit_attribute flagbit_attribute_list(const char *name, const flagbit_attribute *items, size_t count) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_LIST);
    attribute.items = items;
    attribute.length = count;
    return attribute;
}

#endif /* FLAGBIT_ATTRIBUTES_H */
