/* Measures evaluations through the C ABI: evaluation FLAGS.JSON [--short].
 *
 * Prints a table in Markdown; times are median / minimum. Many short samples of each cell are taken in turn, so that a
 * busy moment of the machine affects all cells equally. Ends with 1 if an evaluation allocates that must not.
 */
#include <flagbit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "allocations.h"

#define USERS 1000
#define MAX_ROUNDS 12

typedef struct user {
    char id[16];
    const char *plan, *country;
    flagbit_context *four, *ten;
} user;

static flagbit_client *client;
static user users[USERS];
/* Keeps the compiler from leaving evaluations out. */
static volatile size_t answers;

/* Flags that are resolved once. */
static flagbit_flag *flag_on, *flag_off, *flag_workload;

static void require(flagbit_status status, const char *what) {
    if (status != FLAGBIT_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", what, flagbit_status_message(status));
        exit(1);
    }
}

static flagbit_attributes pack(const user *user, uint8_t *buffer, size_t capacity) {
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, capacity);
    flagbit_attributes_string(&attributes, "user_id", user->id);
    flagbit_attributes_string(&attributes, "plan", user->plan);
    flagbit_attributes_string(&attributes, "country", user->country);
    flagbit_attributes_string(&attributes, "version", "2.4.1");
    return attributes;
}

static flagbit_context *context_of(flagbit_attributes attributes) {
    flagbit_context *context = NULL;
    require(flagbit_context_new(attributes.buffer, attributes.length, &context, NULL), "a context");
    return context;
}

static flagbit_flag *flag_of(const char *key) {
    flagbit_flag *flag = NULL;
    require(flagbit_flag_new(client, key, strlen(key), &flag), key);
    return flag;
}

static void make_users(void) {
    static const char *const plans[] = {"free", "pro"}, *const countries[] = {"US", "GB", "FR"};
    uint8_t buffer[512];
    for (int index = 0; index < USERS; index++) {
        user *user = &users[index];
        snprintf(user->id, sizeof user->id, "usr_%d", index);
        user->plan = plans[index % 2];
        user->country = countries[index % 3];
        flagbit_attributes attributes = pack(user, buffer, sizeof buffer);
        user->four = context_of(attributes);
        flagbit_attributes_string(&attributes, "email", "someone@example.com");
        flagbit_attributes_string(&attributes, "company", "Example Ltd");
        flagbit_attributes_string(&attributes, "role", "admin");
        flagbit_attributes_integer(&attributes, "age", 33);
        flagbit_attributes_boolean(&attributes, "beta", true);
        flagbit_attributes_string(&attributes, "region", "eu-west");
        user->ten = context_of(attributes);
    }
}

static bool evaluate(const char *key, const flagbit_context *context) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    return flagbit_evaluate(client, key, context, &evaluation) == FLAGBIT_STATUS_OK && evaluation.enabled;
}

static bool packed(const char *key, const user *user) {
    uint8_t buffer[256];
    return flagbit_is_enabled_with(client, key, pack(user, buffer, sizeof buffer).buffer, false);
}

static bool evaluate_packed(const char *key, const user *user) {
    uint8_t buffer[256];
    const flagbit_attributes attributes = pack(user, buffer, sizeof buffer);
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    const flagbit_status status = flagbit_evaluate_with(client, key, attributes.buffer, &evaluation);
    return status == FLAGBIT_STATUS_OK && evaluation.enabled;
}

static bool borrowed(const char *key, const user *user) {
    const flagbit_attribute attributes[] = {
        flagbit_attribute_string("user_id", user->id),
        flagbit_attribute_string("plan", user->plan),
        flagbit_attribute_string("country", user->country),
        flagbit_attribute_string("version", "2.4.1"),
    };
    const size_t count = sizeof attributes / sizeof *attributes;
    return flagbit_is_enabled_of(client, key, attributes, count, sizeof *attributes, false);
}

static bool with_new_context(const char *key, const user *user) {
    uint8_t buffer[256];
    flagbit_context *context = context_of(pack(user, buffer, sizeof buffer));
    const bool enabled = flagbit_is_enabled(client, key, context, false);
    flagbit_context_free(context);
    return enabled;
}

/* A function that evaluates for every user. */
#define FOR_EACH_USER(name, evaluation)                                                                                \
    static void name(void) {                                                                                           \
        size_t on = 0;                                                                                                 \
        for (int index = 0; index < USERS; index++) {                                                                  \
            const user *user = &users[index];                                                                          \
            on += (evaluation);                                                                                        \
        }                                                                                                              \
        answers += on;                                                                                                 \
    }

FOR_EACH_USER(run_on, flagbit_is_enabled(client, "on", user->four, false))
FOR_EACH_USER(run_off, flagbit_is_enabled(client, "off", user->four, false))
FOR_EACH_USER(run_unknown, flagbit_is_enabled(client, "unknown", user->four, false))
FOR_EACH_USER(run_eq, flagbit_is_enabled(client, "eq", user->four, false))
FOR_EACH_USER(run_in, flagbit_is_enabled(client, "in", user->four, false))
FOR_EACH_USER(run_contains, flagbit_is_enabled(client, "contains", user->four, false))
FOR_EACH_USER(run_conditions, flagbit_is_enabled(client, "conditions", user->four, false))
FOR_EACH_USER(run_last, flagbit_is_enabled(client, "last-attribute", user->ten, false))
FOR_EACH_USER(run_absent, flagbit_is_enabled(client, "absent-attribute", user->ten, false))
FOR_EACH_USER(run_percentage, flagbit_is_enabled(client, "percentage", user->four, false))
FOR_EACH_USER(run_workload, flagbit_is_enabled(client, "workload", user->four, false))
FOR_EACH_USER(run_workload_n, flagbit_is_enabled_n(client, "workload", 8, user->four, false))
FOR_EACH_USER(run_evaluate, evaluate("workload", user->four))
FOR_EACH_USER(run_packed, packed("workload", user))
FOR_EACH_USER(run_flag_on, flagbit_flag_is_enabled(flag_on, user->four, false))
FOR_EACH_USER(run_flag_off, flagbit_flag_is_enabled(flag_off, user->four, false))
FOR_EACH_USER(run_flag_workload, flagbit_flag_is_enabled(flag_workload, user->four, false))
FOR_EACH_USER(run_evaluate_packed, evaluate_packed("workload", user))
FOR_EACH_USER(run_borrowed, borrowed("workload", user))
FOR_EACH_USER(run_new_context, with_new_context("workload", user))

static struct cell {
    const char *name;
    void (*run)(void);
    bool may_allocate;
    double samples[MAX_ROUNDS];
} cells[] = {
    {.name = "on", .run = run_on},
    {.name = "off", .run = run_off},
    {.name = "unknown key", .run = run_unknown},
    {.name = "`eq`", .run = run_eq},
    {.name = "`in` a list of 10", .run = run_in},
    {.name = "`contains`", .run = run_contains},
    {.name = "3 conditions", .run = run_conditions},
    {.name = "the last of 10 attributes", .run = run_last},
    {.name = "absent among 10 attributes", .run = run_absent},
    {.name = "`percent`", .run = run_percentage},
    {.name = "the workload's three rules", .run = run_workload},
    {.name = "the same, the key with its length", .run = run_workload_n},
    {.name = "the same, `flagbit_evaluate`", .run = run_evaluate},
    {.name = "the same, attributes packed in the call", .run = run_packed},
    {.name = "the same, `flagbit_evaluate` and packed in the call", .run = run_evaluate_packed},
    {.name = "the same, attributes borrowed for the call", .run = run_borrowed},
    {.name = "the same, a flagbit_context built in the call", .run = run_new_context, .may_allocate = true},
    {.name = "on, the flag resolved once", .run = run_flag_on},
    {.name = "off, the flag resolved once", .run = run_flag_off},
    {.name = "the workload's three rules, the flag resolved once", .run = run_flag_workload},
};
#define CELLS (sizeof cells / sizeof *cells)

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Returns the nanoseconds of one evaluation. */
static double sample(const struct cell *cell, double nanoseconds) {
    /* Fills the caches, which the other cells have emptied. */
    cell->run();
    const double start = now();
    size_t evaluations = 0;
    double passed;
    do {
        cell->run();
        evaluations += USERS;
        passed = now() - start;
    } while (passed < nanoseconds);
    return passed / (double)evaluations;
}

static int compare(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Returns the allocations of one evaluation, rounded up. */
static size_t count_allocations(const struct cell *cell) {
    const size_t before = allocations;
    cell->run();
    return (allocations - before + USERS - 1) / USERS;
}

static char *read_text(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    static char text[1 << 16];
    *length = fread(text, 1, sizeof text, file);
    fclose(file);
    return text;
}

int main(int count, char **arguments) {
    if (count < 2) {
        fprintf(stderr, "evaluation FLAGS.JSON [--short]\n");
        return 2;
    }
    const bool brief = count > 2 && strcmp(arguments[2], "--short") == 0;
    const int rounds = brief ? 3 : MAX_ROUNDS;
    const double nanoseconds = brief ? 1e6 : 10e6;

    size_t length;
    const char *snapshot = read_text(arguments[1], &length);
    require(flagbit_client_from_snapshot(snapshot, length, &client, NULL), arguments[1]);
    make_users();
    flag_on = flag_of("on"), flag_off = flag_of("off"), flag_workload = flag_of("workload");
    if (allocations == 0) {
        fprintf(stderr, "allocations are not counted\n");
        return 1;
    }

    for (int round = 0; round < rounds; round++) {
        for (size_t index = 0; index < CELLS; index++) {
            cells[index].samples[round] = sample(&cells[index], nanoseconds);
        }
    }

    int status = 0;
    printf("| evaluation | ns | allocations |\n|---|---|---|\n");
    for (size_t index = 0; index < CELLS; index++) {
        struct cell *cell = &cells[index];
        const size_t allocated = count_allocations(cell);
        qsort(cell->samples, (size_t)rounds, sizeof *cell->samples, compare);
        printf("| %s | %.1f / %.1f | %zu |\n", cell->name, cell->samples[rounds / 2], cell->samples[0], allocated);
        if (allocated > 0 && !cell->may_allocate) {
            status = 1;
        }
    }
    return status;
}
