/* Checks that count, and name the place and the expression where they fail. For the tests in C and in C++.
 * A failed check does not end the program: main returns check_finish(). */
#ifndef CHECK_H
#define CHECK_H

#include <flagbit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_count, check_failures;

/* Counted atomically: threads check too. */
static inline int check_that(int holds, const char *file, int line, const char *what) {
    __atomic_add_fetch(&check_count, 1, __ATOMIC_RELAXED);
    if (!holds) {
        __atomic_add_fetch(&check_failures, 1, __ATOMIC_RELAXED);
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    }
    return holds;
}

static inline void check_text(const char *found, const char *expected, const char *file, int line, const char *what) {
    if (!check_that(strcmp(found, expected) == 0, file, line, what)) {
        fprintf(stderr, "    found:    %s\n    expected: %s\n", found, expected);
    }
}

static inline void check_status(int32_t found, int32_t expected, const char *file, int line, const char *what) {
    if (!check_that(found == expected, file, line, what)) {
        fprintf(stderr, "    found:    %d, %s\n    expected: %d, %s\n", found, flagbit_status_message(found), expected,
                flagbit_status_message(expected));
    }
}

/* Says how many checks there were; main's value. No checks at all is a failure. */
static inline int check_finish(const char *name) {
    printf("    %s: %d checks, %d failed\n", name, check_count, check_failures);
    return check_count == 0 || check_failures != 0;
}

#define CHECK(condition) check_that((condition) ? 1 : 0, __FILE__, __LINE__, #condition)
#define CHECK_TEXT(found, expected) check_text(found, expected, __FILE__, __LINE__, #found)
#define CHECK_STATUS(call, expected) check_status(call, expected, __FILE__, __LINE__, #call)
#define CHECK_OK(call) CHECK_STATUS(call, FLAGBIT_STATUS_OK)

/* Ends the program if a condition fails that the rest of a test needs. */
#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!CHECK(condition)) {                                                                                       \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

#endif
