// The calls that evaluate, explain and override. Each function makes one call of the function it is named after.
#ifndef FUZZ_CALLS_EVALUATE_H
#define FUZZ_CALLS_EVALUATE_H

#include "calls_client.h"

// Memory for an evaluation of this or another version, of exactly the size that it states.
static inline flagbit_evaluation *next_evaluation(input *in) {
    const uint8_t choice = next_byte(in);
    const uint32_t size = choice % 16 == 15 ? choice : sizeof(flagbit_evaluation);
    static const char zeros[256];
    flagbit_evaluation *made = copy(zeros, size);
    made->struct_size = size;
    return made;
}

static inline void check_evaluation(flagbit_status status, const client_slot *slot, const flagbit_evaluation *found) {
    check(status != FLAGBIT_STATUS_PANIC && (slot->client != NULL || status != FLAGBIT_STATUS_OK));
    if (status != FLAGBIT_STATUS_OK || found->struct_size < sizeof *found) {
        return;
    }
    check(!slot->closed || found->error_code == FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY);
    check((found->error_code == FLAGBIT_ERROR_CODE_NONE) == (found->reason != FLAGBIT_REASON_ERROR));
    check((found->error_code == FLAGBIT_ERROR_CODE_NONE) == (found->kind != FLAGBIT_KIND_NONE));
    // The number is the nearest double to the integer, where there is one.
    switch (found->integer_kind) {
        case FLAGBIT_INTEGER_KIND_NONE:
            check(found->integer == 0);
            break;
        case FLAGBIT_INTEGER_KIND_SIGNED:
            check(found->kind == FLAGBIT_KIND_NUMBER && found->number == (double)(int64_t)found->integer);
            break;
        default:
            check(found->integer_kind == FLAGBIT_INTEGER_KIND_UNSIGNED && found->kind == FLAGBIT_KIND_NUMBER);
            check(found->integer > INT64_MAX && found->number == (double)found->integer);
    }
}

// The answer of a boolean flag is that of the evaluation, in whatever form it is asked.
static inline void check_enabled(const client_slot *slot, text key, const flagbit_context *context, bool found,
                                 bool otherwise) {
    if (!slot->in_memory) {
        return;
    }
    flagbit_evaluation expected = {.struct_size = sizeof expected};
    const flagbit_status status = flagbit_evaluate_n(slot->client, key.at, key.length, context, &expected);
    const bool answers = status == FLAGBIT_STATUS_OK && expected.error_code == FLAGBIT_ERROR_CODE_NONE;
    if (!answers || expected.kind == FLAGBIT_KIND_BOOLEAN) {
        check(found == (answers ? expected.enabled != 0 : otherwise));
    }
}

static void call_is_enabled(input *in) {
    const client_slot *slot = next_client(in);
    const flagbit_context *context = next_context(in);
    const bool otherwise = next_byte(in) % 2;
    const char *key = ended(NEXT_OF(in, KEYS));
    const bool found = flagbit_is_enabled(slot->client, key, context, otherwise);
    check_enabled(slot, (text){(char *)key, strlen(key)}, context, found, otherwise);
}

static void call_is_enabled_n(input *in) {
    const client_slot *slot = next_client(in);
    const flagbit_context *context = next_context(in);
    const bool otherwise = next_byte(in) % 2;
    const text key = NEXT_OF(in, KEYS);
    const bool found = flagbit_is_enabled_n(slot->client, key.at, key.length, context, otherwise);
    check_enabled(slot, key, context, found, otherwise);
}

static void call_is_enabled_with(input *in) {
    const client_slot *slot = next_client(in);
    const char *key = ended(NEXT_OF(in, KEYS));
    const uint8_t *packed = next_self_sized(in);
    const bool found = flagbit_is_enabled_with(slot->client, key, packed, true);
    check(found || slot->client != NULL);
}

static void call_is_enabled_with_n(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS), packed = next_packed(in);
    const bool found =
        flagbit_is_enabled_with_n(slot->client, key.at, key.length, (const uint8_t *)packed.at, packed.length, true);
    check(found || slot->client != NULL);
}

static void call_evaluate(input *in) {
    const client_slot *slot = next_client(in);
    const char *key = ended(NEXT_OF(in, KEYS));
    flagbit_evaluation *found = next_evaluation(in);
    check_evaluation(flagbit_evaluate(slot->client, key, next_context(in), found), slot, found);
}

static void call_evaluate_n(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS);
    flagbit_evaluation *found = next_evaluation(in);
    check_evaluation(flagbit_evaluate_n(slot->client, key.at, key.length, next_context(in), found), slot, found);
}

static void call_evaluate_with(input *in) {
    const client_slot *slot = next_client(in);
    const char *key = ended(NEXT_OF(in, KEYS));
    flagbit_evaluation *found = next_evaluation(in);
    check_evaluation(flagbit_evaluate_with(slot->client, key, next_self_sized(in), found), slot, found);
}

static void call_evaluate_with_n(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS), packed = next_packed(in);
    flagbit_evaluation *found = next_evaluation(in);
    check_evaluation(
        flagbit_evaluate_with_n(slot->client, key.at, key.length, (const uint8_t *)packed.at, packed.length, found),
        slot, found);
}

static void call_evaluate_value(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS);
    flagbit_evaluation *found = next_evaluation(in);
    flagbit_text variant = {0}, value = {0};
    buffer made = next_buffer(in);
    const flagbit_status status =
        flagbit_evaluate_value(slot->client, key.at, key.length, next_context(in), found, &variant,
                               next_rare(in) ? NULL : &value, made.at, made.capacity, &made.needed);
    check_evaluation(status, slot, found);
    check_buffer(status, made);
}

static void call_evaluate_value_with(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS), packed = next_packed(in);
    flagbit_evaluation *found = next_evaluation(in);
    flagbit_text variant = {0}, value = {0};
    buffer made = next_buffer(in);
    const flagbit_status status =
        flagbit_evaluate_value_with(slot->client, key.at, key.length, (const uint8_t *)packed.at, packed.length, found,
                                    &variant, &value, made.at, made.capacity, &made.needed);
    check_evaluation(status, slot, found);
    check_buffer(status, made);
}

static inline void check_all(flagbit_status status, const client_slot *slot, flagbit_evaluations *const *place) {
    check(status != FLAGBIT_STATUS_PANIC && (status == FLAGBIT_STATUS_OK) == (*place != NULL));
    if (*place == NULL) {
        return;
    }
    check(!slot->closed || (*place)->count == 0);
    for (size_t index = 0; index < (*place)->count; index++) {
        const flagbit_flag_evaluation *item = &(*place)->items[index];
        check((size_t)item->value.offset + item->value.length < (*place)->text_length);
        check_evaluation(status, slot, &item->evaluation);
    }
}

static void call_evaluate_all(input *in) {
    const client_slot *slot = next_client(in);
    flagbit_evaluations **place = &evaluations[next_byte(in) % SLOTS];
    flagbit_evaluations_free(*place);
    *place = NULL;
    check_all(flagbit_evaluate_all(slot->client, next_context(in), place), slot, place);
}

static void call_evaluate_all_with(input *in) {
    const client_slot *slot = next_client(in);
    flagbit_evaluations **place = &evaluations[next_byte(in) % SLOTS];
    flagbit_evaluations_free(*place);
    *place = NULL;
    const text packed = next_packed(in);
    check_all(flagbit_evaluate_all_with(slot->client, (const uint8_t *)packed.at, packed.length, place), slot, place);
}

static void call_explain(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS);
    buffer made = next_buffer(in);
    check_buffer(
        flagbit_explain(slot->client, key.at, key.length, next_context(in), made.at, made.capacity, &made.needed),
        made);
}

static void call_explain_with(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS), packed = next_packed(in);
    buffer made = next_buffer(in);
    check_buffer(flagbit_explain_with(slot->client, key.at, key.length, (const uint8_t *)packed.at, packed.length,
                                      made.at, made.capacity, &made.needed),
                 made);
}

static void call_is_enabled_of(input *in) {
    const client_slot *slot = next_client(in);
    const char *key = ended(NEXT_OF(in, KEYS));
    const attributes given = next_attributes(in);
    check(flagbit_is_enabled_of(slot->client, key, ATTRIBUTES(given), true) || slot->client != NULL);
}

static void call_is_enabled_of_n(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS);
    const attributes given = next_attributes(in);
    const bool found = flagbit_is_enabled_of_n(slot->client, key.at, key.length, ATTRIBUTES(given), true);
    check(found || slot->client != NULL);
    // A context of the same attributes gives the same answer.
    flagbit_context *context = NULL;
    if (flagbit_context_new_of(ATTRIBUTES(given), &context, NULL) == FLAGBIT_STATUS_OK) {
        check_enabled(slot, key, context, found, true);
    }
    flagbit_context_free(context);
}

static void call_evaluate_of(input *in) {
    const client_slot *slot = next_client(in);
    const char *key = ended(NEXT_OF(in, KEYS));
    flagbit_evaluation *found = next_evaluation(in);
    const attributes given = next_attributes(in);
    check_evaluation(flagbit_evaluate_of(slot->client, key, ATTRIBUTES(given), found), slot, found);
}

static void call_evaluate_of_n(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS);
    flagbit_evaluation *found = next_evaluation(in);
    const attributes given = next_attributes(in);
    check_evaluation(flagbit_evaluate_of_n(slot->client, key.at, key.length, ATTRIBUTES(given), found), slot, found);
}

static void call_evaluate_value_of(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS);
    flagbit_evaluation *found = next_evaluation(in);
    const attributes given = next_attributes(in);
    flagbit_text variant = {0}, value = {0};
    buffer made = next_buffer(in);
    const flagbit_status status = flagbit_evaluate_value_of(slot->client, key.at, key.length, ATTRIBUTES(given), found,
                                                            &variant, &value, made.at, made.capacity, &made.needed);
    check_evaluation(status, slot, found);
    check_buffer(status, made);
}

static void call_evaluate_all_of(input *in) {
    const client_slot *slot = next_client(in);
    flagbit_evaluations **place = &evaluations[next_byte(in) % SLOTS];
    flagbit_evaluations_free(*place);
    *place = NULL;
    const attributes given = next_attributes(in);
    check_all(flagbit_evaluate_all_of(slot->client, ATTRIBUTES(given), place), slot, place);
}

static void call_explain_of(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS);
    const attributes given = next_attributes(in);
    buffer made = next_buffer(in);
    check_buffer(
        flagbit_explain_of(slot->client, key.at, key.length, ATTRIBUTES(given), made.at, made.capacity, &made.needed),
        made);
}

static void call_override_start(input *in) {
    const client_slot *slot = next_client(in);
    const text values = NEXT_OF(in, VALUES);
    uint64_t *id = &overrides[next_byte(in) % SLOTS];
    flagbit_error **error = next_error(in);
    const flagbit_status status = flagbit_override_start(slot->client, values.at, values.length, id, error);
    check_error(status, error);
    check(!slot->closed || status != FLAGBIT_STATUS_OK);
}

static void call_override_end(input *in) {
    const client_slot *slot = next_client(in);
    const uint64_t id = overrides[next_byte(in) % SLOTS];
    if (flagbit_override_end(slot->client, id) == FLAGBIT_STATUS_OK) {
        check(flagbit_override_end(slot->client, id) == FLAGBIT_STATUS_INVALID_ARGUMENT);
    }
}

#endif
