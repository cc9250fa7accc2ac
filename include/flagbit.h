/* FlagBit: is this feature on for this user? Answered in this process, in nanoseconds, the same in every language.
 *
 * Generated from src/ffi and src/ffi/header by `make header`; edit there. SPDX-License-Identifier: Apache-2.0
 *
 * CONVENTIONS
 *
 * Objects
 *   A snapshot is a JSON text with flags and their rules. A client (flagbit_client) holds the snapshot in force and
 *   answers for a flag key and a context: the attributes of who asks. A context is prepared once (flagbit_context), or
 *   packed for one call into the caller's own buffer (flagbit_attributes). Options (flagbit_options) say how a client
 *   is opened. Names: flagbit_<type>_<verb>; arguments: the object, inputs, outputs, the error.
 *
 * Ownership
 *   What a call hands out through a pointer to a pointer is the caller's, who frees it with the _free of its type.
 *   _free(NULL) does nothing. Nothing is freed twice, or used after it.
 *   Inputs are borrowed for the call and never kept. Text that a call returns as a pointer is static, or belongs to the
 *   object it was asked of.
 *   Outputs are written only when the status is OK; an error is set to NULL then.
 *
 * Threads
 *   A const pointer may be used by any number of threads at once: contexts, clients, errors and lists are such.
 *   An object behind a pointer that is not const is for one thread at a time.
 *   Freeing is the last use of an object: no other thread may be in a call with it.
 *   After fork() the child goes on with the flags it inherited; the thread of a watched file starts again with its
 *   next call. The library's threads block all signals.
 *
 * Errors
 *   A call returns a flagbit_status, 0 is OK. It says whether the call was well formed and could be carried out.
 *   What an evaluation finds is its error_code: an unknown flag is FLAGBIT_STATUS_OK with FLAG_NOT_FOUND.
 *   Calls with a last argument `error` hand out a flagbit_error with a message for people; NULL asks for none.
 *   Every pointer is checked for NULL, every number that stands for an enum for its range. Misuse is a status, never a
 *   crash, and no fault of the library ends the process. Out of memory is the exception: Rust's allocator aborts.
 *   Keys, tokens and contexts are in no message, but the name of a wrong attribute and the keys of flags are.
 *
 * Text
 *   Text is UTF-8, as pointer and length in bytes; NULL with the length 0 is the empty text. Text may hold NUL.
 *   The calls for evaluating also come for text that ends with NUL: flagbit_evaluate and flagbit_evaluate_n.
 *   Text out is copied into the caller's buffer: call again with `needed` bytes after FLAGBIT_STATUS_BUFFER_TOO_SMALL.
 *
 * Versions
 *   FLAGBIT_VERSION is the version of this header, flagbit_version() that of the library. A program needs a library of
 *   its own FLAGBIT_ABI_MAJOR and of at least its FLAGBIT_ABI_MINOR, see flagbit_abi_version().
 *   Structs of the caller begin with struct_size. Later versions append fields and work with the older size; a larger
 *   size than the library's is filled with zeros.
 *
 * Packed attributes
 *   A whole context in one buffer, integers little-endian and unaligned:
 *     buffer     length u32 of the whole buffer, version u8 (1), three zero bytes, attributes
 *     attribute  kind u8 (flagbit_attribute_kind), name length u32, name, value length u32, value
 *     value      string: UTF-8; integer, unsigned, number: 8 bytes; boolean: 1 byte, 0 or 1; unsupported: none;
 *                list: elements, each kind u8 (not list), value length u32, value; at most 1000, more are unsupported
 *   Names are unique; where one is not, its first value counts. C and C++ write it with flagbit_attributes_*, at the
 *   end of this file. "Unsupported" is for bindings: a value of the host language that no rule can match.
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
 *       uint8_t buffer[256];
 *       flagbit_attributes user = flagbit_attributes_begin(buffer, sizeof buffer);
 *       flagbit_attributes_string(&user, "user_id", "usr_123");
 *       flagbit_attributes_string(&user, "plan", "pro");
 *       flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
 *       if (flagbit_evaluate_with(client, "premium-feature", user.buffer, &evaluation) == FLAGBIT_STATUS_OK) {
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

/* Windows finds the symbols of a DLL faster when they are declared so; define FLAGBIT_STATIC to link statically. */
#if defined(_WIN32) && !defined(FLAGBIT_STATIC)
#define FLAGBIT_API __declspec(dllimport)
#else
#define FLAGBIT_API
#endif

#define FLAGBIT_VERSION_MAJOR 0
#define FLAGBIT_VERSION_MINOR 1
#define FLAGBIT_VERSION_PATCH 0
#define FLAGBIT_VERSION "0.1.0"


// The part of the ABI that a binding must find equal.
#define FLAGBIT_ABI_MAJOR 1

// The part of the ABI of which a binding must find at least its own.
#define FLAGBIT_ABI_MINOR 1

// The error_code of an evaluation that has an answer.
#define FLAGBIT_ERROR_CODE_NONE 0

// What a call came to. It says whether the call was well formed and could be carried out; what an evaluation found
// is its own error_code. Numbers are never used again for something else.
enum flagbit_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // The call did what it says.
    FLAGBIT_STATUS_OK = 0,
    // An argument that must not be NULL was NULL.
    FLAGBIT_STATUS_NULL_ARGUMENT = 1,
    // A text was not UTF-8.
    FLAGBIT_STATUS_INVALID_UTF8 = 2,
    // An argument was out of its range, an option unknown or of another type.
    FLAGBIT_STATUS_INVALID_ARGUMENT = 3,
    // A struct_size was smaller than that of version 0.1.
    FLAGBIT_STATUS_BAD_STRUCT_SIZE = 4,
    // A packed context was cut short, inconsistent or of an unknown version.
    FLAGBIT_STATUS_MALFORMED_CONTEXT = 5,
    // A context has an attribute that no rule can match: NaN, an infinity, an unsupported type, or a repeated name.
    FLAGBIT_STATUS_UNSUPPORTED_VALUE = 6,
    // The client is closed.
    FLAGBIT_STATUS_CLOSED = 10,
    // The time ran out.
    FLAGBIT_STATUS_TIMEOUT = 11,
    // The buffer is too small; the needed size was written.
    FLAGBIT_STATUS_BUFFER_TOO_SMALL = 12,
    // The snapshot is refused; what was in force stays.
    FLAGBIT_STATUS_SNAPSHOT_REFUSED = 20,
    // A file could not be read.
    FLAGBIT_STATUS_IO = 30,
    // A thread could not be started.
    FLAGBIT_STATUS_THREAD = 31,
    // The server refuses the key or the address: a person must do something.
    FLAGBIT_STATUS_REFUSED = 32,
    // The server could not be reached, or gave no snapshot; what was in force stays.
    FLAGBIT_STATUS_UNAVAILABLE = 33,
    // A fault inside the library was stopped at its border. Nothing but freeing is promised for the objects of the
    // call. Please report it.
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
    // Integer, 0 or 1: check the file each second and follow its changes. The file may be missing at first. Needs FILE.
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
    // String: the path of a file, in UTF-8, that keeps the last good snapshot for a start without the server. The client
    // makes it readable only for its owner. Several processes may share it.
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
    // String: the path of a PEM file, in UTF-8, with the certificate authorities to trust instead of the built-in ones.
    FLAGBIT_OPTION_CA_FILE = 21,
    // Integer, 0 or 1: whether to trust the operating system's certificate authorities instead of the built-in ones.
    FLAGBIT_OPTION_SYSTEM_ROOTS = 22,
    // String, secret: a proxy, `http://[user:password@]host:port`, `https://` or `socks5h://`. Unless set, the client
    // takes the proxy of the environment when it is opened.
    FLAGBIT_OPTION_PROXY = 23,
    // String, secret: an additional header of each request, `Name: value`. Each call adds one.
    FLAGBIT_OPTION_HEADER = 24,
    // String: the language of the caller's code, `c`, `go`, `node` or `python`; `c` unless set. Error messages then name
    // options as that language spells them, such as `server_key=` for Python. A binding sets it first. Since: ABI 1.1.
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
    // No value: see the error_code.
    FLAGBIT_KIND_NONE = 0,
    // On or off: see `enabled`.
    FLAGBIT_KIND_BOOLEAN = 1,
    // A string: see flagbit_evaluate_value.
    FLAGBIT_KIND_STRING = 2,
    // A number: see `number`.
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

// Why an evaluation came out as it did. The numbers are part of the ABI.
enum flagbit_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // No answer from a flag: the caller's default, see the error code.
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

// What an evaluation found instead of an answer: OpenFeature's error codes. The numbers are part of the ABI.
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

// Answers "is this feature on for this user?" from flags in memory.
//
// Methods: flagbit_client_*, flagbit_is_enabled*, flagbit_evaluate*, flagbit_override_*.
// Threads: any number of threads may use one at once, but freeing must be the last thing.
typedef struct flagbit_client flagbit_client;

// The attributes of who asks, prepared for any number of evaluations.
//
// Methods: flagbit_context_new, flagbit_context_free.
// Threads: immutable; any number of threads and clients may use one at once.
typedef struct flagbit_context flagbit_context;

// Why a call failed: a status and a message for people. Made by calls with an `error` argument, where one is asked
// for; the caller frees it.
//
// Threads: immutable, any.
typedef struct flagbit_error flagbit_error;

// The options of a client.
//
// Methods: flagbit_options_new, flagbit_options_set_string, flagbit_options_set_integer, flagbit_options_free.
// Threads: one at a time.
typedef struct flagbit_options flagbit_options;

// Where a text lies in its block. A NUL follows it.
typedef struct flagbit_text {
    // In bytes, from the start of the block's text.
    uint32_t offset;
    // In bytes, without the NUL.
    uint32_t length;
} flagbit_text;

// A list of texts, made by the library and freed by the caller with flagbit_text_list_free. UTF-8.
//
// Threads: immutable, any.
typedef struct flagbit_text_list {
    // `count` places in `text`.
    const struct flagbit_text *items;
    // How many texts there are.
    size_t count;
    // All texts, each followed by a NUL.
    const char *text;
    // The size of all texts in bytes, with their NULs.
    size_t text_length;
} flagbit_text_list;

// What a client knows of itself at one moment. The caller's own memory; `struct_size` is set by the caller.
//
// Later versions only append fields. The library fills what both sides know and zeroes what only the caller knows. The
// texts lie in the buffer of the same call.
typedef struct flagbit_client_report {
    // In: sizeof(flagbit_client_report). Never written.
    uint32_t struct_size;
    // A flagbit_state.
    int32_t state;
    // The generation of the flags in force; 0 before the first.
    uint64_t generation;
    // How many flags are in force, those set aside included.
    uint64_t flags;
    // How many of the snapshot's flags are set aside.
    uint64_t flags_set_aside;
    // How many attributes with an unsupported value evaluations have seen.
    uint64_t unsupported_values;
    // When the source was last read well, in milliseconds since 1970-01-01 UTC; -1 for never.
    int64_t last_success_ms;
    // How many reads failed since the last one that went well.
    uint32_t consecutive_failures;
    // 1 when the snapshot in force states a revision.
    uint32_t has_revision;
    // The revision that the snapshot states.
    struct flagbit_text revision;
    // Where the flags come from, in words.
    struct flagbit_text source;
    // Why the last read failed; empty after one that went well.
    struct flagbit_text last_error;
} flagbit_client_report;

// What an evaluation came to. The caller's own memory; `struct_size` is set by the caller before each call.
//
// Later versions only append fields. The library fills what both sides know and zeroes what only the caller knows.
typedef struct flagbit_evaluation {
    // In: sizeof(flagbit_evaluation). Never written.
    uint32_t struct_size;
    // A flagbit_error_code, or FLAGBIT_ERROR_CODE_NONE.
    int32_t error_code;
    // A flagbit_reason.
    int32_t reason;
    // A flagbit_kind.
    int32_t kind;
    // The rule that decided, counted from 0; -1 where none did.
    int32_t rule_index;
    // 1 when the feature is on, 0 when it is off. Of a flag of another kind than BOOLEAN, whether it is switched on: who
    // asks for on or off looks at `kind` too. Where there is an error_code, use your default instead.
    uint32_t enabled;
    // The value of a NUMBER flag; 0 for the other kinds.
    double number;
    // Which variant of a typed flag, unique in the process for one variant of one snapshot; 0 for a BOOLEAN flag. What was
    // made of a variant's text once may be kept under this number.
    uint64_t variant_id;
    // The generation of the client's flags that answered.
    uint64_t generation;
    // 1 when the flag answers everybody alike, since it has no rules: OpenFeature's STATIC. The reason is DEFAULT then.
    uint32_t is_static;
    // 0.
    uint32_t reserved;
} flagbit_evaluation;

// One flag's part of a flagbit_evaluations.
typedef struct flagbit_flag_evaluation {
    // The flag's key, in the block's text.
    struct flagbit_text key;
    // The name of what the flag serves, in the block's text, as in flagbit_evaluate_value.
    struct flagbit_text variant;
    // Its value as text, in the block's text.
    struct flagbit_text value;
    // What the flag answers. Last, since it is what grows.
    struct flagbit_evaluation evaluation;
} flagbit_flag_evaluation;

// The evaluations of all flags, made by the library and freed by the caller with flagbit_evaluations_free.
//
// Threads: immutable, any.
typedef struct flagbit_evaluations {
    // `count` items of `item_size` bytes each, sorted by key. Step by `item_size`: later versions have larger items.
    const struct flagbit_flag_evaluation *items;
    // How many flags there are.
    size_t count;
    // The size of an item in bytes.
    size_t item_size;
    // All keys, variants and values, each followed by a NUL.
    const char *text;
    // The size of all texts in bytes, with their NULs.
    size_t text_length;
    // The generation of the client's flags that answered.
    uint64_t generation;
} flagbit_evaluations;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The library's version, such as `0.1.0`.
//
// Ownership: the text is static. Threads: any.
// Since: 0.1
FLAGBIT_API const char *flagbit_version(void);

// The library's ABI: `major << 16 | minor`. A program needs the major number that it was compiled with, and at least
// that minor number: compare with FLAGBIT_ABI_MAJOR and FLAGBIT_ABI_MINOR.
//
// Threads: any.
// Since: 0.1
FLAGBIT_API uint32_t flagbit_abi_version(void);

// What a status means, in English.
//
// Ownership: the text is static. Threads: any. Errors: none; an unknown number gives a text that says so.
// Since: 0.1
FLAGBIT_API const char *flagbit_status_message(int32_t status);

// The name of a reason, such as `targeting_match`.
//
// Ownership: the text is static. Threads: any. Errors: an unknown number gives `unknown`.
// Since: 0.1
FLAGBIT_API const char *flagbit_reason_name(int32_t reason);

// OpenFeature's name of an error code, such as `FLAG_NOT_FOUND`; the empty text for FLAGBIT_ERROR_CODE_NONE.
//
// Ownership: the text is static. Threads: any. Errors: an unknown number gives `unknown`.
// Since: 0.1
FLAGBIT_API const char *flagbit_error_code_name(int32_t error_code);

// The name of a client's state, such as `ready`.
//
// Ownership: the text is static. Threads: any. Errors: an unknown number gives `unknown`.
// Since: 0.1
FLAGBIT_API const char *flagbit_state_name(int32_t state);

// Frees a list of texts. NULL is allowed.
//
// Since: 0.1
FLAGBIT_API void flagbit_text_list_free(struct flagbit_text_list *list);

// The status that the failed call returned.
//
// Errors: NULL gives FLAGBIT_STATUS_NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API int32_t flagbit_error_status(const struct flagbit_error *error);

// What went wrong, where, and what to do: `flags[3].key: duplicate key "a", already at flags[1]`. UTF-8, ends with
// NUL.
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
// Ownership: the caller frees the context, when no evaluation uses it any more.
// Errors: NULL_ARGUMENT, MALFORMED_CONTEXT, INVALID_UTF8; UNSUPPORTED_VALUE for an attribute that no rule can match,
// which the error's message names.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_context_new(const uint8_t *packed,
                                   size_t packed_length,
                                   struct flagbit_context **context,
                                   struct flagbit_error **error);

// Frees a context. NULL is allowed.
//
// Since: 0.1
FLAGBIT_API void flagbit_context_free(struct flagbit_context *context);

// Makes an empty set of options.
//
// Ownership: the caller frees it, also after a client was opened with it.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_options_new(struct flagbit_options **options);

// Sets an option that is a string. A second value replaces the first one; a second HEADER is added.
//
// option: a flagbit_option. value: UTF-8 of `value_length` bytes, copied. A NUL in it is part of it.
// Errors: NULL_ARGUMENT; INVALID_UTF8, but of SNAPSHOT, VALUES and BOOTSTRAP flagbit_client_open checks the text;
// INVALID_ARGUMENT if the option is unknown or not a string, or if the value does not have its form.
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
// Errors: NULL_ARGUMENT; INVALID_ARGUMENT if the option is unknown or not an integer, or if the value is out of its range.
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

// Opens a client. Reads the text or file once; never waits for a network: see flagbit_client_wait_until_ready.
//
// options: borrowed for the call.
// Ownership: the caller frees the client.
// Errors: NULL_ARGUMENT, INVALID_ARGUMENT, SNAPSHOT_REFUSED, IO, THREAD; the error's message says what and where.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_open(const struct flagbit_options *options,
                                   struct flagbit_client **client,
                                   struct flagbit_error **error);

// Opens a client of a snapshot in memory: flagbit_client_open with the option SNAPSHOT alone.
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

// Puts another snapshot in force, in a client that was opened with the option SNAPSHOT.
//
// snapshot: UTF-8 of `snapshot_length` bytes, borrowed for the call.
// Threads: any, also beside evaluations: each sees the old snapshot or the new one.
// Errors: NULL_ARGUMENT, CLOSED, INVALID_ARGUMENT for a client of another source; SNAPSHOT_REFUSED, with the place in
// the error's message: what was in force stays.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_load(const struct flagbit_client *client,
                                   const char *snapshot,
                                   size_t snapshot_length,
                                   struct flagbit_error **error);

// flagbit_client_refresh_within with 30 seconds.
//
// Threads: any. Blocks: while the file is read, or for a fetch.
// Errors: as flagbit_client_refresh_within.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_client_refresh(const struct flagbit_client *client, struct flagbit_error **error);

// Fetches the flags now, or reads the client's file, whether or not there seems to be a change. Does nothing for a
// snapshot in memory.
//
// Threads: any. Blocks: while the file is read, or for up to `timeout_ms` milliseconds for a fetch, which goes on in
// the background then; closing the client ends it.
// Errors: NULL_ARGUMENT, CLOSED, IO, SNAPSHOT_REFUSED, REFUSED, UNAVAILABLE, TIMEOUT: what was in force stays.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_refresh_within(const struct flagbit_client *client,
                                             uint64_t timeout_ms,
                                             struct flagbit_error **error);

// Waits until the client has something to serve.
//
// Threads: any. Blocks: for up to `timeout_ms` milliseconds; closing the client ends it.
// Errors: NULL_ARGUMENT, TIMEOUT, CLOSED; REFUSED at once where there is nothing to serve and the server refuses the
// key or the address (401, 403, 404): the client's status tells in words.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_client_wait_until_ready(const struct flagbit_client *client, uint64_t timeout_ms);

// Waits for a change of the flags or of the state, or a line for the log.
//
// seen: the number of the last event that the caller has seen; 0 is before all. event: receives the latest one's.
// After it, ask flagbit_client_changes and flagbit_client_take_log.
// Threads: any number may wait at once. Blocks: for up to `timeout_ms` milliseconds; closing the client ends it.
// Errors: NULL_ARGUMENT, TIMEOUT, CLOSED.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_wait(const struct flagbit_client *client,
                                   uint64_t seen,
                                   uint64_t timeout_ms,
                                   uint64_t *event);

// Wakes those who are in flagbit_client_wait, as a change would: for a binding that ends one of its listeners.
//
// Threads: any. Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_client_wake(const struct flagbit_client *client);

// The keys of the flags that changed after a generation, sorted.
//
// all: receives true where any flag may have changed; the list is empty then. generation: receives the one in force.
// Ownership: the caller frees the list. Threads: any.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_changes(const struct flagbit_client *client,
                                      uint64_t since,
                                      struct flagbit_text_list **keys,
                                      bool *all,
                                      uint64_t *generation);

// Takes the lines that the library has for the host's log out of their ring: `warning: ...` or `info: ...`. The ring
// keeps the latest 256.
//
// Ownership: the caller frees the list. Threads: any; a line is given once.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_take_log(const struct flagbit_client *client,
                                       struct flagbit_text_list **lines);

// The keys of the flags in force, sorted, those set aside included.
//
// Ownership: the caller frees the list. Threads: any.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_client_flags(const struct flagbit_client *client, struct flagbit_text_list **keys);

// What is wrong with the flags of the snapshot that are set aside, in the snapshot's order:
// `flags[3].rules[0].value: a percentage is a number from 0 to 100, found 101`.
//
// Ownership: the caller frees the list. Threads: any.
// Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_warnings(const struct flagbit_client *client,
                                       struct flagbit_text_list **warnings);

// The revision that the snapshot of a generation stated; empty where it stated none. The latest 64 generations are
// remembered: evaluate again where an evaluation's is forgotten.
//
// buffer: receives the text and a NUL. needed: receives the size that this takes; may be NULL.
// Threads: any.
// Errors: NULL_ARGUMENT, INVALID_ARGUMENT for a generation that is forgotten or never was, BUFFER_TOO_SMALL (only
// `needed` is written then).
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_revision(const struct flagbit_client *client,
                                       uint64_t generation,
                                       char *buffer,
                                       size_t capacity,
                                       size_t *needed);

// Why an evaluation gave no answer, in words: `no flag "x" among the 25 in force`.
//
// key: UTF-8 of `key_length` bytes. error_code: the evaluation's. buffer: receives the text and a NUL. needed: receives
// the size that this takes; may be NULL.
// Threads: any.
// Errors: NULL_ARGUMENT, INVALID_UTF8, INVALID_ARGUMENT for an unknown error_code, BUFFER_TOO_SMALL (only `needed` is
// written then).
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_error_message(const struct flagbit_client *client,
                                            const char *key,
                                            size_t key_length,
                                            int32_t error_code,
                                            char *buffer,
                                            size_t capacity,
                                            size_t *needed);

// Closes a client: from here on its evaluations give the default with PROVIDER_NOT_READY, and those who wait return.
// May be called more than once and beside anything else but flagbit_client_free; returns at once.
//
// Threads: any. Errors: NULL_ARGUMENT.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_client_close(const struct flagbit_client *client);

// Closes and frees a client. NULL is allowed. No other call may use the client at the same time or later.
//
// Since: 0.1
FLAGBIT_API void flagbit_client_free(struct flagbit_client *client);

// Reports how a client is doing.
//
// report: its struct_size is set by the caller. buffer: receives the texts, each followed by a NUL. needed: receives
// the size that they take; may be NULL. `report` is written only when the status is OK.
// Threads: any.
// Errors: NULL_ARGUMENT, BAD_STRUCT_SIZE, BUFFER_TOO_SMALL (only `needed` is written then).
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_client_status(const struct flagbit_client *client,
                                     struct flagbit_client_report *report,
                                     char *buffer,
                                     size_t capacity,
                                     size_t *needed);

// Whether a flag is on for a context; `default_value` where there is no answer, or where the call is not well formed.
//
// key: ends with NUL. context: NULL is a context without attributes.
// Threads: any, concurrently on one client. Blocks: never. Allocates: for the search of a regular expression alone.
// Errors: none, `default_value` stands for all; flagbit_evaluate tells them apart.
// Since: 0.1
FLAGBIT_API
bool flagbit_is_enabled(const struct flagbit_client *client,
                        const char *key,
                        const struct flagbit_context *context,
                        bool default_value);

// Like flagbit_is_enabled, but the key has a length and may hold NUL.
//
// Since: 0.1
FLAGBIT_API
bool flagbit_is_enabled_n(const struct flagbit_client *client,
                          const char *key,
                          size_t key_length,
                          const struct flagbit_context *context,
                          bool default_value);

// Like flagbit_is_enabled, with the attributes packed for this one call (see "Packed attributes" above). The buffer's
// own header says how long it is.
//
// packed: NULL is a context without attributes. Unsupported values count as absent and are counted in the status.
// Since: 0.1
FLAGBIT_API
bool flagbit_is_enabled_with(const struct flagbit_client *client,
                             const char *key,
                             const uint8_t *packed,
                             bool default_value);

// Like flagbit_is_enabled_with, but key and buffer have a length.
//
// Since: 0.1
FLAGBIT_API
bool flagbit_is_enabled_with_n(const struct flagbit_client *client,
                               const char *key,
                               size_t key_length,
                               const uint8_t *packed,
                               size_t packed_length,
                               bool default_value);

// Evaluates a flag for a context. An unknown flag, a client without a snapshot or a closed one and a flag that is set
// aside are answers: FLAGBIT_STATUS_OK with an error_code.
//
// key: ends with NUL. context: NULL is a context without attributes. evaluation: its struct_size is set by the
// caller; written only when the status is OK.
// Threads: any, concurrently on one client. Blocks: never. Allocates: for the search of a regular expression alone.
// Errors: NULL_ARGUMENT, INVALID_UTF8, BAD_STRUCT_SIZE.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate(const struct flagbit_client *client,
                                const char *key,
                                const struct flagbit_context *context,
                                struct flagbit_evaluation *evaluation);

// Like flagbit_evaluate, but the key has a length and may hold NUL.
//
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate_n(const struct flagbit_client *client,
                                  const char *key,
                                  size_t key_length,
                                  const struct flagbit_context *context,
                                  struct flagbit_evaluation *evaluation);

// Like flagbit_evaluate, with the attributes packed for this one call (see "Packed attributes" above). The buffer's
// own header says how long it is.
//
// packed: NULL is a context without attributes. Unsupported values count as absent and are counted in the status.
// Errors: also MALFORMED_CONTEXT.
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate_with(const struct flagbit_client *client,
                                     const char *key,
                                     const uint8_t *packed,
                                     struct flagbit_evaluation *evaluation);

// Like flagbit_evaluate_with, but key and buffer have a length.
//
// Since: 0.1
FLAGBIT_API
flagbit_status flagbit_evaluate_with_n(const struct flagbit_client *client,
                                       const char *key,
                                       size_t key_length,
                                       const uint8_t *packed,
                                       size_t packed_length,
                                       struct flagbit_evaluation *evaluation);

// Evaluates a flag of any kind like flagbit_evaluate_n, and copies the variant's name and its value as text: a string
// itself, a number as JavaScript writes it, an object or a list as JSON. A BOOLEAN flag has the variants `on` and `off`
// with the values `true` and `false`. Where there is an error_code both are empty.
//
// evaluation: its struct_size is set by the caller. variant, value: receive where in the buffer the texts lie. buffer:
// receives both, each followed by a NUL. needed: receives the size that they take; may be NULL.
// Threads: any, concurrently on one client. Blocks: never.
// Errors: NULL_ARGUMENT, INVALID_UTF8, BAD_STRUCT_SIZE, BUFFER_TOO_SMALL (only `needed` is written then; the next call
// may need more, where the flags change between the two).
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

// Evaluates all flags for a context, against one state of the client.
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

// Frees evaluations. NULL is allowed.
//
// Since: 0.1
FLAGBIT_API void flagbit_evaluations_free(struct flagbit_evaluations *evaluations);

// Explains a flag's answer for a context as JSON: each rule that was tried, what it compared and why it did or did not
// hold (docs/concepts/explain.md has the fields). Holds values of the context: for support and tests, not for logs.
//
// key: UTF-8 of `key_length` bytes. context: NULL is a context without attributes. buffer: receives the text and a NUL.
// needed: receives the size that this takes; may be NULL.
// Threads: any. Allocates, and takes microseconds: not for hot paths.
// Errors: NULL_ARGUMENT, INVALID_UTF8, BUFFER_TOO_SMALL (only `needed` is written then).
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

// Lets flags answer everybody alike, above the snapshot's answers, until flagbit_override_end. Of several overrides of
// a flag the latest wins. Flags that ask an overridden flag (flag_is) go on with the snapshot's answer.
//
// values: JSON of `values_length` bytes, `{"KEY": true, "OTHER": "dark", ...}`, as in the option VALUES. id: receives a number for flagbit_override_end.
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
// Errors: NULL_ARGUMENT; INVALID_ARGUMENT when no override of that id is in force.
// Since: 0.1
FLAGBIT_API flagbit_status flagbit_override_end(const struct flagbit_client *client, uint64_t id);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* FLAGBIT_H */

#ifndef FLAGBIT_ATTRIBUTES_H
#define FLAGBIT_ATTRIBUTES_H

/* Packing attributes into a buffer of one's own: no call into the library, no allocation.
 *
 * A buffer (of at least 8 bytes) that turns out too small is not written beyond its end: the library then refuses it
 * with FLAGBIT_STATUS_MALFORMED_CONTEXT. flagbit_attributes_ok tells before. Since: 0.1
 */

// The size of a packed buffer without attributes.
#define FLAGBIT_ATTRIBUTES_HEADER 8

// Attributes on their way into a caller's buffer. Threads: one at a time.
typedef struct flagbit_attributes {
    // What is passed to flagbit_evaluate_with, flagbit_context_new and the like.
    uint8_t *buffer;
    // The buffer's size in bytes.
    size_t capacity;
    // The size of what is packed so far; 0 once something did not fit.
    size_t length;
    // Where the length of the list that was begun last lies; 0 where there is none.
    size_t list;
} flagbit_attributes;

// Writes a 32-bit length.
static inline void flagbit_attributes_write_length(uint8_t *out, size_t length) {
    for (int byte = 0; byte < 4; byte++) {
        out[byte] = (uint8_t)(length >> (8 * byte));
    }
}

// Writes the length of a packed buffer into its header; 0 there is no length that the library accepts.
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

// Whether everything fitted.
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

// Appends an element to the list that was begun last, of any kind but LIST; the other functions call this one.
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

// Appends a string. Name and value end with NUL; see flagbit_attributes_append for texts with a length.
static inline void flagbit_attributes_string(flagbit_attributes *attributes, const char *name, const char *value) {
    flagbit_attributes_append(attributes, FLAGBIT_ATTRIBUTE_KIND_STRING, name, strlen(name), value, strlen(value));
}

// Appends an integer.
static inline void flagbit_attributes_integer(flagbit_attributes *attributes, const char *name, int64_t value) {
    flagbit_attributes_append_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_INTEGER, name, (uint64_t)value);
}

// Appends an integer, also one above INT64_MAX.
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

// Begins a list, which is empty so far: the functions of items append to it, up to the next attribute.
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

// Appends an integer to the list, also one above INT64_MAX.
static inline void flagbit_attributes_item_unsigned(flagbit_attributes *attributes, uint64_t value) {
    flagbit_attributes_append_item_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_UNSIGNED, value);
}

// Appends a number to the list. With NaN or an infinity in it the whole list counts as absent.
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

#endif /* FLAGBIT_ATTRIBUTES_H */
