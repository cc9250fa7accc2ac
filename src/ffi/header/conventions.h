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
