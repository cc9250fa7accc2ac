/* All flags in one call: the block and its contents. */
#include "support.h"

static const char SNAPSHOT[] =
    "[{\"key\": \"pro\", \"enabled\": true, \"rules\": [{\"attribute\": \"plan\", "
    "\"operator\": \"eq\", \"value\": \"pro\"}]},"
    " {\"key\": \"odd\", \"enabled\": 1}, {\"key\": \"a\\u0000b\", \"enabled\": false}, "
    "{\"key\": \"\\u00fc\", \"enabled\": true}, "
    "{\"key\": \"w\", \"enabled\": true, \"variants\": {\"one\": \"a\\u0000b\", \"two\": \"\"},"
    " \"default\": \"one\", \"off\": \"two\"},"
    "{\"key\": \"x\", \"enabled\": false, \"variants\": {\"one\": [1, 2], \"two\": {}},"
    " \"default\": \"one\", \"off\": \"two\"},"
    "{\"key\": \"y\", \"enabled\": true, \"variants\": {\"one\": 1e3, \"two\": 2}, \"default\":"
    " \"one\"}]";

static const flagbit_flag_evaluation *item(const flagbit_evaluations *all, size_t index) {
    return (const flagbit_flag_evaluation *)(const void *)((const char *)all->items + index * all->item_size);
}

static void check_item(const flagbit_evaluations *all, size_t index, const char *key, size_t length, int32_t reason,
                       int32_t error_code, uint32_t enabled) {
    const flagbit_flag_evaluation *found = item(all, index);
    CHECK(found->key.length == length);
    CHECK(found->key.offset + length < all->text_length);
    CHECK(memcmp(all->text + found->key.offset, key, length + 1) == 0); /* with the NUL behind it */
    CHECK(found->evaluation.struct_size == sizeof(flagbit_evaluation));
    CHECK(found->evaluation.reason == reason);
    CHECK(found->evaluation.error_code == error_code);
    CHECK(found->evaluation.enabled == enabled);
    CHECK(found->evaluation.generation == all->generation);
}

static void check_value(const flagbit_evaluations *all, size_t index, int32_t kind, const char *variant,
                        const char *value, size_t length) {
    const flagbit_flag_evaluation *found = item(all, index);
    CHECK(found->evaluation.kind == kind);
    CHECK((found->evaluation.variant_id != 0) == (kind > FLAGBIT_KIND_BOOLEAN));
    CHECK(found->variant.length == strlen(variant) && found->variant.offset + strlen(variant) < all->text_length);
    CHECK_TEXT(all->text + found->variant.offset, variant);
    CHECK(found->value.length == length && found->value.offset + length < all->text_length);
    CHECK(memcmp(all->text + found->value.offset, value, length + 1) == 0);
}

static void check_all(flagbit_evaluations *all, uint32_t pro) {
    REQUIRE(all != NULL);
    REQUIRE(all->count == 7);
    CHECK(all->item_size >= sizeof(flagbit_flag_evaluation));
    CHECK(all->generation == 1);
    check_item(all, 0, "a\0b", 3, FLAGBIT_REASON_DISABLED, FLAGBIT_ERROR_CODE_NONE, 0);
    check_item(all, 1, "odd", 3, FLAGBIT_REASON_ERROR, FLAGBIT_ERROR_CODE_PARSE_ERROR, 0);
    check_item(all, 2, "pro", 3, pro ? FLAGBIT_REASON_TARGETING_MATCH : FLAGBIT_REASON_DEFAULT, 0, pro);
    check_item(all, 3, "w", 1, FLAGBIT_REASON_DEFAULT, FLAGBIT_ERROR_CODE_NONE, 1);
    check_item(all, 4, "x", 1, FLAGBIT_REASON_DISABLED, FLAGBIT_ERROR_CODE_NONE, 0);
    check_item(all, 5, "y", 1, FLAGBIT_REASON_DEFAULT, FLAGBIT_ERROR_CODE_NONE, 1);
    check_item(all, 6, "\xC3\xBC", 2, FLAGBIT_REASON_DEFAULT, FLAGBIT_ERROR_CODE_NONE, 0);
    check_value(all, 0, FLAGBIT_KIND_BOOLEAN, "off", "false", 5);
    check_value(all, 1, FLAGBIT_KIND_NONE, "", "", 0);
    check_value(all, 2, FLAGBIT_KIND_BOOLEAN, pro ? "on" : "off", pro ? "true" : "false", pro ? 4 : 5);
    check_value(all, 3, FLAGBIT_KIND_STRING, "one", "a\0b", 3);
    check_value(all, 4, FLAGBIT_KIND_JSON, "two", "{}", 2);
    check_value(all, 5, FLAGBIT_KIND_NUMBER, "one", "1000", 4);
    CHECK(item(all, 5)->evaluation.number == 1000 && item(all, 5)->evaluation.integer == 1000);
    flagbit_evaluations_free(all);
}

static void all_flags_sorted_by_key(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "plan", "pro");
    flagbit_context *context = NULL;
    CHECK_OK(flagbit_context_new(buffer, attributes.length, &context, NULL));
    flagbit_evaluations *all = NULL;
    CHECK_OK(flagbit_evaluate_all(client, context, &all));
    check_all(all, 1);
    CHECK_OK(flagbit_evaluate_all_with(client, buffer, attributes.length, &all));
    check_all(all, 1);
    CHECK_OK(flagbit_evaluate_all(client, NULL, &all));
    check_all(all, 0);
    CHECK_OK(flagbit_evaluate_all_with(client, NULL, 0, &all));
    check_all(all, 0);
    flagbit_context_free(context);
    flagbit_client_free(client);
}

static void the_block_outlives_the_client(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    flagbit_evaluations *all = NULL;
    CHECK_OK(flagbit_evaluate_all(client, NULL, &all));
    flagbit_client_free(client);
    check_all(all, 0);
}

static void no_flags_are_an_empty_block(void) {
    flagbit_client *client = open_text("[]");
    flagbit_evaluations *all = NULL;
    CHECK_OK(flagbit_evaluate_all(client, NULL, &all));
    REQUIRE(all != NULL);
    CHECK(all->count == 0 && all->text_length == 0);
    CHECK(all->generation == 1);
    flagbit_evaluations_free(all);
    CHECK_OK(flagbit_client_close(client));
    CHECK_OK(flagbit_evaluate_all(client, NULL, &all));
    CHECK(all->count == 0);
    flagbit_evaluations_free(all);
    flagbit_client_free(client);
}

static void what_is_refused_writes_nothing(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    flagbit_evaluations *untouched = (flagbit_evaluations *)(uintptr_t)0xA5, *all = untouched;
    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "plan", "\xFF");
    CHECK_STATUS(flagbit_evaluate_all_with(client, buffer, attributes.length, &all), FLAGBIT_STATUS_INVALID_UTF8);
    CHECK_STATUS(flagbit_evaluate_all_with(client, buffer, 7, &all), FLAGBIT_STATUS_MALFORMED_CONTEXT);
    CHECK_STATUS(flagbit_evaluate_all_with(client, buffer, 0, &all), FLAGBIT_STATUS_MALFORMED_CONTEXT);
    CHECK(all == untouched);
    flagbit_client_free(client);
}

int main(void) {
    all_flags_sorted_by_key();
    the_block_outlives_the_client();
    no_flags_are_an_empty_block();
    what_is_refused_writes_nothing();
    return check_finish("evaluate_all");
}
