/* Loads the addon for each of Node's environments: the main thread's and each worker's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "addon.h"

#include <stdlib.h>

/* Every instance is freed with the last of its functions. */
static void release(napi_env env, void *data, void *hint) {
    (void)hint;
    struct instance *instance = data;
    if (--instance->functions == 0) {
        napi_delete_reference(env, instance->fail);
        hub_release(instance->hub);
        free(instance);
    }
}

static void export_all(napi_env env, napi_value exports, struct instance *instance, const export_entry *entries) {
    for (; entries->name != NULL; entries++) {
        napi_value function = NULL;
        napi_create_function(env, entries->name, NAPI_AUTO_LENGTH, entries->call, instance, &function);
        if (napi_add_finalizer(env, function, instance, release, NULL, NULL) == napi_ok) {
            instance->functions++;
        }
        napi_set_named_property(env, exports, entries->name, function);
    }
}

static void export_number(napi_env env, napi_value exports, const char *name, double number) {
    napi_set_named_property(env, exports, name, number_value(env, number));
}

/* (ArrayBuffer, (status, message) => Error) => the functions, which use this frame and make their errors with this
 * callback.
 *
 * Each evaluation of the package calls it once. An environment may have many: Jest evaluates the package for each test
 * file, a server for each hot reload. The garbage collector has to free what an evaluation leaves behind, so nothing
 * here refers to its objects: they are properties of the result, which the package holds as long as it calls the
 * functions. */
static napi_value start(napi_env env, napi_callback_info info) {
    napi_value values[2];
    size_t count = 2;
    void *memory = NULL;
    size_t size = 0;
    napi_valuetype type = napi_undefined;
    napi_get_cb_info(env, info, &count, values, NULL, NULL);
    if (napi_get_arraybuffer_info(env, values[0], &memory, &size) != napi_ok || size < sizeof(struct frame) ||
        napi_typeof(env, values[1], &type) != napi_ok || type != napi_function) {
        napi_throw_type_error(env, NULL, "start takes the frame and what makes errors");
        return NULL;
    }
    struct instance *instance = checked_malloc(sizeof *instance);
    *instance = (struct instance){.frame = memory, .frame_size = size, .hub = hub_new()};
    point_rows(instance->frame);
    napi_create_reference(env, values[1], 0, &instance->fail);

    napi_value exports = NULL;
    napi_create_object(env, &exports);
    napi_set_named_property(env, exports, "frame", values[0]);
    export_number(env, exports, "frameAddress", (double)(uintptr_t)memory);
    napi_set_named_property(env, exports, "fail", values[1]);
    export_all(env, exports, instance, hot_exports);
    export_all(env, exports, instance, cold_exports);
    export_all(env, exports, instance, report_exports);
    export_all(env, exports, instance, wait_exports);
    return exports;
}

NAPI_MODULE_INIT() {
    napi_value function = NULL;
    napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, NULL, &function);
    napi_set_named_property(env, exports, "start", function);
    /* src/native.ts and src/frame.ts compare these with the ABI and the offsets that they were written for. */
    napi_set_named_property(env, exports, "version", text_value(env, flagbit_version(), NAPI_AUTO_LENGTH));
    export_number(env, exports, "abiVersion", flagbit_abi_version());
    export_number(env, exports, "frameEvaluation", offsetof(struct frame, evaluation));
    export_number(env, exports, "frameRows", offsetof(struct frame, rows));
    export_number(env, exports, "frameKnown", offsetof(struct frame, known));
    export_number(env, exports, "framePacked", offsetof(struct frame, packed));
    export_number(env, exports, "attributeSize", sizeof(flagbit_attribute));
    export_number(env, exports, "evaluationSize", sizeof(flagbit_evaluation));
    return exports;
}
