/* Typed flags: their answers and the texts, in both forms of the call. */
#include "support.h"

static const char SNAPSHOT[] =
    "[{\"key\": \"theme\", \"enabled\": true, \"variants\": {\"light\": \"#fff\", \"dark\": \"a\\u0000b\", \"none\": "
    "\"\"},"
    "  \"default\": \"light\", \"off\": \"none\", \"rules\": ["
    "  {\"conditions\": [{\"attribute\": \"plan\", \"operator\": \"eq\", \"value\": \"pro\"}], \"value\": \"dark\"},"
    "  {\"conditions\": [{\"attribute\": \"plan\", \"operator\": \"eq\", \"value\": \"beta\"}],"
    "   \"value\": {\"split\": [[\"none\", 100]], \"by\": \"plan\"}}]},"
    " {\"key\": \"limit\", \"enabled\": true, \"variants\": {\"few\": 10.50, \"many\": 1e21}, \"default\": \"few\","
    "  \"rules\": [{\"conditions\": [], \"value\": \"many\"}]},"
    " {\"key\": \"config\", \"enabled\": false, \"variants\": {\"on\": {\"b\": [1, 1.0, null], \"a\": \"\\u00fc\"}, "
    "\"off\": []},"
    "  \"default\": \"off\", \"off\": \"on\"},"
    " {\"key\": \"plain\", \"enabled\": true, \"default_enabled\": true},"
    " {\"key\": \"nul\\u0000key\", \"enabled\": true, \"variants\": {\"a\": \"x\", \"b\": \"y\"}, \"default\": \"b\"},"
    " {\"key\": \"odd\", \"enabled\": true, \"variants\": {\"a\": \"x\", \"b\": 1}, \"default\": \"a\"}]";

typedef struct expectation {
    int32_t error_code, reason, rule_index, kind;
    uint32_t enabled;
    double number;
    const char *variant, *value;
    size_t value_length;
} expectation;

/* The texts that flagbit_evaluate_value wrote. */
typedef struct typed_answer {
    flagbit_evaluation evaluation;
    flagbit_text variant, value;
    char buffer[128];
    size_t needed;
} typed_answer;

static typed_answer untouched(void) {
    typed_answer answer;
    memset(&answer, 0xA5, sizeof answer);
    answer.evaluation.struct_size = sizeof answer.evaluation;
    return answer;
}

static void check_answer(const typed_answer *found, expectation expected) {
    const flagbit_evaluation *evaluation = &found->evaluation;
    CHECK(evaluation->error_code == expected.error_code && evaluation->reason == expected.reason);
    CHECK(evaluation->rule_index == expected.rule_index && evaluation->kind == expected.kind);
    CHECK(evaluation->enabled == expected.enabled && evaluation->number == expected.number);
    CHECK((evaluation->variant_id != 0) == (expected.kind > FLAGBIT_KIND_BOOLEAN));
    CHECK(evaluation->generation == 1);
    const size_t length = strlen(expected.variant);
    CHECK(found->variant.length == length && found->value.length == expected.value_length);
    CHECK(memcmp(found->buffer + found->variant.offset, expected.variant, length + 1) == 0);
    CHECK(memcmp(found->buffer + found->value.offset, expected.value, expected.value_length + 1) == 0);
    CHECK(found->needed == length + 1 + expected.value_length + 1);
}

/* Asks with a context, with packed attributes, and for evaluations without texts: all must agree. */
static void expect(const flagbit_client *client, const char *key, size_t length, const char *plan,
                   expectation expected) {
    uint8_t packed[64];
    flagbit_attributes attributes = flagbit_attributes_begin(packed, sizeof packed);
    if (plan != NULL) {
        flagbit_attributes_string(&attributes, "plan", plan);
    }
    flagbit_context *context = NULL;
    CHECK_OK(flagbit_context_new(packed, attributes.length, &context, NULL));
    typed_answer one = untouched(), other = untouched();
    CHECK_OK(flagbit_evaluate_value(client, key, length, context, &one.evaluation, &one.variant, &one.value, one.buffer,
                                    sizeof one.buffer, &one.needed));
    check_answer(&one, expected);
    CHECK_OK(flagbit_evaluate_value_with(client, key, length, packed, attributes.length, &other.evaluation,
                                         &other.variant, &other.value, other.buffer, sizeof other.buffer,
                                         &other.needed));
    check_answer(&other, expected);
    flagbit_evaluation plain = untouched().evaluation;
    CHECK_OK(flagbit_evaluate_n(client, key, length, context, &plain));
    CHECK(memcmp(&plain, &one.evaluation, sizeof plain) == 0);
    CHECK(memcmp(&plain, &other.evaluation, sizeof plain) == 0);
    for (int by_default = 0; by_default <= 1; by_default++) {
        /* A typed flag does not answer whether a feature is on. */
        const bool fallback = by_default == 1;
        const bool answer = expected.kind == FLAGBIT_KIND_BOOLEAN ? expected.enabled == 1 : fallback;
        CHECK(flagbit_is_enabled_n(client, key, length, context, fallback) == answer);
        CHECK(flagbit_is_enabled_with_n(client, key, length, packed, attributes.length, fallback) == answer);
    }
    flagbit_context_free(context);
}

static void what_flags_answer(const flagbit_client *client) {
    const int32_t none = FLAGBIT_ERROR_CODE_NONE, error = FLAGBIT_REASON_ERROR, string = FLAGBIT_KIND_STRING;
    const int32_t match = FLAGBIT_REASON_TARGETING_MATCH, by_default = FLAGBIT_REASON_DEFAULT;
    const expectation light = {none, by_default, -1, string, 1, 0, "light", "#fff", 4};
    expect(client, "theme", 5, NULL, light);
    expect(client, "theme and more", 5, "free", light); /* no byte beyond the length is read */
    expect(client, "theme", 5, "pro", (expectation){none, match, 0, string, 1, 0, "dark", "a\0b", 3});
    expect(client, "theme", 5, "beta",
           (expectation){none, FLAGBIT_REASON_PERCENTAGE_ROLLOUT, 1, string, 1, 0, "none", "", 0});
    expect(client, "limit", 5, NULL, (expectation){none, match, 0, FLAGBIT_KIND_NUMBER, 1, 1e21, "many", "1e+21", 5});
    expect(client, "config", 6, NULL,
           (expectation){none, FLAGBIT_REASON_DISABLED, -1, FLAGBIT_KIND_JSON, 0, 0, "on",
                         "{\"b\":[1,1.0,null],\"a\":\"\xC3\xBC\"}", 27});
    expect(client, "plain", 5, NULL, (expectation){none, by_default, -1, FLAGBIT_KIND_BOOLEAN, 1, 0, "on", "true", 4});
    expect(client, "nul\0key", 7, NULL, (expectation){none, by_default, -1, string, 1, 0, "b", "y", 1});
    expect(client, "odd", 3, NULL, (expectation){FLAGBIT_ERROR_CODE_PARSE_ERROR, error, -1, 0, 0, 0, "", "", 0});
    expect(client, "what", 4, NULL, (expectation){FLAGBIT_ERROR_CODE_FLAG_NOT_FOUND, error, -1, 0, 0, 0, "", "", 0});
}

static uint64_t variant_id(const flagbit_client *client, const char *plan) {
    uint8_t packed[64];
    flagbit_attributes attributes = flagbit_attributes_begin(packed, sizeof packed);
    flagbit_attributes_string(&attributes, "plan", plan);
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_OK(flagbit_evaluate_with(client, "theme", packed, &evaluation));
    return evaluation.variant_id;
}

/* A variant keeps its number while its snapshot is in force, and no other ever gets it. */
static void a_number_is_one_variants(const flagbit_client *client) {
    flagbit_client *other = open_text(SNAPSHOT);
    uint64_t seen[6] = {variant_id(client, "free"), variant_id(client, "pro"), variant_id(other, "free"),
                        variant_id(other, "pro")};
    CHECK(variant_id(client, "free") == seen[0] && variant_id(client, "pro") == seen[1]);
    CHECK_OK(load_text(other, SNAPSHOT));
    seen[4] = variant_id(other, "free"), seen[5] = variant_id(other, "pro");
    for (size_t index = 0; index < 6; index++) {
        for (size_t before = 0; before < index; before++) {
            CHECK(seen[before] != seen[index]);
        }
    }
    flagbit_client_free(other);
}

static void a_buffer_that_is_too_small_is_told_the_size(const flagbit_client *client) {
    flagbit_client *long_one = NULL;
    char values[5000] = "{\"long\": \"";
    memset(values + strlen(values), 'x', 4000);
    strcat(values, "\"}");
    flagbit_options *options = NULL;
    CHECK_OK(flagbit_options_new(&options));
    CHECK_OK(flagbit_options_set_string(options, FLAGBIT_OPTION_VALUES, values, strlen(values), NULL));
    CHECK_OK(flagbit_client_open(options, &long_one, NULL));
    flagbit_options_free(options);
    typed_answer answer = untouched(), before = answer;
    before.needed = sizeof "override" + 4001;
    CHECK_STATUS(flagbit_evaluate_value(long_one, "long", 4, NULL, &answer.evaluation, &answer.variant, &answer.value,
                                        answer.buffer, sizeof answer.buffer, &answer.needed),
                 FLAGBIT_STATUS_BUFFER_TOO_SMALL);
    CHECK(memcmp(&answer, &before, sizeof answer) == 0); /* nothing but the size */
    flagbit_client_free(long_one);

    CHECK_OK(flagbit_evaluate_value(client, "theme", 5, NULL, &answer.evaluation, &answer.variant, &answer.value,
                                    answer.buffer, sizeof "light" + sizeof "#fff", NULL));
    CHECK(answer.value.length == 4);
}

static void errors_have_words(const flagbit_client *client) {
    char message[128];
    const int32_t mismatch = FLAGBIT_ERROR_CODE_TYPE_MISMATCH;
    CHECK_OK(flagbit_client_error_message(client, "theme", 5, mismatch, message, sizeof message, NULL));
    CHECK_TEXT(message, "flag \"theme\" is a string flag, not of the type that was asked for");
    CHECK_OK(flagbit_client_error_message(client, "limit", 5, mismatch, message, sizeof message, NULL));
    CHECK_TEXT(message, "flag \"limit\" is a number flag, not of the type that was asked for");
    CHECK_OK(flagbit_client_error_message(client, "plain", 5, mismatch, message, sizeof message, NULL));
    CHECK_TEXT(message, "flag \"plain\" is a boolean flag, not of the type that was asked for");
}

static void a_closed_client_has_no_values(const flagbit_client *client) {
    CHECK_OK(flagbit_client_close(client));
    typed_answer answer = untouched();
    CHECK_OK(flagbit_evaluate_value(client, "theme", 5, NULL, &answer.evaluation, &answer.variant, &answer.value,
                                    answer.buffer, sizeof answer.buffer, &answer.needed));
    CHECK(answer.evaluation.error_code == FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY);
    CHECK(answer.variant.length == 0 && answer.value.length == 0 && answer.needed == 2);
}

int main(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    what_flags_answer(client);
    a_number_is_one_variants(client);
    a_buffer_that_is_too_small_is_told_the_size(client);
    errors_have_words(client);
    a_closed_client_has_no_values(client);
    flagbit_client_free(client);
    return check_finish("value");
}
