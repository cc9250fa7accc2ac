/* Opens clients, and does everything with them except evaluations. SPDX-License-Identifier: Apache-2.0 */
#include "addon.h"

#include <stdlib.h>

static void drop_client(napi_env env, void *data, void *hint) {
    (void)env, (void)hint;
    struct client *client = data;
    /* Threads that wait return, and the last holder frees the client. */
    flagbit_client_close(client->raw);
    client_release(client);
}

/* Returns the object that keeps a client alive; the client's address is in the frame's `client`. */
static napi_value client_value(napi_env env, struct instance *instance, flagbit_client *raw) {
    struct client *client = checked_malloc(sizeof *client);
    client->raw = raw;
    client->hub = instance->hub;
    client->references = 1;
    mutex_lock(&client->hub->lock);
    client->hub->references++;
    mutex_unlock(&client->hub->lock);
    napi_value owner = NULL;
    if (napi_create_external(env, client, drop_client, NULL, &owner) != napi_ok) {
        drop_client(env, client, NULL);
        return NULL;
    }
    instance->frame->client = (double)(uintptr_t)raw;
    return owner;
}

struct client *client_of(napi_env env, napi_value value) {
    void *client = NULL;
    napi_get_value_external(env, value, &client);
    return client;
}

/* (text) => client. */
static napi_value from_snapshot(napi_env env, napi_callback_info info) {
    napi_value values[1];
    struct instance *instance = arguments(env, info, 1, values);
    const uint8_t *text = NULL;
    size_t length = 0;
    if (!bytes_of(env, values[0], &text, &length)) {
        return NULL;
    }
    flagbit_client *client = NULL;
    flagbit_error *error = NULL;
    const flagbit_status status = flagbit_client_from_snapshot((const char *)text, length, &client, &error);
    return status == FLAGBIT_STATUS_OK ? client_value(env, instance, client) : fail(env, instance, status, error);
}

/* Sets one option. A Uint8Array is a string, and a number is an integer. */
static bool set_option(napi_env env, struct instance *instance, flagbit_options *options, napi_value name,
                       napi_value value) {
    int32_t option = 0;
    napi_valuetype type;
    flagbit_error *error = NULL;
    flagbit_status status;
    napi_get_value_int32(env, name, &option);
    napi_typeof(env, value, &type);
    if (type == napi_number) {
        int64_t integer = 0;
        napi_get_value_int64(env, value, &integer);
        status = flagbit_options_set_integer(options, option, integer, &error);
    } else {
        const uint8_t *text = NULL;
        size_t length = 0;
        if (!bytes_of(env, value, &text, &length)) {
            return false;
        }
        status = flagbit_options_set_string(options, option, (const char *)text, length, &error);
    }
    if (status != FLAGBIT_STATUS_OK) {
        fail(env, instance, status, error);
    }
    return status == FLAGBIT_STATUS_OK;
}

/* ([option, value, option, value, ...]) => client. */
static napi_value open_client(napi_env env, napi_callback_info info) {
    napi_value values[1];
    struct instance *instance = arguments(env, info, 1, values);
    flagbit_options *options = NULL;
    const flagbit_status made = flagbit_options_new(&options);
    if (made != FLAGBIT_STATUS_OK) {
        return fail(env, instance, made, NULL);
    }
    uint32_t count = 0;
    napi_get_array_length(env, values[0], &count);
    for (uint32_t index = 0; index + 1 < count; index += 2) {
        napi_value name = NULL, value = NULL;
        napi_get_element(env, values[0], index, &name);
        napi_get_element(env, values[0], index + 1, &value);
        if (!set_option(env, instance, options, name, value)) {
            flagbit_options_free(options);
            return NULL;
        }
    }
    flagbit_client *client = NULL;
    flagbit_error *error = NULL;
    const flagbit_status status = flagbit_client_open(options, &client, &error);
    flagbit_options_free(options);
    return status == FLAGBIT_STATUS_OK ? client_value(env, instance, client) : fail(env, instance, status, error);
}

/* (client, text) => undefined. */
static napi_value load(napi_env env, napi_callback_info info) {
    napi_value values[2];
    struct instance *instance = arguments(env, info, 2, values);
    const uint8_t *text = NULL;
    size_t length = 0;
    if (!bytes_of(env, values[1], &text, &length)) {
        return NULL;
    }
    flagbit_error *error = NULL;
    const flagbit_status status =
        flagbit_client_load(client_of(env, values[0])->raw, (const char *)text, length, &error);
    return status == FLAGBIT_STATUS_OK ? NULL : fail(env, instance, status, error);
}

/* (client) => undefined. */
static napi_value close_client(napi_env env, napi_callback_info info) {
    napi_value values[1];
    arguments(env, info, 1, values);
    flagbit_client_close(client_of(env, values[0])->raw);
    return NULL;
}

/* (client, values as JSON) => the override's number. */
static napi_value override_start(napi_env env, napi_callback_info info) {
    napi_value values[2];
    struct instance *instance = arguments(env, info, 2, values);
    const uint8_t *text = NULL;
    size_t length = 0;
    if (!bytes_of(env, values[1], &text, &length)) {
        return NULL;
    }
    uint64_t id = 0;
    flagbit_error *error = NULL;
    const flagbit_status status =
        flagbit_override_start(client_of(env, values[0])->raw, (const char *)text, length, &id, &error);
    return status == FLAGBIT_STATUS_OK ? number_value(env, (double)id) : fail(env, instance, status, error);
}

/* (client, number) => undefined. A client that was closed meanwhile has no such override. */
static napi_value override_end(napi_env env, napi_callback_info info) {
    napi_value values[2];
    arguments(env, info, 2, values);
    int64_t id = 0;
    napi_get_value_int64(env, values[1], &id);
    flagbit_override_end(client_of(env, values[0])->raw, (uint64_t)id);
    return NULL;
}

typedef flagbit_status (*listing)(const flagbit_client *client, flagbit_text_list **list);

static napi_value list(napi_env env, napi_callback_info info, listing call) {
    napi_value values[1];
    struct instance *instance = arguments(env, info, 1, values);
    flagbit_text_list *found = NULL;
    const flagbit_status status = call(client_of(env, values[0])->raw, &found);
    return status == FLAGBIT_STATUS_OK ? texts(env, found) : fail(env, instance, status, NULL);
}

/* (client) => string[]. */
static napi_value flags(napi_env env, napi_callback_info info) {
    return list(env, info, flagbit_client_flags);
}
static napi_value warnings(napi_env env, napi_callback_info info) {
    return list(env, info, flagbit_client_warnings);
}
static napi_value take_log(napi_env env, napi_callback_info info) {
    return list(env, info, flagbit_client_take_log);
}

/* (client, since) => [keys, whether any flag may have changed, the generation in force]. -1 is after all. */
static napi_value changes(napi_env env, napi_callback_info info) {
    napi_value values[2];
    struct instance *instance = arguments(env, info, 2, values);
    int64_t since = 0;
    napi_get_value_int64(env, values[1], &since);
    flagbit_text_list *keys = NULL;
    bool all = false;
    uint64_t generation = 0;
    const flagbit_status status =
        flagbit_client_changes(client_of(env, values[0])->raw, (uint64_t)since, &keys, &all, &generation);
    if (status != FLAGBIT_STATUS_OK) {
        return fail(env, instance, status, NULL);
    }
    napi_value parts = NULL;
    napi_create_array_with_length(env, 3, &parts);
    napi_set_element(env, parts, 0, texts(env, keys));
    napi_set_element(env, parts, 1, boolean_value(env, all));
    napi_set_element(env, parts, 2, number_value(env, (double)generation));
    return parts;
}

const export_entry cold_exports[] = {
    {"fromSnapshot", from_snapshot},
    {"open", open_client},
    {"load", load},
    {"close", close_client},
    {"overrideStart", override_start},
    {"overrideEnd", override_end},
    {"flags", flags},
    {"warnings", warnings},
    {"takeLog", take_log},
    {"changes", changes},
    {NULL, NULL},
};
