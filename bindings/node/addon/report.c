/* Reports of a client and of the library, as text and numbers. SPDX-License-Identifier: Apache-2.0 */
#include "addon.h"

#include <stdlib.h>

struct status_question {
    const flagbit_client *client;
    flagbit_client_report report;
};

static flagbit_status copy_status(void *arguments, char *buffer, size_t capacity, size_t *needed) {
    struct status_question *asked = arguments;
    asked->report.struct_size = sizeof asked->report;
    return flagbit_client_status(asked->client, &asked->report, buffer, capacity, needed);
}

/* (client) => the fields of flagbit_client_report in their order, without its size. A missing revision is null. */
static napi_value status(napi_env env, napi_callback_info info) {
    napi_value values[1];
    struct instance *instance = arguments(env, info, 1, values);
    struct status_question asked = {.client = client_of(env, values[0])->raw};
    const flagbit_client_report *report = &asked.report;
    char *text = NULL;
    size_t length = 0;
    const flagbit_status found = copied(copy_status, &asked, &text, &length);
    if (found != FLAGBIT_STATUS_OK) {
        free(text);
        return fail(env, instance, found, NULL);
    }
    napi_value none = NULL, fields = NULL;
    napi_get_null(env, &none);
    const napi_value all[] = {
        number_value(env, report->state),
        number_value(env, (double)report->generation),
        number_value(env, (double)report->flags),
        number_value(env, (double)report->flags_set_aside),
        number_value(env, (double)report->unsupported_values),
        number_value(env, (double)report->last_success_ms),
        number_value(env, report->consecutive_failures),
        report->has_revision ? text_value(env, text + report->revision.offset, report->revision.length) : none,
        text_value(env, text + report->source.offset, report->source.length),
        text_value(env, text + report->last_error.offset, report->last_error.length),
    };
    napi_create_array(env, &fields);
    for (uint32_t index = 0; index < sizeof all / sizeof *all; index++) {
        napi_set_element(env, fields, index, all[index]);
    }
    free(text);
    return fields;
}

struct revision_question {
    const flagbit_client *client;
    uint64_t generation;
};

static flagbit_status copy_revision(void *arguments, char *buffer, size_t capacity, size_t *needed) {
    const struct revision_question *asked = arguments;
    return flagbit_client_revision(asked->client, asked->generation, buffer, capacity, needed);
}

/* (client, generation) => the revision; "" if the snapshot has none, undefined if the generation is forgotten. */
static napi_value revision(napi_env env, napi_callback_info info) {
    napi_value values[2], value = NULL;
    arguments(env, info, 2, values);
    int64_t generation = 0;
    napi_get_value_int64(env, values[1], &generation);
    struct revision_question asked = {client_of(env, values[0])->raw, (uint64_t)generation};
    char *text = NULL;
    size_t length = 0;
    if (copied(copy_revision, &asked, &text, &length) == FLAGBIT_STATUS_OK) {
        value = text_value(env, text, length - 1);
    }
    free(text);
    return value;
}

struct message_question {
    const flagbit_client *client;
    const uint8_t *key;
    size_t key_length;
    int32_t error_code;
};

static flagbit_status copy_message(void *arguments, char *buffer, size_t capacity, size_t *needed) {
    const struct message_question *asked = arguments;
    return flagbit_client_error_message(asked->client, (const char *)asked->key, asked->key_length, asked->error_code,
                                        buffer, capacity, needed);
}

/* (client, key, error code) => the reason, in words, why a flag gave no answer. */
static napi_value error_message(napi_env env, napi_callback_info info) {
    napi_value values[3];
    struct instance *instance = arguments(env, info, 3, values);
    struct message_question asked = {.client = client_of(env, values[0])->raw};
    if (!bytes_of(env, values[1], &asked.key, &asked.key_length)) {
        return NULL;
    }
    napi_get_value_int32(env, values[2], &asked.error_code);
    char *text = NULL;
    size_t length = 0;
    const flagbit_status found = copied(copy_message, &asked, &text, &length);
    const napi_value value =
        found == FLAGBIT_STATUS_OK ? text_value(env, text, length - 1) : fail(env, instance, found, NULL);
    free(text);
    return value;
}

static napi_value name(napi_env env, napi_callback_info info, const char *(*call)(int32_t)) {
    napi_value values[1];
    arguments(env, info, 1, values);
    int32_t number = 0;
    napi_get_value_int32(env, values[0], &number);
    return text_value(env, call(number), NAPI_AUTO_LENGTH);
}

/* (number) => string. */
static napi_value status_message(napi_env env, napi_callback_info info) {
    return name(env, info, flagbit_status_message);
}
static napi_value reason_name(napi_env env, napi_callback_info info) {
    return name(env, info, flagbit_reason_name);
}
static napi_value error_code_name(napi_env env, napi_callback_info info) {
    return name(env, info, flagbit_error_code_name);
}
static napi_value state_name(napi_env env, napi_callback_info info) {
    return name(env, info, flagbit_state_name);
}

const export_entry report_exports[] = {
    {"status", status},
    {"revision", revision},
    {"errorMessage", error_message},
    {"statusMessage", status_message},
    {"reasonName", reason_name},
    {"errorCodeName", error_code_name},
    {"stateName", state_name},
    {NULL, NULL},
};
