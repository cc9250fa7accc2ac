/* The declarations that the addon's files share. The addon is a thin layer between include/flagbit.h and src/native.ts:
 * convert, call, convert. TypeScript decides the meaning of a value, and every default.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLAGBIT_NODE_ADDON_H
#define FLAGBIT_NODE_ADDON_H

#define NAPI_VERSION 8
#define FLAGBIT_STATIC
#include <flagbit.h>
#include <node_api.h>

#include "thread.h"

/* An attribute that JavaScript writes in place, and the room for its text, to which the attribute always points. */
struct row {
    union {
        flagbit_attribute attribute;
        uint8_t size_of_64_bits[64]; /* everywhere, so that the frame has one layout */
    };
    uint8_t text[288];
};

/* The memory that both sides share, so that the frequent calls convert no argument: JavaScript writes the question, and
 * the addon writes the answer. src/frame.ts has the same offsets, and compares them when it is loaded. */
struct frame {
    double client;  /* a flagbit_client */
    double context; /* a flagbit_context, or 0 */
    uint32_t key;   /* the offset of the key in the frame */
    uint32_t key_length;
    uint32_t packed_length; /* 0: the rows count */
    uint32_t row_count;     /* 0 as well: the context counts */
    uint32_t boolean;       /* the default of `isEnabled`, and then its answer */
    int32_t status;
    flagbit_evaluation evaluation;
    struct row rows[32];
    uint8_t known[16 * 1024]; /* keys and names of attributes that were asked for before */
    uint8_t packed[];
};

/* The messages that the threads of one evaluation of the package have for JavaScript. It lives until the last of these
 * threads is done, even after the environment. */
struct hub {
    mutex lock;
    napi_threadsafe_function deliver; /* NULL while nobody listens, and after the environment */
    uintptr_t listening;              /* counts who listened, so that the end of one does not end the next */
    unsigned references;              /* guarded by lock, like all counts here */
};

/* The data that the functions of one evaluation of the package share. */
struct instance {
    struct frame *frame;
    size_t frame_size;
    napi_ref fail;      /* (status, message) => Error, which the package keeps alive */
    unsigned functions; /* how many the garbage collector has not freed */
    struct hub *hub;
};

/* A client, held by JavaScript's object and by each thread that is in a call with it. */
struct client {
    flagbit_client *raw;
    struct hub *hub;
    unsigned references;
};

/* values.c */
void *checked_malloc(size_t size);
napi_value text_value(napi_env env, const char *text, size_t length);
napi_value number_value(napi_env env, double number);
napi_value boolean_value(napi_env env, bool value);
/* The bytes of a Uint8Array. False, with an exception, for anything else. */
bool bytes_of(napi_env env, napi_value value, const uint8_t **bytes, size_t *length);
/* Throws the error that the package makes of a status, and frees `error`. */
napi_value fail(napi_env env, struct instance *instance, flagbit_status status, flagbit_error *error);
/* Reads up to `count` arguments; the rest are undefined. */
struct instance *arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values);
/* Makes an array of strings, and frees the list. */
napi_value texts(napi_env env, flagbit_text_list *list);

/* Calls a function that copies text, with larger buffers until one fits. The caller must free `*buffer`. */
typedef flagbit_status (*copying)(void *arguments, char *buffer, size_t capacity, size_t *needed);
flagbit_status copied(copying call, void *arguments, char **buffer, size_t *length);

/* wait.c */
struct hub *hub_new(void);
void hub_release(struct hub *hub);
void client_retain(struct client *client);
void client_release(struct client *client);

/* Exports the functions of each file, under their names in src/native.ts. */
typedef struct {
    const char *name;
    napi_callback call;
} export_entry;
extern const export_entry hot_exports[], cold_exports[], report_exports[], wait_exports[];

/* hot.c */
void point_rows(struct frame *frame);

/* cold.c */
struct client *client_of(napi_env env, napi_value value);

#endif
