// The calls of a flag that is resolved once. It answers as its client does.
#ifndef FUZZ_CALLS_FLAG_H
#define FUZZ_CALLS_FLAG_H

#include "calls_evaluate.h"

static inline flag_slot *next_flag(input *in) {
    return &flags[next_byte(in) % SLOTS];
}

static inline void check_flag_enabled(const flag_slot *slot, const flagbit_context *context, bool found,
                                      bool otherwise) {
    if (slot->flag == NULL) {
        check(found == otherwise);
    } else if (slot->of != NULL && slot->of->in_memory) {
        check(found == flagbit_is_enabled(slot->of->client, slot->key, context, otherwise));
    }
}

static inline void check_flag_evaluation(flagbit_status status, const flag_slot *slot, const flagbit_context *context,
                                         const flagbit_evaluation *found) {
    check(status != FLAGBIT_STATUS_PANIC && (slot->flag != NULL || status != FLAGBIT_STATUS_OK));
    if (status != FLAGBIT_STATUS_OK || found->struct_size < sizeof *found) {
        return;
    }
    if (slot->of != NULL && slot->of->in_memory) {
        flagbit_evaluation expected = {.struct_size = sizeof expected};
        check(flagbit_evaluate(slot->of->client, slot->key, context, &expected) == FLAGBIT_STATUS_OK);
        check(memcmp((const char *)found + 4, (const char *)&expected + 4, sizeof expected - 4) == 0);
    }
}

static void call_flag_new(input *in) {
    const client_slot *client = next_client(in);
    flag_slot *slot = next_flag(in);
    const text key = NEXT_OF(in, KEYS);
    flagbit_flag_free(slot->flag);
    *slot = (flag_slot){0};
    const flagbit_status status = flagbit_flag_new(client->client, key.at, key.length, &slot->flag);
    check((status == FLAGBIT_STATUS_OK) == (slot->flag != NULL));
    // Only keys that a program could write are asked of the client, too.
    const bool plain = key.length < sizeof slot->key && memchr(key.at, 0, key.length) == NULL;
    if (slot->flag != NULL && !plain) {
        flagbit_flag_free(slot->flag);
        slot->flag = NULL;
    } else if (slot->flag != NULL) {
        memcpy(slot->key, key.at, key.length);
        slot->of = client;
    }
}

static void call_flag_free(input *in) {
    flag_slot *slot = next_flag(in);
    flagbit_flag_free(slot->flag);
    *slot = (flag_slot){0};
}

static void call_flag_is_enabled(input *in) {
    const flag_slot *slot = next_flag(in);
    const flagbit_context *context = next_context(in);
    const bool otherwise = next_byte(in) % 2;
    check_flag_enabled(slot, context, flagbit_flag_is_enabled(slot->flag, context, otherwise), otherwise);
}

static void call_flag_is_enabled_of(input *in) {
    const flag_slot *slot = next_flag(in);
    const attributes given = next_attributes(in);
    check(flagbit_flag_is_enabled_of(slot->flag, ATTRIBUTES(given), true) || slot->flag != NULL);
}

static void call_flag_is_enabled_with(input *in) {
    const flag_slot *slot = next_flag(in);
    const text packed = next_packed(in);
    check(flagbit_flag_is_enabled_with(slot->flag, (const uint8_t *)packed.at, packed.length, true) ||
          slot->of != NULL);
}

static void call_flag_evaluate(input *in) {
    const flag_slot *slot = next_flag(in);
    const flagbit_context *context = next_context(in);
    flagbit_evaluation *found = next_evaluation(in);
    check_flag_evaluation(flagbit_flag_evaluate(slot->flag, context, found), slot, context, found);
}

static void call_flag_evaluate_of(input *in) {
    const flag_slot *slot = next_flag(in);
    const attributes given = next_attributes(in);
    flagbit_evaluation *found = next_evaluation(in);
    const flagbit_status status = flagbit_flag_evaluate_of(slot->flag, ATTRIBUTES(given), found);
    flagbit_context *context = NULL;
    if (flagbit_context_new_of(ATTRIBUTES(given), &context, NULL) == FLAGBIT_STATUS_OK) {
        check_flag_evaluation(status, slot, context, found);
    }
    flagbit_context_free(context);
}

static void call_flag_evaluate_with(input *in) {
    const flag_slot *slot = next_flag(in);
    const text packed = next_packed(in);
    flagbit_evaluation *found = next_evaluation(in);
    const flagbit_status status =
        flagbit_flag_evaluate_with(slot->flag, (const uint8_t *)packed.at, packed.length, found);
    check(status != FLAGBIT_STATUS_PANIC && (slot->flag != NULL || status != FLAGBIT_STATUS_OK));
}

#endif
