/* Blocking calls, each on a thread of its own. Neither the event loop nor the thread pool, which Node's file system,
 * DNS and cryptography share, waits for them. SPDX-License-Identifier: Apache-2.0 */
#include "addon.h"

#include <stdlib.h>

enum { WAIT_EVENTS = 0, WAIT_READY = 1, WAIT_REFRESH = 2 };

/* In milliseconds. From this number on a wait has no end. */
#define LONGEST_WAIT 9e15

struct job {
    struct client *client;
    struct hub *hub;
    double id;
    uint64_t timeout; /* in milliseconds */
    int32_t kind;
    bool told;           /* a message is on its way; it also covers later events */
    unsigned references; /* the thread, and each message */
};

struct message {
    struct job *job;
    flagbit_status status;
};

struct hub *hub_new(void) {
    struct hub *hub = checked_malloc(sizeof *hub);
    mutex_init(&hub->lock);
    hub->deliver = NULL;
    hub->references = 1;
    return hub;
}

void hub_release(struct hub *hub) {
    mutex_lock(&hub->lock);
    const bool last = --hub->references == 0;
    mutex_unlock(&hub->lock);
    if (last) {
        mutex_destroy(&hub->lock);
        free(hub);
    }
}

void client_retain(struct client *client) {
    mutex_lock(&client->hub->lock);
    client->references++;
    mutex_unlock(&client->hub->lock);
}

void client_release(struct client *client) {
    struct hub *hub = client->hub;
    mutex_lock(&hub->lock);
    const bool last = --client->references == 0;
    mutex_unlock(&hub->lock);
    if (last) {
        flagbit_client_free(client->raw);
        free(client);
        hub_release(hub);
    }
}

static void job_release(struct job *job) {
    struct hub *hub = job->hub;
    mutex_lock(&hub->lock);
    const bool last = --job->references == 0;
    mutex_unlock(&hub->lock);
    if (last) {
        free(job);
        hub_release(hub);
    }
}

/* Runs on a thread: tells JavaScript, if it is still there. The caller holds the lock, so the environment cannot end
 * meanwhile. */
static void tell(struct job *job, flagbit_status status) {
    struct hub *hub = job->hub;
    mutex_lock(&hub->lock);
    if (hub->deliver != NULL && !(job->told && status == FLAGBIT_STATUS_OK)) {
        struct message *message = checked_malloc(sizeof *message);
        message->job = job;
        message->status = status;
        if (napi_call_threadsafe_function(hub->deliver, message, napi_tsfn_nonblocking) == napi_ok) {
            job->told = true;
            job->references++;
        } else {
            free(message);
        }
    }
    mutex_unlock(&hub->lock);
}

THREAD_FUNCTION(run, argument) {
    struct job *job = argument;
    const flagbit_client *client = job->client->raw;
    flagbit_status status;
    uint64_t event = 0;
    switch (job->kind) {
        case WAIT_EVENTS:
            do {
                status = flagbit_client_wait(client, event, job->timeout, &event);
                tell(job, status);
            } while (status == FLAGBIT_STATUS_OK);
            break;
        case WAIT_READY:
            tell(job, flagbit_client_wait_until_ready(client, job->timeout));
            break;
        default:
            tell(job, flagbit_client_refresh_within(client, job->timeout, NULL));
            break;
    }
    client_release(job->client);
    job_release(job);
    THREAD_END;
}

/* Runs on the environment's thread, or without an environment if that is ending. Calls (id, status). */
static void deliver(napi_env env, napi_value function, void *context, void *data) {
    (void)context;
    struct message *message = data;
    struct job *job = message->job;
    mutex_lock(&job->hub->lock);
    job->told = false;
    mutex_unlock(&job->hub->lock);
    napi_value undefined = NULL;
    if (env != NULL && napi_get_undefined(env, &undefined) == napi_ok) {
        napi_value values[] = {number_value(env, job->id), number_value(env, message->status)};
        napi_call_function(env, undefined, function, 2, values, NULL);
    }
    free(message);
    job_release(job);
}

/* Nobody listens any more, or the environment ends: from here on no thread tells anything. */
static void end(napi_env env, void *data, void *hint) {
    (void)env;
    struct hub *hub = data;
    mutex_lock(&hub->lock);
    if (hub->listening == (uintptr_t)hint) {
        hub->deliver = NULL;
    }
    mutex_unlock(&hub->lock);
    hub_release(hub);
}

/* ((id, status) => void): the callback to tell. Called before a `wait` when no other is under way. */
static napi_value listen(napi_env env, napi_callback_info info) {
    napi_value values[1], name = NULL;
    struct hub *hub = arguments(env, info, 1, values)->hub;
    napi_threadsafe_function made = NULL;
    napi_create_string_utf8(env, "flagbit", NAPI_AUTO_LENGTH, &name);
    mutex_lock(&hub->lock);
    hub->references++;
    void *count = (void *)++hub->listening;
    mutex_unlock(&hub->lock);
    if (napi_create_threadsafe_function(env, values[0], NULL, name, 0, 1, hub, end, count, deliver, &made) != napi_ok) {
        hub_release(hub);
        napi_throw_error(env, NULL, "no thread-safe function can be made");
        return NULL;
    }
    /* TypeScript holds the process open during a wait, by a timer. */
    napi_unref_threadsafe_function(env, made);
    mutex_lock(&hub->lock);
    hub->deliver = made;
    mutex_unlock(&hub->lock);
    return NULL;
}

/* () => undefined. Called after the last `wait` was told, so that the callback may be collected. */
static napi_value unlisten(napi_env env, napi_callback_info info) {
    struct hub *hub = arguments(env, info, 0, NULL)->hub;
    mutex_lock(&hub->lock);
    const napi_threadsafe_function deliver = hub->deliver;
    hub->deliver = NULL;
    mutex_unlock(&hub->lock);
    if (deliver != NULL) {
        napi_release_threadsafe_function(deliver, napi_tsfn_release);
    }
    return NULL;
}

/* (client, kind, id, milliseconds): starts a call that blocks for at most this long. WAIT_EVENTS tells again and again,
 * until its status is not OK. */
static napi_value wait_for(napi_env env, napi_callback_info info) {
    napi_value values[4];
    struct instance *instance = arguments(env, info, 4, values);
    double timeout = 0;
    struct job *job = checked_malloc(sizeof *job);
    job->client = client_of(env, values[0]);
    job->hub = instance->hub;
    job->told = false;
    job->references = 1;
    napi_get_value_int32(env, values[1], &job->kind);
    napi_get_value_double(env, values[2], &job->id);
    napi_get_value_double(env, values[3], &timeout);
    /* A larger double, such as Infinity, has no integer. */
    job->timeout = timeout < LONGEST_WAIT ? (uint64_t)timeout : UINT64_MAX;
    client_retain(job->client);
    mutex_lock(&job->hub->lock);
    job->hub->references++;
    mutex_unlock(&job->hub->lock);
    if (!thread_start(run, job)) {
        client_release(job->client);
        job_release(job);
        return fail(env, instance, FLAGBIT_STATUS_THREAD, NULL);
    }
    return NULL;
}

/* (client) => whether the client has something to serve. */
static napi_value ready(napi_env env, napi_callback_info info) {
    napi_value values[1];
    arguments(env, info, 1, values);
    return boolean_value(env, flagbit_client_wait_until_ready(client_of(env, values[0])->raw, 0) == FLAGBIT_STATUS_OK);
}

const export_entry wait_exports[] = {
    {"listen", listen}, {"unlisten", unlisten}, {"wait", wait_for}, {"ready", ready}, {NULL, NULL}};
