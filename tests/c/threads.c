/* Many threads on one client: evaluations during loads and during closing, and waiters that are woken. */
#include "support.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { THREADS = 4, LOADS = 400 };

static const char ON[] =
    "[{\"key\": \"a\", \"enabled\": true, \"default_enabled\": true},"
    "{\"key\": \"b\", \"enabled\": true, \"default_enabled\": true},"
    "{\"key\": \"t\", \"enabled\": true, \"default\": \"x\", \"variants\": {\"x\": \"on\", \"y\": \"\"}}]";
static const char OFF[] = "[{\"key\": \"a\", \"enabled\": false}, {\"key\": \"b\", \"enabled\": false},"
                          "{\"key\": \"t\", \"enabled\": true, \"default\": \"longer\", \"variants\": "
                          "{\"longer\": \"off and longer\", \"y\": \"\"}}]";

static flagbit_client *client;
static flagbit_context *context;
static atomic_bool finished;
static atomic_int ready;

static void start(pthread_t threads[], size_t count, void *(*run)(void *)) {
    atomic_store(&ready, 0);
    for (size_t index = 0; index < count; index++) {
        REQUIRE(pthread_create(&threads[index], NULL, run, NULL) == 0);
    }
    while (atomic_load(&ready) < (int)count) {
        sched_yield();
    }
}

static void join(pthread_t threads[], size_t count) {
    for (size_t index = 0; index < count; index++) {
        CHECK(pthread_join(threads[index], NULL) == 0);
    }
}

/* Odd generations are ON, even ones OFF: an answer that mixes two snapshots shows. */
static void *evaluate_until_finished(void *unused) {
    uint64_t latest = 0, rounds = 0, wrong = 0;
    atomic_fetch_add(&ready, 1);
    while (!atomic_load(&finished) || rounds == 0) {
        flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
        wrong += flagbit_evaluate(client, "a", context, &evaluation) != FLAGBIT_STATUS_OK;
        wrong += evaluation.enabled != evaluation.generation % 2;
        wrong += evaluation.generation < latest; /* time does not run backwards */
        latest = evaluation.generation;
        flagbit_text variant, value;
        char text[64];
        wrong += flagbit_evaluate_value(client, "t", 1, context, &evaluation, &variant, &value, text, sizeof text,
                                        NULL) != FLAGBIT_STATUS_OK;
        const bool on = evaluation.generation % 2 == 1;
        wrong += strcmp(text + variant.offset, on ? "x" : "longer") != 0;
        wrong += strcmp(text + value.offset, on ? "on" : "off and longer") != 0;
        flagbit_evaluations *all = NULL;
        wrong += flagbit_evaluate_all(client, context, &all) != FLAGBIT_STATUS_OK;
        wrong += all->count != 3 || all->items[0].evaluation.enabled != all->items[1].evaluation.enabled;
        wrong += all->items[0].evaluation.enabled != all->generation % 2;
        flagbit_evaluations_free(all);
        rounds++;
    }
    CHECK(wrong == 0);
    return unused;
}

/* A waiter sees the generations pass and ends with the last one. */
static void *wait_for_the_last_load(void *unused) {
    uint64_t event = 0, generation = 0;
    atomic_fetch_add(&ready, 1);
    while (generation < LOADS + 1) {
        const flagbit_status waited = flagbit_client_wait(client, event, 30000, &event);
        CHECK_OK(waited);
        if (waited != FLAGBIT_STATUS_OK) {
            break;
        }
        flagbit_text_list *keys = NULL;
        bool all = false;
        const uint64_t before = generation;
        flagbit_client_changes(client, generation, &keys, &all, &generation);
        CHECK(generation == before || (generation > before && (all || keys->count == 3)));
        flagbit_text_list_free(keys);
    }
    CHECK(generation == LOADS + 1);
    return unused;
}

static void answers_never_mix_snapshots(void) {
    pthread_t threads[THREADS], waiter;
    client = open_text(ON);
    atomic_store(&finished, false);
    start(threads, THREADS, evaluate_until_finished);
    start(&waiter, 1, wait_for_the_last_load);
    for (int load = 0; load < LOADS; load++) {
        CHECK_OK(load_text(client, load % 2 == 0 ? OFF : ON));
    }
    join(&waiter, 1);
    atomic_store(&finished, true);
    join(threads, THREADS);
    flagbit_client_free(client);
}

static void *evaluate_until_closed(void *unused) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    atomic_fetch_add(&ready, 1);
    uint64_t wrong = 0;
    do {
        wrong += flagbit_evaluate(client, "a", context, &evaluation) != FLAGBIT_STATUS_OK;
        const bool closed = evaluation.error_code == FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY;
        wrong += !closed && (evaluation.error_code != FLAGBIT_ERROR_CODE_NONE || evaluation.enabled != 1);
    } while (evaluation.error_code != FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY);
    wrong += flagbit_is_enabled(client, "a", context, false);
    CHECK(wrong == 0);
    return unused;
}

static void *wait_until_closed(void *unused) {
    uint64_t event = 0;
    flagbit_client_wait(client, 0, 0, &event);
    atomic_fetch_add(&ready, 1);
    CHECK_STATUS(flagbit_client_wait(client, event, UINT64_MAX, &event), FLAGBIT_STATUS_CLOSED);
    return unused;
}

static void closing_ends_evaluations_and_waits(void) {
    pthread_t evaluating[THREADS], waiting[THREADS];
    client = open_text(ON);
    start(evaluating, THREADS, evaluate_until_closed);
    start(waiting, THREADS, wait_until_closed);
    CHECK_OK(flagbit_client_close(client));
    join(evaluating, THREADS);
    join(waiting, THREADS);
    flagbit_client_free(client);
}

static void *wait_for_something_to_serve(void *unused) {
    atomic_fetch_add(&ready, 1);
    CHECK_STATUS(flagbit_client_wait_until_ready(client, UINT64_MAX), FLAGBIT_STATUS_CLOSED);
    return unused;
}

static void closing_ends_waiting_for_the_first_flags(void) {
    pthread_t waiting[THREADS];
    client = open_file("/nonexistent/flags.json", 1, NULL);
    REQUIRE(client != NULL);
    start(waiting, THREADS, wait_for_something_to_serve);
    CHECK_OK(flagbit_client_close(client));
    join(waiting, THREADS);
    flagbit_client_free(client);
}

static void *override_and_end(void *unused) {
    atomic_fetch_add(&ready, 1);
    uint64_t wrong = 0;
    for (int round = 0; round < 100; round++) {
        uint64_t id = 0;
        wrong += flagbit_override_start(client, "{\"a\": true}", 11, &id, NULL) != FLAGBIT_STATUS_OK;
        wrong += !flagbit_is_enabled(client, "a", context, false);
        wrong += flagbit_override_end(client, id) != FLAGBIT_STATUS_OK;
    }
    CHECK(wrong == 0);
    return unused;
}

static void overrides_of_several_threads_all_end(void) {
    pthread_t threads[THREADS];
    client = open_text(OFF);
    start(threads, THREADS, override_and_end);
    join(threads, THREADS);
    CHECK(!flagbit_is_enabled(client, "a", context, true));
    CHECK(status_of(client).report.generation == 1 + THREADS * 100 * 2);
    flagbit_client_free(client);
}

int main(void) {
    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "plan", "pro");
    CHECK_OK(flagbit_context_new(buffer, attributes.length, &context, NULL));
    answers_never_mix_snapshots();
    closing_ends_evaluations_and_waits();
    closing_ends_waiting_for_the_first_flags();
    overrides_of_several_threads_all_end();
    flagbit_context_free(context);
    return check_finish("threads");
}
