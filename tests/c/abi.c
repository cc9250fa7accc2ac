/* The layout of the structs and the numbers that compiled programs rely on. They never change; they only grow. */
#include "check.h"

#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)
#define IS(name, number) _Static_assert((name) == (number), #name)

_Static_assert(sizeof(flagbit_evaluation) == 72, "flagbit_evaluation");
AT(flagbit_evaluation, struct_size, 0);
AT(flagbit_evaluation, error_code, 4);
AT(flagbit_evaluation, reason, 8);
AT(flagbit_evaluation, kind, 12);
AT(flagbit_evaluation, rule_index, 16);
AT(flagbit_evaluation, enabled, 20);
AT(flagbit_evaluation, number, 24);
AT(flagbit_evaluation, variant_id, 32);
AT(flagbit_evaluation, generation, 40);
AT(flagbit_evaluation, is_static, 48);
AT(flagbit_evaluation, reserved, 52);
/* Version 0.1 ended here. */
AT(flagbit_evaluation, integer, 56);
AT(flagbit_evaluation, integer_kind, 64);
AT(flagbit_evaluation, reserved2, 68);

_Static_assert(sizeof(flagbit_client_report) == 80, "flagbit_client_report");
AT(flagbit_client_report, struct_size, 0);
AT(flagbit_client_report, state, 4);
AT(flagbit_client_report, generation, 8);
AT(flagbit_client_report, flags, 16);
AT(flagbit_client_report, flags_set_aside, 24);
AT(flagbit_client_report, unsupported_values, 32);
AT(flagbit_client_report, last_success_ms, 40);
AT(flagbit_client_report, consecutive_failures, 48);
AT(flagbit_client_report, has_revision, 52);
AT(flagbit_client_report, revision, 56);
AT(flagbit_client_report, source, 64);
AT(flagbit_client_report, last_error, 72);

#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(flagbit_attribute) == 64, "flagbit_attribute");
AT(flagbit_attribute, name, 0);
AT(flagbit_attribute, name_length, 8);
AT(flagbit_attribute, kind, 16);
AT(flagbit_attribute, reason, 20);
AT(flagbit_attribute, text, 24);
AT(flagbit_attribute, items, 32);
AT(flagbit_attribute, length, 40);
AT(flagbit_attribute, number, 48);
AT(flagbit_attribute, integer, 56);
#endif

_Static_assert(sizeof(flagbit_text) == 8, "flagbit_text");
AT(flagbit_text, offset, 0);
AT(flagbit_text, length, 4);
AT(flagbit_text_list, items, 0);
AT(flagbit_text_list, count, sizeof(void *));
AT(flagbit_text_list, text, 2 * sizeof(void *));
AT(flagbit_text_list, text_length, 3 * sizeof(void *));
AT(flagbit_flag_evaluation, key, 0);
AT(flagbit_flag_evaluation, variant, 8);
AT(flagbit_flag_evaluation, value, 16);
AT(flagbit_flag_evaluation, evaluation, 24);
AT(flagbit_evaluations, items, 0);
AT(flagbit_evaluations, count, sizeof(void *));
AT(flagbit_evaluations, item_size, 2 * sizeof(void *));
AT(flagbit_evaluations, text, 3 * sizeof(void *));
AT(flagbit_evaluations, text_length, 4 * sizeof(void *));
AT(flagbit_evaluations, generation, 5 * sizeof(void *));

/* In C the enums' types are the integers that cross the border. */
_Static_assert(sizeof(flagbit_status) == 4, "flagbit_status");
_Static_assert(sizeof(flagbit_option) == 4, "flagbit_option");
_Static_assert(sizeof(flagbit_attribute_kind) == 1, "flagbit_attribute_kind");

IS(FLAGBIT_STATUS_OK, 0);
IS(FLAGBIT_STATUS_NULL_ARGUMENT, 1);
IS(FLAGBIT_STATUS_INVALID_UTF8, 2);
IS(FLAGBIT_STATUS_INVALID_ARGUMENT, 3);
IS(FLAGBIT_STATUS_BAD_STRUCT_SIZE, 4);
IS(FLAGBIT_STATUS_MALFORMED_CONTEXT, 5);
IS(FLAGBIT_STATUS_UNSUPPORTED_VALUE, 6);
IS(FLAGBIT_STATUS_CLOSED, 10);
IS(FLAGBIT_STATUS_TIMEOUT, 11);
IS(FLAGBIT_STATUS_BUFFER_TOO_SMALL, 12);
IS(FLAGBIT_STATUS_SNAPSHOT_REFUSED, 20);
IS(FLAGBIT_STATUS_IO, 30);
IS(FLAGBIT_STATUS_THREAD, 31);
IS(FLAGBIT_STATUS_PANIC, 90);
IS(FLAGBIT_OPTION_SNAPSHOT, 1);
IS(FLAGBIT_OPTION_FILE, 2);
IS(FLAGBIT_OPTION_VALUES, 3);
IS(FLAGBIT_OPTION_WATCH, 4);
IS(FLAGBIT_OPTION_MAX_SNAPSHOT_BYTES, 5);
IS(FLAGBIT_KIND_NONE, 0);
IS(FLAGBIT_KIND_BOOLEAN, 1);
IS(FLAGBIT_KIND_STRING, 2);
IS(FLAGBIT_KIND_NUMBER, 3);
IS(FLAGBIT_KIND_JSON, 4);
IS(FLAGBIT_INTEGER_KIND_NONE, 0);
IS(FLAGBIT_INTEGER_KIND_SIGNED, 1);
IS(FLAGBIT_INTEGER_KIND_UNSIGNED, 2);
IS(FLAGBIT_REASON_ERROR, 0);
IS(FLAGBIT_REASON_DISABLED, 1);
IS(FLAGBIT_REASON_TARGETING_MATCH, 2);
IS(FLAGBIT_REASON_PERCENTAGE_ROLLOUT, 3);
IS(FLAGBIT_REASON_DEFAULT, 4);
IS(FLAGBIT_ATTRIBUTE_KIND_NONE, 0);
IS(FLAGBIT_ERROR_CODE_NONE, 0);
IS(FLAGBIT_ERROR_CODE_FLAG_NOT_FOUND, 1);
IS(FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY, 2);
IS(FLAGBIT_ERROR_CODE_PARSE_ERROR, 3);
IS(FLAGBIT_ERROR_CODE_TYPE_MISMATCH, 4);
IS(FLAGBIT_ERROR_CODE_INVALID_CONTEXT, 5);
IS(FLAGBIT_ERROR_CODE_GENERAL, 6);
IS(FLAGBIT_STATE_INITIALIZING, 0);
IS(FLAGBIT_STATE_READY, 1);
IS(FLAGBIT_STATE_ERROR, 3);
IS(FLAGBIT_STATE_CLOSED, 4);
IS(FLAGBIT_ATTRIBUTE_KIND_STRING, 1);
IS(FLAGBIT_ATTRIBUTE_KIND_INTEGER, 2);
IS(FLAGBIT_ATTRIBUTE_KIND_UNSIGNED, 3);
IS(FLAGBIT_ATTRIBUTE_KIND_NUMBER, 4);
IS(FLAGBIT_ATTRIBUTE_KIND_BOOLEAN, 5);
IS(FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, 6);
IS(FLAGBIT_UNSUPPORTED_REASON_UNKNOWN, 0);
IS(FLAGBIT_UNSUPPORTED_REASON_TYPE, 1);
IS(FLAGBIT_UNSUPPORTED_REASON_NULL, 2);
IS(FLAGBIT_UNSUPPORTED_REASON_NESTED_LIST, 3);
IS(FLAGBIT_UNSUPPORTED_REASON_LIST_TOO_LONG, 4);
IS(FLAGBIT_UNSUPPORTED_REASON_NOT_UNICODE, 5);
IS(FLAGBIT_UNSUPPORTED_REASON_NOT_FINITE, 6);
IS(FLAGBIT_UNSUPPORTED_REASON_TOO_LARGE, 7);
IS(FLAGBIT_UNSUPPORTED_REASON_NO_TIME_ZONE, 8);
IS(FLAGBIT_UNSUPPORTED_REASON_TIME_RANGE, 9);
IS(FLAGBIT_UNSUPPORTED_REASON_NAME, 10);
IS(FLAGBIT_UNSUPPORTED_REASON_TOO_DEEP, 11);
IS(FLAGBIT_UNSUPPORTED_REASON_UNREADABLE, 12);
IS(FLAGBIT_ATTRIBUTE_KIND_LIST, 7);

int main(void) {
    /* The rest is checked by the compiler; this is the library that it was compiled for. */
    CHECK(flagbit_abi_version() == (FLAGBIT_ABI_MAJOR << 16 | FLAGBIT_ABI_MINOR));
    return check_finish("abi");
}
