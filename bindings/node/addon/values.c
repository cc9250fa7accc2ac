/* Converts values between JavaScript and the library. SPDX-License-Identifier: Apache-2.0 */
#include "addon.h"

#include <stdlib.h>

void *checked_malloc(size_t size) {
    void *memory = malloc(size);
    if (memory == NULL) {
        /* Node and Rust end the process in the same way. */
        napi_fatal_error("flagbit", NAPI_AUTO_LENGTH, "out of memory", NAPI_AUTO_LENGTH);
    }
    return memory;
}

napi_value text_value(napi_env env, const char *text, size_t length) {
    napi_value value = NULL;
    napi_create_string_utf8(env, text, length, &value);
    return value;
}

napi_value number_value(napi_env env, double number) {
    napi_value value = NULL;
    napi_create_double(env, number, &value);
    return value;
}

napi_value boolean_value(napi_env env, bool boolean) {
    napi_value value = NULL;
    napi_get_boolean(env, boolean, &value);
    return value;
}

bool bytes_of(napi_env env, napi_value value, const uint8_t **bytes, size_t *length) {
    napi_typedarray_type type;
    void *data = NULL;
    if (napi_get_typedarray_info(env, value, &type, length, &data, NULL, NULL) != napi_ok || type != napi_uint8_array) {
        napi_throw_type_error(env, NULL, "a Uint8Array is needed");
        return false;
    }
    /* An empty array may have no memory; NULL with the length 0 is the empty text. */
    *bytes = *length > 0 ? data : (const uint8_t *)"";
    return true;
}

napi_value fail(napi_env env, struct instance *instance, flagbit_status status, flagbit_error *error) {
    const char *message = error != NULL ? flagbit_error_message(error) : flagbit_status_message(status);
    napi_value made = NULL, function = NULL, undefined = NULL;
    napi_value values[] = {number_value(env, status), text_value(env, message, NAPI_AUTO_LENGTH)};
    flagbit_error_free(error);
    if (napi_get_undefined(env, &undefined) == napi_ok &&
        napi_get_reference_value(env, instance->fail, &function) == napi_ok && function != NULL &&
        napi_call_function(env, undefined, function, 2, values, &made) == napi_ok) {
        napi_throw(env, made);
    }
    return NULL;
}

struct instance *arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
    void *instance = NULL;
    napi_get_cb_info(env, info, &count, values, NULL, &instance);
    return instance;
}

napi_value texts(napi_env env, flagbit_text_list *list) {
    napi_value array = NULL;
    napi_create_array_with_length(env, list->count, &array);
    for (size_t index = 0; index < list->count; index++) {
        const flagbit_text place = list->items[index];
        napi_set_element(env, array, (uint32_t)index, text_value(env, list->text + place.offset, place.length));
    }
    flagbit_text_list_free(list);
    return array;
}

flagbit_status copied(copying call, void *arguments, char **buffer, size_t *length) {
    size_t capacity = 256;
    for (;;) {
        *buffer = checked_malloc(capacity);
        const flagbit_status status = call(arguments, *buffer, capacity, length);
        if (status != FLAGBIT_STATUS_BUFFER_TOO_SMALL) {
            return status;
        }
        /* The text may have grown again by the next call. */
        free(*buffer);
        capacity = *length;
    }
}
