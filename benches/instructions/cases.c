/* The cases that scripts/test/instructions.sh counts. It runs each case under callgrind, which writes down how many
 * instructions a small and a large number of calls took. The difference is the cost of the calls alone.
 *
 * Every case is run on ROUNDS clients, since each has hash seeds of its own and an unlucky one compares a key twice.
 * The dumps are named "CASE|CALLS|STEP": the script takes the smallest count of a case.
 */
#include <flagbit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#define ROUNDS 11

static flagbit_client *client;
static flagbit_context *context;
static uint8_t packed[256];
static size_t packed_length;
static flagbit_attribute borrowed[5];
static flagbit_flag *flag;

static void require(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "instructions: %s\n", what);
        exit(1);
    }
}

/* --- Snapshots ------------------------------------------------------------------------------- */

static char text[1 << 20];
static size_t length;

static void begin_text(const char *start) {
    length = 0;
    text[0] = '\0';
    length += (size_t)snprintf(text, sizeof text, "%s", start);
}

#define ADD(...) length += (size_t)snprintf(text + length, sizeof text - length, __VA_ARGS__)

/* A list of so many ids, in which "usr_123" is the last. */
static void add_in(const char *key, int count) {
    ADD(",{\"key\":\"%s\",\"enabled\":true,\"rules\":[{\"attribute\":\"user_id\",\"operator\":\"in\",\"value\":[", key);
    for (int index = count - 1; index > 0; index--) {
        ADD("\"usr_%d\",", 1000 + index);
    }
    ADD("\"usr_123\"]}]}");
}

static void write_cases(void) {
    begin_text("{\"flags\":[");
    ADD("{\"key\":\"no-rules\",\"enabled\":true,\"default_enabled\":true}");
    ADD(",{\"key\":\"disabled\",\"enabled\":false,\"rules\":[{\"operator\":\"percent\",\"value\":50}]}");
    ADD(",{\"key\":\"eq\",\"enabled\":true,\"rules\":[{\"attribute\":\"plan\",\"operator\":\"eq\",\"value\":\"pro\"}]"
        "}");
    ADD(",{\"key\":\"five-rules\",\"enabled\":true,\"default_enabled\":true,\"rules\":["
        "{\"attribute\":\"plan\",\"operator\":\"eq\",\"value\":\"free\"},"
        "{\"attribute\":\"country\",\"operator\":\"in\",\"value\":[\"US\",\"GB\"]},"
        "{\"attribute\":\"email\",\"operator\":\"contains\",\"value\":\"@example.org\"},"
        "{\"attribute\":\"version\",\"operator\":\"neq\",\"value\":\"2.4.1\"},"
        "{\"attribute\":\"absent\",\"operator\":\"eq\",\"value\":\"x\"}]}");
    add_in("in-5", 5);
    add_in("in-1000", 1000);
    ADD(",{\"key\":\"contains\",\"enabled\":true,\"rules\":["
        "{\"attribute\":\"email\",\"operator\":\"contains\",\"value\":\"@example.com\"}]}");
    ADD(",{\"key\":\"conditions\",\"enabled\":true,\"rules\":[{\"conditions\":["
        "{\"attribute\":\"plan\",\"operator\":\"eq\",\"value\":\"pro\"},"
        "{\"attribute\":\"country\",\"operator\":\"neq\",\"value\":\"US\"},"
        "{\"attribute\":\"version\",\"operator\":\"in\",\"value\":[\"2.4.0\",\"2.4.1\"]}],\"value\":true}]}");
    ADD(",{\"key\":\"percent\",\"enabled\":true,\"rules\":[{\"operator\":\"percent\",\"value\":100}]}");
    ADD("]}");
}

/* Flags as people have them: none, one, two or three rules, one in five switched off. */
static void write_many(int count) {
    static const char *const rules[] = {
        "",
        "{\"attribute\":\"plan\",\"operator\":\"eq\",\"value\":\"pro\"}",
        "{\"attribute\":\"country\",\"operator\":\"in\",\"value\":[\"US\",\"GB\",\"FR\"]},"
        "{\"operator\":\"percent\",\"value\":12.5}",
        "{\"attribute\":\"email\",\"operator\":\"contains\",\"value\":\"@example.org\"},"
        "{\"conditions\":[{\"attribute\":\"plan\",\"operator\":\"neq\",\"value\":\"free\"},"
        "{\"attribute\":\"user_id\",\"operator\":\"percent\",\"value\":50}],\"value\":false},"
        "{\"attribute\":\"age\",\"operator\":\"eq\",\"value\":33}",
    };
    begin_text("{\"revision\":\"17\",\"flags\":[");
    for (int index = 0; index < count; index++) {
        ADD("%s{\"key\":\"flag-%04d\",\"enabled\":%s,\"default_enabled\":false,\"description\":\"what it is for\","
            "\"rules\":[%s]}",
            index == 0 ? "" : ",", index, index % 5 == 4 ? "false" : "true", rules[index % 4]);
    }
    ADD("]}");
}

static void open_client(void) {
    require(length < sizeof text, "the snapshot is too large for its buffer");
    require(flagbit_client_from_snapshot(text, length, &client, NULL) == FLAGBIT_STATUS_OK, "a snapshot is refused");
}

/* --- Calls ----------------------------------------------------------------------------------- */

/* Keeps the compiler from leaving calls out. */
static volatile size_t on;

static void is_enabled(const char *key, int calls) {
    for (int call = 0; call < calls; call++) {
        on += flagbit_is_enabled(client, key, context, false);
    }
}

static void is_enabled_packed(const char *key, int calls) {
    for (int call = 0; call < calls; call++) {
        on += flagbit_is_enabled_with(client, key, packed, false);
    }
}

static void is_enabled_borrowed(const char *key, int calls) {
    for (int call = 0; call < calls; call++) {
        on += flagbit_is_enabled_of(client, key, borrowed, 5, sizeof *borrowed, false);
    }
}

static void is_enabled_flag(const char *key, int calls) {
    (void)key;
    for (int call = 0; call < calls; call++) {
        on += flagbit_flag_is_enabled(flag, context, false);
    }
}

static void evaluate_flag(const char *key, int calls) {
    (void)key;
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    for (int call = 0; call < calls; call++) {
        flagbit_flag_evaluate(flag, context, &evaluation);
        on += evaluation.enabled;
    }
}

static void evaluate(const char *key, int calls) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    for (int call = 0; call < calls; call++) {
        flagbit_evaluate(client, key, context, &evaluation);
        on += evaluation.enabled;
    }
}

static void evaluate_packed(const char *key, int calls) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    for (int call = 0; call < calls; call++) {
        flagbit_evaluate_with(client, key, packed, &evaluation);
        on += evaluation.enabled;
    }
}

static void evaluate_borrowed(const char *key, int calls) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    for (int call = 0; call < calls; call++) {
        flagbit_evaluate_of(client, key, borrowed, 5, sizeof *borrowed, &evaluation);
        on += evaluation.enabled;
    }
}

static void evaluate_all(const char *key, int calls) {
    (void)key;
    for (int call = 0; call < calls; call++) {
        flagbit_evaluations *all = NULL;
        flagbit_evaluate_all(client, context, &all);
        on += all->count;
        flagbit_evaluations_free(all);
    }
}

static void evaluate_all_packed(const char *key, int calls) {
    (void)key;
    for (int call = 0; call < calls; call++) {
        flagbit_evaluations *all = NULL;
        flagbit_evaluate_all_with(client, packed, packed_length, &all);
        on += all->count;
        flagbit_evaluations_free(all);
    }
}

/* Opens a client of the text and frees it. */
static void load(const char *key, int calls) {
    (void)key;
    for (int call = 0; call < calls; call++) {
        flagbit_client *loaded = NULL;
        flagbit_client_from_snapshot(text, length, &loaded, NULL);
        on += loaded != NULL;
        flagbit_client_free(loaded);
    }
}

/* --- Measuring ------------------------------------------------------------------------------- */

typedef void run(const char *key, int calls);

static void count(const char *name, run *run, const char *key, int few, int many) {
    /* First-use costs are not counted. */
    run(key, 1);
    const int steps[] = {few, many};
    for (int step = 0; step < 2; step++) {
        char label[128];
        snprintf(label, sizeof label, "%s|%d|%s", name, steps[step], step == 0 ? "few" : "many");
        CALLGRIND_ZERO_STATS;
        run(key, steps[step]);
        CALLGRIND_DUMP_STATS_AT(label);
    }
}

static const struct call {
    const char *name;
    run *run;
} calls[] = {
    {"is_enabled", is_enabled},
    {"is_enabled, packed", is_enabled_packed},
    {"is_enabled, borrowed", is_enabled_borrowed},
    {"evaluate", evaluate},
    {"evaluate, packed", evaluate_packed},
    {"evaluate, borrowed", evaluate_borrowed},
    {"is_enabled, resolved", is_enabled_flag},
    {"evaluate, resolved", evaluate_flag},
};

/* The cases with the answer that each must give, so that a case measures what its name says. */
static const struct flag {
    const char *name, *key;
    bool enabled;
    int32_t reason, error_code;
} flags[] = {
    {"no rules", "no-rules", true, FLAGBIT_REASON_DEFAULT, 0},
    {"disabled", "disabled", false, FLAGBIT_REASON_DISABLED, 0},
    {"unknown flag", "not-there", false, FLAGBIT_REASON_ERROR, FLAGBIT_ERROR_CODE_FLAG_NOT_FOUND},
    {"eq, the first rule", "eq", true, FLAGBIT_REASON_TARGETING_MATCH, 0},
    {"5 rules, none matches", "five-rules", true, FLAGBIT_REASON_DEFAULT, 0},
    {"in, 5 values", "in-5", true, FLAGBIT_REASON_TARGETING_MATCH, 0},
    {"in, 1000 values", "in-1000", true, FLAGBIT_REASON_TARGETING_MATCH, 0},
    {"contains", "contains", true, FLAGBIT_REASON_TARGETING_MATCH, 0},
    {"3 conditions", "conditions", true, FLAGBIT_REASON_TARGETING_MATCH, 0},
    {"percent", "percent", true, FLAGBIT_REASON_PERCENTAGE_ROLLOUT, 0},
};

static void count_flag(const struct flag *asked) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    require(flagbit_evaluate(client, asked->key, context, &evaluation) == FLAGBIT_STATUS_OK, asked->name);
    require(evaluation.error_code == asked->error_code && evaluation.reason == asked->reason, asked->name);
    require((evaluation.enabled == 1) == asked->enabled, asked->name);
    require(flagbit_flag_new(client, asked->key, strlen(asked->key), &flag) == FLAGBIT_STATUS_OK, asked->name);
    for (size_t call = 0; call < sizeof calls / sizeof *calls; call++) {
        char name[96];
        snprintf(name, sizeof name, "%s: %s", calls[call].name, asked->name);
        count(name, calls[call].run, asked->key, 20, 120);
    }
    flagbit_flag_free(flag);
}

static void prepare_context(void) {
    flagbit_attributes attributes = flagbit_attributes_begin(packed, sizeof packed);
    flagbit_attributes_string(&attributes, "user_id", "usr_123");
    flagbit_attributes_string(&attributes, "plan", "pro");
    flagbit_attributes_string(&attributes, "country", "FR");
    flagbit_attributes_string(&attributes, "email", "someone@example.com");
    flagbit_attributes_string(&attributes, "version", "2.4.1");
    packed_length = attributes.length;
    borrowed[0] = flagbit_attribute_string("user_id", "usr_123");
    borrowed[1] = flagbit_attribute_string("plan", "pro");
    borrowed[2] = flagbit_attribute_string("country", "FR");
    borrowed[3] = flagbit_attribute_string("email", "someone@example.com");
    borrowed[4] = flagbit_attribute_string("version", "2.4.1");
    require(flagbit_context_new(packed, packed_length, &context, NULL) == FLAGBIT_STATUS_OK, "the context");
}

int main(void) {
    if (RUNNING_ON_VALGRIND == 0) {
        fprintf(stderr, "instructions: to be run by scripts/test/instructions.sh\n");
        return 2;
    }
    prepare_context();
    for (int round = 0; round < ROUNDS; round++) {
        write_cases();
        open_client();
        for (size_t flag = 0; flag < sizeof flags / sizeof *flags; flag++) {
            count_flag(&flags[flag]);
        }
        flagbit_client_free(client);

        write_many(100);
        open_client();
        count("evaluate_all: 100 flags", evaluate_all, NULL, 2, 12);
        count("evaluate_all, packed: 100 flags", evaluate_all_packed, NULL, 2, 12);
        flagbit_client_free(client);

        write_many(1000);
        count("load: 1000 flags", load, NULL, 1, 3);
    }
    flagbit_context_free(context);
    /* The processor features by which the libraries choose their vector code, as valgrind's processor has them. */
#ifdef __x86_64__
    puts(__builtin_cpu_supports("avx2") ? "avx2" : "sse2");
#else
    puts("any");
#endif
    return 0;
}
