// Any bytes as packed attributes: refused, or the same answers as from a context that is built of them.
#include <flagbit.h>
#include <stdlib.h>

static const char SNAPSHOT[] =
    "{\"flags\": [{\"key\": \"f\", \"enabled\": true, \"rules\": ["
    "{\"attribute\": \"plan\", \"operator\": \"in\", \"value\": [\"pro\", \"true\", 33, 1.5]},"
    "{\"attribute\": \"plan\", \"operator\": \"contains\", \"value\": \"e\"},"
    "{\"conditions\": [{\"attribute\": \"age\", \"operator\": \"neq\", \"value\": 33}, {\"operator\": \"percent\", "
    "\"value\": 50}], \"value\": false},"
    "{\"operator\": \"percent\", \"value\": 50}]}]}";

static void check(bool holds) {
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static flagbit_client *client = NULL;
    if (client == NULL) {
        check(flagbit_client_from_snapshot(SNAPSHOT, sizeof SNAPSHOT - 1, &client, NULL) == FLAGBIT_STATUS_OK);
    }
    flagbit_evaluation packed = {.struct_size = sizeof packed};
    const flagbit_status evaluated = flagbit_evaluate_with_n(client, "f", 1, data, size, &packed);
    flagbit_context *context = NULL;
    const flagbit_status built = flagbit_context_new(data, size, &context, NULL);
    if (evaluated != FLAGBIT_STATUS_OK) {
        check(built == evaluated && context == NULL);
        return 0;
    }
    check(packed.error_code == FLAGBIT_ERROR_CODE_NONE);
    if (built != FLAGBIT_STATUS_OK) {
        check(built == FLAGBIT_STATUS_UNSUPPORTED_VALUE);
        return 0;
    }
    flagbit_evaluation prepared = {.struct_size = sizeof prepared};
    check(flagbit_evaluate(client, "f", context, &prepared) == FLAGBIT_STATUS_OK);
    check(packed.enabled == prepared.enabled && packed.reason == prepared.reason &&
          packed.rule_index == prepared.rule_index);
    flagbit_context_free(context);
    return 0;
}
