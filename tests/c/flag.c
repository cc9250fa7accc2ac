/* Flags that are resolved once: they answer as the client does, whatever happens to the flags in force. */
#include "support.h"

#include <pthread.h>

static const char PRO[] =
    "[{\"key\": \"f\", \"enabled\": true, \"rules\": [{\"attribute\": \"plan\", \"operator\": \"eq\", "
    "\"value\": \"pro\"}]}]";
static const char GENERAL[] =
    "[{\"key\": \"f\", \"enabled\": true, \"rules\": [{\"attribute\": \"plan\", \"operator\": "
    "\"starts_with\", \"value\": \"p\"}]}]";
static const char ON[] = "[{\"key\": \"f\", \"enabled\": true, \"default_enabled\": true}]";
static const char OFF[] = "[{\"key\": \"f\", \"enabled\": false}]";
static const char NUMBER[] =
    "[{\"key\": \"f\", \"enabled\": true, \"default\": \"a\", \"variants\": {\"a\": 1, \"b\": 2}}]";
static const char ASIDE[] = "[{\"key\": \"f\", \"enabled\": 1}]";
static const char NONE[] = "[]";

static flagbit_flag *flag_of(const flagbit_client *client) {
    flagbit_flag *flag = NULL;
    CHECK_OK(flagbit_flag_new(client, "f", 1, &flag));
    REQUIRE(flag != NULL);
    return flag;
}

/* In each form of attributes the flag answers as its client. */
static void same(const flagbit_client *client, flagbit_flag *flag) {
    static const char *const plans[] = {"pro", "free"};
    for (int index = 0; index < 2; index++) {
        const flagbit_attribute user = flagbit_attribute_string("plan", plans[index]);
        uint8_t buffer[64];
        flagbit_attributes packed = flagbit_attributes_begin(buffer, sizeof buffer);
        flagbit_attributes_string(&packed, "plan", plans[index]);
        flagbit_context *context = NULL;
        CHECK_OK(flagbit_context_new_of(&user, 1, sizeof user, &context, NULL));
        flagbit_evaluation expected = {.struct_size = sizeof expected}, found = {.struct_size = sizeof found};
        CHECK_OK(flagbit_evaluate(client, "f", context, &expected));
        CHECK_OK(flagbit_flag_evaluate(flag, context, &found));
        CHECK(memcmp(&found, &expected, sizeof found) == 0);
        CHECK_OK(flagbit_flag_evaluate_of(flag, &user, 1, sizeof user, &found));
        CHECK(memcmp(&found, &expected, sizeof found) == 0);
        CHECK_OK(flagbit_flag_evaluate_with(flag, buffer, packed.length, &found));
        CHECK(memcmp(&found, &expected, sizeof found) == 0);
        for (int fallback = 0; fallback < 2; fallback++) {
            const bool on = flagbit_is_enabled(client, "f", context, fallback);
            CHECK(flagbit_flag_is_enabled(flag, context, fallback) == on);
            CHECK(flagbit_flag_is_enabled_of(flag, &user, 1, sizeof user, fallback) == on);
            CHECK(flagbit_flag_is_enabled_with(flag, buffer, packed.length, fallback) == on);
        }
        flagbit_context_free(context);
    }
}

static void a_flag_follows_what_is_in_force(void) {
    static const char *const texts[] = {NONE, PRO, GENERAL, ON, OFF, NUMBER, ASIDE, NONE, PRO};
    static const char OVERRIDE[] = "{\"f\": true}", OTHER[] = "{\"f\": 7}";
    flagbit_client *client = open_text(NONE);
    flagbit_flag *flag = flag_of(client);
    same(client, flag);
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
        uint64_t first = 0, second = 0;
        CHECK_OK(load_text(client, texts[index]));
        same(client, flag);
        CHECK_OK(flagbit_override_start(client, OVERRIDE, sizeof OVERRIDE - 1, &first, NULL));
        CHECK(flagbit_flag_is_enabled(flag, NULL, false));
        same(client, flag);
        CHECK_OK(flagbit_override_start(client, OTHER, sizeof OTHER - 1, &second, NULL));
        same(client, flag);
        CHECK_OK(flagbit_override_end(client, first));
        CHECK_OK(flagbit_override_end(client, second));
        same(client, flag);
    }
    CHECK_STATUS(load_text(client, "{"), FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    same(client, flag);
    CHECK_OK(flagbit_client_close(client));
    same(client, flag);
    flagbit_flag_free(flag);
    flagbit_client_free(client);
}

/* The client of flags lives as long as they do, unless it is closed. */
static void a_flag_keeps_its_client(void) {
    for (int closed = 0; closed < 2; closed++) {
        flagbit_client *client = open_text(ON);
        flagbit_flag *asked = flag_of(client), *new = flag_of(client);
        CHECK(flagbit_flag_is_enabled(asked, NULL, false));
        CHECK(!closed || flagbit_client_close(client) == FLAGBIT_STATUS_OK);
        flagbit_client_free(client);
        flagbit_flag *const flags[] = {asked, new};
        for (int index = 0; index < 2; index++) {
            flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
            CHECK_OK(flagbit_flag_evaluate(flags[index], NULL, &evaluation));
            CHECK((evaluation.error_code == FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY) == closed);
            CHECK(flagbit_flag_is_enabled(flags[index], NULL, false) == !closed);
            CHECK(flagbit_flag_is_enabled(flags[index], NULL, true));
            flagbit_flag_free(flags[index]);
        }
    }
}

static void unsupported_values_are_counted(void) {
    flagbit_client *client = open_text(ON);
    flagbit_flag *flag = flag_of(client);
    const flagbit_attribute odd = flagbit_attribute_of_kind("odd", FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED);
    CHECK(flagbit_flag_is_enabled_of(flag, &odd, 1, sizeof odd, false));
    CHECK(status_of(client).report.unsupported_values == 1);
    flagbit_flag_free(flag);
    flagbit_client_free(client);
}

enum { THREADS = 3, LOADS = 1000 };

/* Odd generations are on, even ones off. */
static void *evaluate_while_flags_change(void *client) {
    flagbit_flag *flag = flag_of(client);
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    uint64_t latest = 0, wrong = 0;
    while (latest < LOADS) {
        wrong += flagbit_flag_evaluate(flag, NULL, &evaluation) != FLAGBIT_STATUS_OK;
        wrong += evaluation.enabled != evaluation.generation % 2 || evaluation.generation < latest;
        latest = evaluation.generation;
    }
    CHECK(wrong == 0);
    flagbit_flag_free(flag);
    return NULL;
}

static void each_thread_has_its_own(void) {
    flagbit_client *client = open_text(ON);
    pthread_t threads[THREADS];
    for (int index = 0; index < THREADS; index++) {
        REQUIRE(pthread_create(&threads[index], NULL, evaluate_while_flags_change, client) == 0);
    }
    for (int load = 2; load <= LOADS; load++) {
        CHECK_OK(load_text(client, load % 2 == 1 ? ON : OFF));
    }
    for (int index = 0; index < THREADS; index++) {
        CHECK(pthread_join(threads[index], NULL) == 0);
    }
    flagbit_client_free(client);
}

int main(void) {
    a_flag_follows_what_is_in_force();
    a_flag_keeps_its_client();
    unsupported_values_are_counted();
    each_thread_has_its_own();
    return check_finish("flag");
}
