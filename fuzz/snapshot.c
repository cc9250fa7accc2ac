// Any bytes as a snapshot: refused with a message, or served whole.
#include "check.h"
#include <flagbit.h>

// The flag's texts equal those of evaluate_all, and its answer can be explained.
static void check_texts(const flagbit_client *client, const flagbit_evaluations *all,
                        const flagbit_flag_evaluation *item, const flagbit_attributes *user) {
    const char *key = all->text + item->key.offset;
    flagbit_evaluation one = {.struct_size = sizeof one};
    flagbit_text variant, value;
    size_t needed = 0;
    check(flagbit_evaluate_value_with(client, key, item->key.length, user->buffer, user->length, &one, &variant, &value,
                                      NULL, 0, &needed) == FLAGBIT_STATUS_BUFFER_TOO_SMALL);
    char *texts = malloc(needed);
    check(flagbit_evaluate_value_with(client, key, item->key.length, user->buffer, user->length, &one, &variant, &value,
                                      texts, needed, NULL) == FLAGBIT_STATUS_OK);
    check(one.kind == item->evaluation.kind && one.variant_id == item->evaluation.variant_id);
    check(variant.length == item->variant.length && value.length == item->value.length);
    check(memcmp(texts + variant.offset, all->text + item->variant.offset, variant.length) == 0);
    check(memcmp(texts + value.offset, all->text + item->value.offset, value.length) == 0);
    free(texts);

    check(flagbit_explain_with(client, key, item->key.length, user->buffer, user->length, NULL, 0, &needed) ==
          FLAGBIT_STATUS_BUFFER_TOO_SMALL);
    char *explanation = malloc(needed);
    check(flagbit_explain_with(client, key, item->key.length, user->buffer, user->length, explanation, needed, NULL) ==
          FLAGBIT_STATUS_OK);
    check(explanation[0] == '{' && explanation[needed - 2] == '}');
    free(explanation);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    flagbit_client *client = NULL;
    flagbit_error *error = NULL;
    const flagbit_status opened = flagbit_client_from_snapshot((const char *)data, size, &client, &error);
    if (opened != FLAGBIT_STATUS_OK) {
        check(opened == FLAGBIT_STATUS_SNAPSHOT_REFUSED && flagbit_error_message(error)[0] != '\0');
        flagbit_error_free(error);
        return 0;
    }
    uint8_t buffer[256];
    flagbit_attributes user = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&user, "user_id", "usr_1");
    flagbit_attributes_string(&user, "plan", "pro");
    flagbit_attributes_integer(&user, "age", 33);
    flagbit_attributes_string(&user, "version", "1.2.3");
    flagbit_attributes_string(&user, "@now", "2026-07-01T12:00:00Z");
    flagbit_attributes_list(&user, "roles");
    flagbit_attributes_item_string(&user, "admin");
    flagbit_attributes_item_integer(&user, 7);

    // One flag at a time gives the same answers as all at once.
    flagbit_evaluations *all = NULL;
    check(flagbit_evaluate_all_with(client, user.buffer, user.length, &all) == FLAGBIT_STATUS_OK);
    for (size_t index = 0; index < all->count; index++) {
        const flagbit_flag_evaluation *item = &all->items[index];
        flagbit_evaluation one = {.struct_size = sizeof one};
        const char *key = all->text + item->key.offset;
        check(flagbit_evaluate_with_n(client, key, item->key.length, user.buffer, user.length, &one) == 0);
        check(one.enabled == item->evaluation.enabled && one.reason == item->evaluation.reason &&
              one.rule_index == item->evaluation.rule_index && one.error_code == item->evaluation.error_code);
        check_texts(client, all, item, &user);
    }
    flagbit_evaluations_free(all);

    flagbit_text_list *warnings = NULL;
    check(flagbit_client_warnings(client, &warnings) == FLAGBIT_STATUS_OK);
    for (size_t index = 0; index < warnings->count; index++) {
        check(warnings->items[index].length > 0);
    }
    flagbit_text_list_free(warnings);

    // The same text again changes no flag.
    check(flagbit_client_load(client, (const char *)data, size, NULL) == FLAGBIT_STATUS_OK);
    flagbit_text_list *changed = NULL;
    bool everything = true;
    uint64_t generation = 0;
    check(flagbit_client_changes(client, 1, &changed, &everything, &generation) == FLAGBIT_STATUS_OK);
    check(!everything && changed->count == 0 && generation == 2);
    flagbit_text_list_free(changed);
    flagbit_client_free(client);
    return 0;
}
