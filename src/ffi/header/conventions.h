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
