/* The addon as Node loads it, once an environment: the main thread's and each worker's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "addon.h"

#include <stdlib.h>

/* (ArrayBuffer, (status, message) => Error): the frame, and how errors are made. Called once, before anything else. */
static napi_value start(napi_env env, napi_callback_info info) {
    napi_value values[2];
    struct instance *instance = arguments(env, info, 2, values);
    void *memory = NULL;
    size_t size = 0;
    if (instance->frame != NULL || napi_get_arraybuffer_info(env, values[0], &memory, &size) != napi_ok ||
        size < sizeof(struct frame)) {
        napi_throw_type_error(env, NULL, "start takes the frame, once");
        return NULL;
    }
    napi_create_reference(env, values[0], 1, &instance->frame_buffer);
    napi_create_reference(env, values[1], 1, &instance->fail);
    instance->frame = memory;
    instance->frame_size = size;
    return NULL;
}

static void end(napi_env env, void *data, void *hint) {
    (void)env, (void)hint;
    struct instance *instance = data;
    hub_release(instance->hub);
    free(instance);
}

static void export_all(napi_env env, napi_value exports, struct instance *instance, const export_entry *entries) {
    for (; entries->name != NULL; entries++) {
        napi_value function = NULL;
        napi_create_function(env, entries->name, NAPI_AUTO_LENGTH, entries->call, instance, &function);
        napi_set_named_property(env, exports, entries->name, function);
    }
}

static void export_number(napi_env env, napi_value exports, const char *name, size_t number) {
    napi_set_named_property(env, exports, name, number_value(env, (double)number));
}

NAPI_MODULE_INIT() {
    struct instance *instance = checked_malloc(sizeof *instance);
    *instance = (struct instance){.hub = hub_new()};
    napi_set_instance_data(env, instance, end, NULL);

    const export_entry own[] = {{"start", start}, {NULL, NULL}};
    export_all(env, exports, instance, own);
    export_all(env, exports, instance, hot_exports);
    export_all(env, exports, instance, cold_exports);
    export_all(env, exports, instance, report_exports);
    export_all(env, exports, instance, wait_exports);

    /* What src/native.ts and src/frame.ts compare with what they were written for. */
    export_number(env, exports, "abiVersion", flagbit_abi_version());
    export_number(env, exports, "frameText", offsetof(struct frame, text));
    export_number(env, exports, "frameEvaluation", offsetof(struct frame, evaluation));
    export_number(env, exports, "evaluationSize", sizeof(flagbit_evaluation));
    return exports;
}
