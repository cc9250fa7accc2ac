// Any bytes as packed attributes: refused, or the same answers as from a context that is built of them. The same
// attributes in structs are refused with the same status, or give the same answers.
#include "borrowed.h"
#include <flagbit.h>

// A flag with the first operators, and a typed one with all others.
static const char SNAPSHOT[] =
    "{\"segments\": {\"beta\": {\"rules\": [{\"attribute\": \"plan\", \"operator\": \"in\", \"value\": [\"beta\"]},"
    "{\"attribute\": \"plan\", \"operator\": \"percent\", \"value\": 30}]}},"
    "\"flags\": [{\"key\": \"f\", \"enabled\": true, \"rules\": ["
    "{\"attribute\": \"plan\", \"operator\": \"in\", \"value\": [\"pro\", \"true\", 33, 1.5]},"
    "{\"attribute\": \"plan\", \"operator\": \"contains\", \"value\": \"e\"},"
    "{\"conditions\": [{\"attribute\": \"age\", \"operator\": \"neq\", \"value\": 33}, {\"operator\": \"percent\", "
    "\"value\": 50}], \"value\": false},"
    "{\"operator\": \"percent\", \"value\": 50}]},"
    "{\"key\": \"t\", \"enabled\": true, \"variants\": {\"a\": 1, \"b\": 2.5, \"c\": -3}, \"default\": \"c\", "
    "\"rules\": ["
    "{\"conditions\": [{\"attribute\": \"plan\", \"operator\": \"has\", \"value\": [\"pro\", 33, true]}], \"value\": "
    "\"a\"},"
    "{\"conditions\": [{\"attribute\": \"age\", \"operator\": \"gte\", \"value\": 18},"
    "{\"attribute\": \"age\", \"operator\": \"not_lt\", \"value\": \"20\"}], \"value\": \"b\"},"
    "{\"conditions\": [{\"attribute\": \"plan\", \"operator\": \"semver_gt\", \"value\": \"1.2.3-rc.1\"}], \"value\": "
    "\"b\"},"
    "{\"conditions\": [{\"attribute\": \"plan\", \"operator\": \"after\", \"value\": \"2026-07-01T00:00:00Z\"}],"
    "\"value\": \"a\"},"
    "{\"conditions\": [{\"attribute\": \"plan\", \"operator\": \"matches\", \"value\": \"^[a-f]+(x|y)?\\\\d{2,}$\"}],"
    "\"value\": \"b\"},"
    "{\"conditions\": [{\"attribute\": \"plan\", \"operator\": \"not_starts_with\", \"value\": [\"x\", \"y\"]},"
    "{\"attribute\": \"age\", \"operator\": \"exists\"}], \"value\": {\"split\": [[\"a\", 50], [\"b\", 50]]}},"
    "{\"conditions\": [{\"operator\": \"in_segment\", \"value\": \"beta\"},"
    "{\"operator\": \"flag_is\", \"attribute\": \"f\", \"value\": true}],"
    "\"value\": {\"split\": [[\"a\", 33.333], [\"b\", 66.667]], \"by\": \"plan\"}},"
    "{\"conditions\": [{\"attribute\": \"@now\", \"operator\": \"before\", \"value\": \"2020-01-01T00:00:00Z\"}],"
    "\"value\": \"a\"}]}]}";

static const char *const KEYS[] = {"f", "t"};

enum { TEXT = 128, EXPLANATION = 1 << 16 };

// The same evaluation with its texts, from packed attributes where there is no context.
static void check_value(const flagbit_client *client, const char *key, const flagbit_context *context,
                        const uint8_t *data, size_t size, const flagbit_evaluation *expected) {
    flagbit_evaluation found = {.struct_size = sizeof found};
    flagbit_text variant, value;
    char text[TEXT];
    const flagbit_status status =
        context != NULL
            ? flagbit_evaluate_value(client, key, 1, context, &found, &variant, &value, text, sizeof text, NULL)
            : flagbit_evaluate_value_with(client, key, 1, data, size, &found, &variant, &value, text, sizeof text,
                                          NULL);
    check(status == FLAGBIT_STATUS_OK && memcmp(&found, expected, sizeof found) == 0);
    check(strlen(text + variant.offset) == variant.length && strlen(text + value.offset) == value.length);
    check(variant.length > 0 && value.length > 0);
}

// The same question with structs.
static void check_borrowed(const flagbit_client *client, const char *key, const borrowed *made, flagbit_status status,
                           const flagbit_evaluation *expected, flagbit_status built, const char *explanation) {
    flagbit_evaluation found = {.struct_size = sizeof found};
    const size_t size = sizeof *made->rows;
    static char explained[EXPLANATION];
    check(flagbit_evaluate_of_n(client, key, 1, made->rows, made->count, size, &found) == status);
    check(status != FLAGBIT_STATUS_OK || memcmp(&found, expected, sizeof found) == 0);
    check(flagbit_explain_of(client, key, 1, made->rows, made->count, size, explained, EXPLANATION, NULL) == status);
    check(status != FLAGBIT_STATUS_OK || strcmp(explained, explanation) == 0);
    flagbit_context *context = NULL;
    check(flagbit_context_new_of(made->rows, made->count, size, &context, NULL) == built);
    flagbit_context_free(context);
}

static void check_flag(const flagbit_client *client, const char *key, const uint8_t *data, size_t size) {
    flagbit_evaluation packed = {.struct_size = sizeof packed};
    const flagbit_status evaluated = flagbit_evaluate_with_n(client, key, 1, data, size, &packed);
    static char explained[EXPLANATION], again[EXPLANATION];
    const flagbit_status explaining = flagbit_explain_with(client, key, 1, data, size, explained, EXPLANATION, NULL);
    flagbit_context *context = NULL;
    const flagbit_status built = flagbit_context_new(data, size, &context, NULL);
    static borrowed structs;
    if (size > FLAGBIT_ATTRIBUTES_HEADER && borrow(&structs, data, size)) {
        check_borrowed(client, key, &structs, evaluated, &packed, built, explained);
    }
    if (evaluated != FLAGBIT_STATUS_OK) {
        check(built == evaluated && explaining == evaluated && context == NULL);
        return;
    }
    check(explaining == FLAGBIT_STATUS_OK && packed.error_code == FLAGBIT_ERROR_CODE_NONE);
    check_value(client, key, NULL, data, size, &packed);
    if (built != FLAGBIT_STATUS_OK) {
        check(built == FLAGBIT_STATUS_UNSUPPORTED_VALUE);
        return;
    }
    flagbit_evaluation prepared = {.struct_size = sizeof prepared};
    check(flagbit_evaluate(client, key, context, &prepared) == FLAGBIT_STATUS_OK);
    check(memcmp(&packed, &prepared, sizeof packed) == 0);
    check_value(client, key, context, NULL, 0, &packed);
    check(flagbit_explain(client, key, 1, context, again, EXPLANATION, NULL) == FLAGBIT_STATUS_OK);
    check(strcmp(explained, again) == 0);
    flagbit_context_free(context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static flagbit_client *client = NULL;
    if (client == NULL) {
        check(flagbit_client_from_snapshot(SNAPSHOT, sizeof SNAPSHOT - 1, &client, NULL) == FLAGBIT_STATUS_OK);
    }
    for (size_t index = 0; index < sizeof KEYS / sizeof *KEYS; index++) {
        check_flag(client, KEYS[index], data, size);
    }
    return 0;
}
