/* Explanations: the whole text of some, in both forms of the call. */
#include "support.h"

static const char SNAPSHOT[] =
    "{\"revision\": 7, \"segments\": {\"beta\": {\"rules\": ["
    "  {\"attribute\": \"user_id\", \"operator\": \"in\", \"value\": [\"u1\"]}]}}, \"flags\": ["
    " {\"key\": \"on\", \"enabled\": true, \"rules\": ["
    "  {\"attribute\": \"plan\", \"operator\": \"eq\", \"value\": \"pro\"}, {\"operator\": \"percent\", \"value\": "
    "0}]},"
    " {\"key\": \"theme\", \"enabled\": true, \"variants\": {\"light\": \"#fff\", \"dark\": \"#000\"}, \"default\": "
    "\"light\","
    "  \"rules\": [{\"conditions\": [{\"attribute\": \"roles\", \"operator\": \"has\", \"value\": \"admin\"},"
    "    {\"attribute\": \"plan\", \"operator\": \"exists\"}], \"value\": \"light\"},"
    "   {\"conditions\": [{\"operator\": \"in_segment\", \"value\": \"beta\"},"
    "    {\"operator\": \"flag_is\", \"attribute\": \"on\", \"value\": false}], \"value\": \"dark\"},"
    "   {\"conditions\": [], \"value\": \"light\"}]},"
    " {\"key\": \"odd\", \"enabled\": 1}]}";

/* The explanation in both forms, which must be the same. The text is good until the next call. */
static const char *explained(const flagbit_client *client, const char *key, const flagbit_attributes *attributes) {
    static char text[4096], other[4096];
    flagbit_context *context = NULL;
    size_t needed = 0;
    CHECK_OK(flagbit_context_new(attributes->buffer, attributes->length, &context, NULL));
    CHECK_OK(flagbit_explain(client, key, strlen(key), context, text, sizeof text, &needed));
    flagbit_context_free(context);
    CHECK(needed == strlen(text) + 1);
    CHECK_OK(flagbit_explain_with(client, key, strlen(key), attributes->buffer, attributes->length, other, sizeof other,
                                  NULL));
    CHECK_TEXT(other, text);
    return text;
}

static void each_rule_is_told(const flagbit_client *client) {
    uint8_t buffer[128];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "user_id", "u1");
    flagbit_attributes_list(&attributes, "roles");
    flagbit_attributes_item_string(&attributes, "dev");
    CHECK_TEXT(
        explained(client, "theme", &attributes),
        "{\"flag_key\":\"theme\",\"enabled\":true,\"kind\":\"string\",\"value\":\"#000\",\"variant\":\"dark\","
        "\"reason\":\"targeting_match\",\"rule_index\":1,\"error_code\":null,"
        "\"error_message\":null,\"revision\":\"7\","
        "\"rules\":["
        "{\"index\":0,\"outcome\":\"not_matched\",\"conditions\":["
        "{\"operator\":\"has\",\"value\":\"admin\",\"holds\":false,\"attribute\":\"roles\",\"found\":[\"dev\"]},"
        "{\"operator\":\"exists\",\"holds\":null,\"attribute\":\"plan\",\"found\":null}],\"serves\":\"light\"},"
        "{\"index\":1,\"outcome\":\"decided\",\"conditions\":["
        "{\"operator\":\"in_segment\",\"value\":\"beta\",\"holds\":true,\"segments\":[{\"segment\":\"beta\",\"in\":"
        "true,\"rule_index\":0}]},"
        "{\"operator\":\"flag_is\",\"value\":false,\"holds\":true,\"flag\":\"on\",\"answered\":false}],\"serves\":"
        "\"dark\"},"
        "{\"index\":2,\"outcome\":\"not_reached\"}]}");
}

/* The explanation of an error begins with the key and ends with its code, its message and the revision. */
#define NO_ANSWER(key)                                                                                                 \
    "{\"flag_key\":\"" key "\",\"enabled\":null,\"kind\":null,\"value\":null,\"variant\":null,\"reason\":\"error\","   \
    "\"rule_index\":null,"

static void what_is_no_answer_is_told(const flagbit_client *client) {
    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    CHECK_TEXT(explained(client, "a\n", &attributes),
               NO_ANSWER("a\\n") "\"error_code\":\"FLAG_NOT_FOUND\","
                                 "\"error_message\":\"no flag \\\"a\\\\n\\\" among the 3 in force\","
                                 "\"revision\":\"7\",\"rules\":[]}");
    CHECK_TEXT(explained(client, "odd", &attributes),
               NO_ANSWER("odd") "\"error_code\":\"PARSE_ERROR\","
                                "\"error_message\":\"flag \\\"odd\\\" is set aside: "
                                "flags[2].enabled: expected a boolean, found 1\","
                                "\"revision\":\"7\",\"rules\":[]}");
}

/* Every answer can be explained, and the explanation has the evaluation's fields. */
static void every_answer_is_told(const flagbit_client *client) {
    static const char *const KEYS[] = {"on", "theme", "odd", "what"}, *const PLANS[] = {"pro", "free"};
    for (size_t index = 0; index < 8; index++) {
        uint8_t buffer[64];
        char expected[64];
        const char *key = KEYS[index / 2];
        flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
        flagbit_attributes_string(&attributes, "plan", PLANS[index % 2]);
        flagbit_attributes_string(&attributes, "user_id", "u2");
        flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
        CHECK_OK(flagbit_evaluate_with(client, key, buffer, &evaluation));
        const char *text = explained(client, key, &attributes);
        snprintf(expected, sizeof expected, "\"reason\":\"%s\"", flagbit_reason_name(evaluation.reason));
        CHECK(strstr(text, expected) != NULL);
        snprintf(expected, sizeof expected, "\"rule_index\":%d", evaluation.rule_index);
        CHECK(strstr(text, evaluation.rule_index < 0 ? "\"rule_index\":null" : expected) != NULL);
        snprintf(expected, sizeof expected, "\"error_code\":\"%s\"", flagbit_error_code_name(evaluation.error_code));
        CHECK(strstr(text, evaluation.error_code == 0 ? "\"error_code\":null" : expected) != NULL);
    }
}

static void no_context_is_a_context_without_attributes(const flagbit_client *client) {
    char text[2048], other[2048];
    CHECK_OK(flagbit_explain(client, "on", 2, NULL, text, sizeof text, NULL));
    CHECK_OK(flagbit_explain_with(client, "on", 2, NULL, 0, other, sizeof other, NULL));
    CHECK_TEXT(other, text);
    CHECK(strstr(text, "\"found\":null") != NULL);
}

/* flagbit_context_new refuses a repeated name; packed for one call, its first value counts. */
static void of_a_repeated_name_the_first_value_is_told(const flagbit_client *client) {
    uint8_t buffer[128];
    char text[2048];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "plan", "pro");
    flagbit_attributes_list(&attributes, "plan");
    flagbit_attributes_item_string(&attributes, "free");
    flagbit_attributes_string(&attributes, "plan", "team");
    CHECK_OK(flagbit_explain_with(client, "on", 2, buffer, attributes.length, text, sizeof text, NULL));
    CHECK(strstr(text, "\"attribute\":\"plan\",\"found\":\"pro\"") != NULL);
    CHECK(strstr(text, "\"rule_index\":0") != NULL);
}

static void a_closed_client_explains_that(const flagbit_client *client) {
    char text[512];
    CHECK_OK(flagbit_client_close(client));
    CHECK_OK(flagbit_explain(client, "on", 2, NULL, text, sizeof text, NULL));
    CHECK(strstr(text, "\"error_code\":\"PROVIDER_NOT_READY\"") != NULL);
}

int main(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    each_rule_is_told(client);
    what_is_no_answer_is_told(client);
    every_answer_is_told(client);
    no_context_is_a_context_without_attributes(client);
    of_a_repeated_name_the_first_value_is_told(client);
    a_closed_client_explains_that(client);
    flagbit_client_free(client);
    return check_finish("explain");
}
