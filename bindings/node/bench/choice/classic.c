/* The addon that was not chosen: each call converts its arguments. Built and measured by run.sh. */
#include <flagbit.h>
#include <node_api.h>

static void *pointer(napi_env env, napi_value value) {
    void *found = NULL;
    napi_get_value_external(env, value, &found);
    return found;
}

/* (address) => External. */
static napi_value external(napi_env env, napi_callback_info info) {
    size_t count = 1;
    napi_value value, made;
    double address = 0;
    napi_get_cb_info(env, info, &count, &value, NULL, NULL);
    napi_get_value_double(env, value, &address);
    napi_create_external(env, (void *)(uintptr_t)address, NULL, NULL, &made);
    return made;
}

/* (client, key, context, default) => boolean. */
static napi_value prebuilt(napi_env env, napi_callback_info info) {
    size_t count = 4, length = 0;
    napi_value values[4], answer;
    char key[256];
    bool fallback = false;
    napi_get_cb_info(env, info, &count, values, NULL, NULL);
    napi_get_value_string_utf8(env, values[1], key, sizeof key, &length);
    napi_get_value_bool(env, values[3], &fallback);
    napi_get_boolean(env, flagbit_is_enabled_n(pointer(env, values[0]), key, length, pointer(env, values[2]), fallback),
                     &answer);
    return answer;
}

/* (client, key, packed attributes, default) => boolean. */
static napi_value packed(napi_env env, napi_callback_info info) {
    size_t count = 4, length = 0, packed_length = 0;
    napi_value values[4], answer;
    char key[256];
    void *bytes = NULL;
    bool fallback = false;
    napi_get_cb_info(env, info, &count, values, NULL, NULL);
    napi_get_value_string_utf8(env, values[1], key, sizeof key, &length);
    napi_get_buffer_info(env, values[2], &bytes, &packed_length);
    napi_get_value_bool(env, values[3], &fallback);
    napi_get_boolean(env, flagbit_is_enabled_with(pointer(env, values[0]), key, bytes, fallback), &answer);
    return answer;
}

NAPI_MODULE_INIT() {
    const struct {
        const char *name;
        napi_callback call;
    } all[] = {{"external", external}, {"prebuilt", prebuilt}, {"packed", packed}};
    for (size_t index = 0; index < sizeof all / sizeof *all; index++) {
        napi_value function;
        napi_create_function(env, all[index].name, NAPI_AUTO_LENGTH, all[index].call, NULL, &function);
        napi_set_named_property(env, exports, all[index].name, function);
    }
    return exports;
}
