/* Evaluating one flag: all forms of the call, reasons and error codes. */
#include "support.h"

static const char SNAPSHOT[] =
    "[{\"key\": \"off\", \"enabled\": false, \"default_enabled\": true},"
    " {\"key\": \"on\", \"enabled\": true, \"default_enabled\": true},"
    " {\"key\": \"nul\\u0000key\", \"enabled\": true, \"default_enabled\": true},"
    " {\"key\": \"aside\", \"enabled\": true, \"rules\": [{\"attribute\": \"a\", \"operator\": \"later\"}]},"
    " {\"key\": \"rules\", \"enabled\": true, \"default_enabled\": true, \"rules\": ["
    "  {\"conditions\": [{\"attribute\": \"plan\", \"operator\": \"eq\", \"value\": \"banned\"}], \"value\": false},"
    "  {\"attribute\": \"plan\", \"operator\": \"eq\", \"value\": \"pro\"},"
    "  {\"operator\": \"percent\", \"value\": 0}]}]";

typedef struct expectation {
    int32_t error_code;
    int32_t reason;
    int32_t rule_index;
    uint32_t enabled;
} expectation;

static void check_evaluation(const flagbit_evaluation *found, expectation expected) {
    CHECK(found->struct_size == sizeof *found);
    CHECK(found->error_code == expected.error_code);
    CHECK(found->reason == expected.reason);
    CHECK(found->rule_index == expected.rule_index);
    CHECK(found->kind == (expected.error_code == FLAGBIT_ERROR_CODE_NONE ? FLAGBIT_KIND_BOOLEAN : FLAGBIT_KIND_NONE));
    CHECK(found->enabled == expected.enabled);
    CHECK(found->number == 0 && found->variant_id == 0);
    CHECK(found->generation == 1);
}

/* All eight forms must agree. `name` NULL is a context without attributes. */
static void expect(const flagbit_client *client, const char *key, const char *name, const char *value,
                   expectation expected) {
    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    if (name != NULL) {
        flagbit_attributes_string(&attributes, name, value);
    }
    flagbit_context *context = NULL;
    CHECK_OK(flagbit_context_new(buffer, attributes.length, &context, NULL));
    const flagbit_evaluation untouched = {.struct_size = sizeof untouched, .generation = 99};
    flagbit_evaluation evaluation = untouched;
    CHECK_OK(flagbit_evaluate(client, key, context, &evaluation));
    check_evaluation(&evaluation, expected);
    evaluation = untouched;
    CHECK_OK(flagbit_evaluate_n(client, key, strlen(key), context, &evaluation));
    check_evaluation(&evaluation, expected);
    evaluation = untouched;
    CHECK_OK(flagbit_evaluate_with(client, key, buffer, &evaluation));
    check_evaluation(&evaluation, expected);
    evaluation = untouched;
    CHECK_OK(flagbit_evaluate_with_n(client, key, strlen(key), buffer, attributes.length, &evaluation));
    check_evaluation(&evaluation, expected);
    for (int by_default = 0; by_default <= 1; by_default++) {
        const bool fallback = by_default == 1;
        const bool answer = expected.error_code == FLAGBIT_ERROR_CODE_NONE ? expected.enabled == 1 : fallback;
        CHECK(flagbit_is_enabled(client, key, context, fallback) == answer);
        CHECK(flagbit_is_enabled_n(client, key, strlen(key), context, fallback) == answer);
        CHECK(flagbit_is_enabled_with(client, key, buffer, fallback) == answer);
        CHECK(flagbit_is_enabled_with_n(client, key, strlen(key), buffer, attributes.length, fallback) == answer);
    }
    flagbit_context_free(context);
}

static void every_form_gives_the_same(const flagbit_client *client) {
    const int32_t none = FLAGBIT_ERROR_CODE_NONE;
    expect(client, "off", NULL, NULL, (expectation){none, FLAGBIT_REASON_DISABLED, -1, 0});
    expect(client, "on", NULL, NULL, (expectation){none, FLAGBIT_REASON_DEFAULT, -1, 1});
    expect(client, "rules", "plan", "banned", (expectation){none, FLAGBIT_REASON_TARGETING_MATCH, 0, 0});
    expect(client, "rules", "plan", "pro", (expectation){none, FLAGBIT_REASON_TARGETING_MATCH, 1, 1});
    expect(client, "rules", "user_id", "u", (expectation){none, FLAGBIT_REASON_PERCENTAGE_ROLLOUT, 2, 0});
    expect(client, "rules", "other", "x", (expectation){none, FLAGBIT_REASON_DEFAULT, -1, 1});
    expect(client, "aside", NULL, NULL, (expectation){FLAGBIT_ERROR_CODE_PARSE_ERROR, FLAGBIT_REASON_ERROR, -1, 0});
    expect(client, "what", NULL, NULL, (expectation){FLAGBIT_ERROR_CODE_FLAG_NOT_FOUND, FLAGBIT_REASON_ERROR, -1, 0});
    expect(client, "", NULL, NULL, (expectation){FLAGBIT_ERROR_CODE_FLAG_NOT_FOUND, FLAGBIT_REASON_ERROR, -1, 0});
}

static void a_key_with_a_length_may_hold_nul(const flagbit_client *client) {
    CHECK(flagbit_is_enabled_n(client, "nul\0key", 7, NULL, false));
    CHECK(flagbit_is_enabled_with_n(client, "nul\0key", 7, NULL, 0, false));
    CHECK(!flagbit_is_enabled(client, "nul\0key", NULL, false)); /* the flag "nul" */
    CHECK(flagbit_is_enabled_n(client, "only the first two", 0, NULL, true));
    CHECK(flagbit_is_enabled_n(client, "on and on", 2, NULL, false)); /* no byte beyond the length is read */
}

/* In the form without a length the buffer's header says how long it is: bytes behind it are not read. */
static void a_buffer_says_how_long_it_is(const flagbit_client *client) {
    uint8_t buffer[64];
    memset(buffer, 0xA5, sizeof buffer);
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "plan", "banned");
    CHECK(!flagbit_is_enabled_with(client, "rules", buffer, true));
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_STATUS(flagbit_evaluate_with_n(client, "rules", 5, buffer, attributes.length + 1, &evaluation),
                 FLAGBIT_STATUS_MALFORMED_CONTEXT);
}

static void no_context_is_a_context_without_attributes(const flagbit_client *client) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_OK(flagbit_evaluate(client, "rules", NULL, &evaluation));
    CHECK(evaluation.reason == FLAGBIT_REASON_DEFAULT);
    CHECK_OK(flagbit_evaluate_n(client, "rules", 5, NULL, &evaluation));
    CHECK(evaluation.reason == FLAGBIT_REASON_DEFAULT);
    CHECK_OK(flagbit_evaluate_with(client, "rules", NULL, &evaluation));
    CHECK(evaluation.reason == FLAGBIT_REASON_DEFAULT);
    CHECK_OK(flagbit_evaluate_with_n(client, "rules", 5, NULL, 0, &evaluation));
    CHECK(evaluation.reason == FLAGBIT_REASON_DEFAULT);
}

int main(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    every_form_gives_the_same(client);
    a_key_with_a_length_may_hold_nul(client);
    a_buffer_says_how_long_it_is(client);
    no_context_is_a_context_without_attributes(client);
    flagbit_client_free(client);
    return check_finish("evaluate");
}
