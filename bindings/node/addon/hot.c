/* Evaluations: the question is in the frame; arguments have only what does not fit there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

/* How many bytes of memory the garbage collector assumes for a context. */
#define CONTEXT_COST 512

/* A flag's key and a context. */
struct question {
    const flagbit_client *client;
    const flagbit_context *context;
    const char *key;
    size_t key_length;
    const uint8_t *packed;
    size_t packed_length; /* 0: the rows count */
    const struct row *rows;
    size_t row_count; /* 0 as well: the context counts */
};

void point_rows(struct frame *frame) {
    for (size_t index = 0; index < sizeof frame->rows / sizeof *frame->rows; index++) {
        frame->rows[index].attribute.text = (const char *)frame->rows[index].text;
    }
}

/* Reads the question that is in the frame. False, with an exception, if it would not be inside. */
static inline bool in_frame(napi_env env, const struct instance *instance, struct question *question) {
    const struct frame *frame = instance->frame;
    const size_t size = instance->frame_size;
    if (frame->key > size || frame->key_length > size - frame->key ||
        frame->packed_length > size - sizeof(struct frame) ||
        frame->row_count > sizeof frame->rows / sizeof *frame->rows) {
        napi_throw_range_error(env, NULL, "the frame is too small");
        return false;
    }
    *question = (struct question){
        .client = (const flagbit_client *)(uintptr_t)frame->client,
        .context = (const flagbit_context *)(uintptr_t)frame->context,
        .key = (const char *)frame + frame->key,
        .key_length = frame->key_length,
        .packed = frame->packed,
        .packed_length = frame->packed_length,
        .rows = frame->rows,
        .row_count = frame->row_count,
    };
    return true;
}

/* Reads the question: the arguments have the key and the packed attributes, or else the frame has all. */
static bool ask(napi_env env, napi_callback_info info, struct instance **instance, struct question *question) {
    napi_value values[2];
    size_t count = 2;
    void *data = NULL;
    napi_get_cb_info(env, info, &count, values, NULL, &data);
    *instance = data;
    if (count == 0) {
        return in_frame(env, *instance, question);
    }
    const struct frame *frame = (*instance)->frame;
    const uint8_t *key = NULL;
    *question = (struct question){
        .client = (const flagbit_client *)(uintptr_t)frame->client,
        .context = (const flagbit_context *)(uintptr_t)frame->context,
    };
    if (!bytes_of(env, values[0], &key, &question->key_length) ||
        !bytes_of(env, values[1], &question->packed, &question->packed_length)) {
        return false;
    }
    question->key = (const char *)key;
    return true;
}

/* () => undefined; the question, and then the answer, is in the frame. */
static napi_value is_enabled(napi_env env, napi_callback_info info) {
    void *instance = NULL;
    struct question asked;
    napi_get_cb_info(env, info, NULL, NULL, NULL, &instance);
    if (!in_frame(env, instance, &asked)) {
        return NULL;
    }
    struct frame *frame = ((struct instance *)instance)->frame;
    const bool fallback = frame->boolean != 0;
    if (asked.packed_length > 0) {
        frame->boolean = flagbit_is_enabled_with_n(asked.client, asked.key, asked.key_length, asked.packed,
                                                   asked.packed_length, fallback);
    } else if (asked.row_count > 0) {
        frame->boolean = flagbit_is_enabled_of_n(asked.client, asked.key, asked.key_length, &asked.rows->attribute,
                                                 asked.row_count, sizeof *asked.rows, fallback);
    } else {
        frame->boolean = flagbit_is_enabled_n(asked.client, asked.key, asked.key_length, asked.context, fallback);
    }
    return NULL;
}

/* (key?, packed?) => undefined; the evaluation and its status are in the frame. */
static napi_value evaluate(napi_env env, napi_callback_info info) {
    struct instance *instance = NULL;
    struct question asked;
    if (!ask(env, info, &instance, &asked)) {
        return NULL;
    }
    flagbit_evaluation *evaluation = &instance->frame->evaluation;
    evaluation->struct_size = sizeof *evaluation;
    if (asked.packed_length > 0) {
        instance->frame->status = flagbit_evaluate_with_n(asked.client, asked.key, asked.key_length, asked.packed,
                                                          asked.packed_length, evaluation);
    } else if (asked.row_count > 0) {
        instance->frame->status =
            flagbit_evaluate_of_n(asked.client, asked.key, asked.key_length, &asked.rows->attribute, asked.row_count,
                                  sizeof *asked.rows, evaluation);
    } else {
        instance->frame->status =
            flagbit_evaluate_n(asked.client, asked.key, asked.key_length, asked.context, evaluation);
    }
    return NULL;
}

struct value_question {
    struct question asked;
    flagbit_evaluation *evaluation;
    flagbit_text variant, value;
};

static flagbit_status copy_value(void *arguments, char *buffer, size_t capacity, size_t *needed) {
    struct value_question *all = arguments;
    const struct question *asked = &all->asked;
    all->evaluation->struct_size = sizeof *all->evaluation;
    if (asked->packed_length > 0) {
        return flagbit_evaluate_value_with(asked->client, asked->key, asked->key_length, asked->packed,
                                           asked->packed_length, all->evaluation, &all->variant, &all->value, buffer,
                                           capacity, needed);
    }
    if (asked->row_count > 0) {
        return flagbit_evaluate_value_of(asked->client, asked->key, asked->key_length, &asked->rows->attribute,
                                         asked->row_count, sizeof *asked->rows, all->evaluation, &all->variant,
                                         &all->value, buffer, capacity, needed);
    }
    return flagbit_evaluate_value(asked->client, asked->key, asked->key_length, asked->context, all->evaluation,
                                  &all->variant, &all->value, buffer, capacity, needed);
}

/* (key?, packed?) => [variant, value]; the evaluation and its status are in the frame. */
static napi_value evaluate_value(napi_env env, napi_callback_info info) {
    struct instance *instance = NULL;
    struct value_question all = {.evaluation = NULL};
    if (!ask(env, info, &instance, &all.asked)) {
        return NULL;
    }
    all.evaluation = &instance->frame->evaluation;
    char *text = NULL;
    size_t length = 0;
    napi_value pair = NULL;
    instance->frame->status = copied(copy_value, &all, &text, &length);
    if (instance->frame->status == FLAGBIT_STATUS_OK) {
        napi_create_array_with_length(env, 2, &pair);
        napi_set_element(env, pair, 0, text_value(env, text + all.variant.offset, all.variant.length));
        napi_set_element(env, pair, 1, text_value(env, text + all.value.offset, all.value.length));
    }
    free(text);
    return pair;
}

static flagbit_status copy_explanation(void *arguments, char *buffer, size_t capacity, size_t *needed) {
    const struct question *asked = arguments;
    if (asked->packed_length > 0) {
        return flagbit_explain_with(asked->client, asked->key, asked->key_length, asked->packed, asked->packed_length,
                                    buffer, capacity, needed);
    }
    return flagbit_explain(asked->client, asked->key, asked->key_length, asked->context, buffer, capacity, needed);
}

/* (key, packed) => the explanation's JSON text; its status is in the frame. */
static napi_value explain(napi_env env, napi_callback_info info) {
    struct instance *instance = NULL;
    struct question asked;
    if (!ask(env, info, &instance, &asked)) {
        return NULL;
    }
    char *text = NULL;
    size_t length = 0;
    napi_value value = NULL;
    instance->frame->status = copied(copy_explanation, &asked, &text, &length);
    if (instance->frame->status == FLAGBIT_STATUS_OK) {
        value = text_value(env, text, length - 1);
    }
    free(text);
    return value;
}

/* Copies bytes into an ArrayBuffer. */
static napi_value copy_of(napi_env env, const void *bytes, size_t length) {
    void *memory = NULL;
    napi_value value = NULL;
    if (napi_create_arraybuffer(env, length, &memory, &value) == napi_ok && length > 0) {
        memcpy(memory, bytes, length);
    }
    return value;
}

/* (key, packed) => [items, size of an item, text]. The key is ignored. */
static napi_value evaluate_all(napi_env env, napi_callback_info info) {
    struct instance *instance = NULL;
    struct question asked;
    if (!ask(env, info, &instance, &asked)) {
        return NULL;
    }
    flagbit_evaluations *evaluations = NULL;
    const flagbit_status status =
        asked.packed_length > 0
            ? flagbit_evaluate_all_with(asked.client, asked.packed, asked.packed_length, &evaluations)
            : flagbit_evaluate_all(asked.client, asked.context, &evaluations);
    if (status != FLAGBIT_STATUS_OK) {
        return fail(env, instance, status, NULL);
    }
    napi_value parts = NULL;
    napi_create_array_with_length(env, 3, &parts);
    napi_set_element(env, parts, 0, copy_of(env, evaluations->items, evaluations->count * evaluations->item_size));
    napi_set_element(env, parts, 1, number_value(env, (double)evaluations->item_size));
    napi_set_element(env, parts, 2, copy_of(env, evaluations->text, evaluations->text_length));
    flagbit_evaluations_free(evaluations);
    return parts;
}

static void free_context(napi_env env, void *context, void *hint) {
    (void)hint;
    int64_t ignored;
    napi_adjust_external_memory(env, -CONTEXT_COST, &ignored);
    flagbit_context_free(context);
}

/* (key, packed) => the object that keeps a context alive; the context's address is in the frame's `context`. */
static napi_value new_context(napi_env env, napi_callback_info info) {
    struct instance *instance = NULL;
    struct question asked;
    if (!ask(env, info, &instance, &asked)) {
        return NULL;
    }
    flagbit_context *context = NULL;
    flagbit_error *error = NULL;
    const flagbit_status status = flagbit_context_new(asked.packed, asked.packed_length, &context, &error);
    if (status != FLAGBIT_STATUS_OK) {
        return fail(env, instance, status, error);
    }
    napi_value owner = NULL;
    if (napi_create_external(env, context, free_context, NULL, &owner) != napi_ok) {
        flagbit_context_free(context);
        return NULL;
    }
    int64_t ignored;
    napi_adjust_external_memory(env, CONTEXT_COST, &ignored);
    instance->frame->context = (double)(uintptr_t)context;
    return owner;
}

const export_entry hot_exports[] = {
    {"isEnabled", is_enabled},
    {"evaluate", evaluate},
    {"evaluateValue", evaluate_value},
    {"explain", explain},
    {"evaluateAll", evaluate_all},
    {"newContext", new_context},
    {NULL, NULL},
};
