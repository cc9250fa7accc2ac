// Reads a sequence of calls from any bytes. Texts are copied to memory of exactly their size, so that AddressSanitizer
// sees a read beyond their end.
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include "check.h"
#include <flagbit.h>

// The bytes that are not read yet. After their end every byte is 0.
typedef struct {
    const uint8_t *at;
    size_t left;
} input;

typedef struct {
    char *at;
    size_t length;
} text;

// The copies of the current call.
enum { MOST_COPIES = 64 };
static void *copies[MOST_COPIES];
static size_t copies_count;

static inline void *copy(const void *from, size_t length) {
    check(copies_count < MOST_COPIES);
    void *made = malloc(length > 0 ? length : 1);
    if (length > 0) {
        memcpy(made, from, length);
    }
    return copies[copies_count++] = made;
}

static inline void free_copies(void) {
    while (copies_count > 0) {
        free(copies[--copies_count]);
    }
}

static inline uint8_t next_byte(input *in) {
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->at++;
}

// True in one of 32 cases: for what a caller gets wrong.
static inline bool next_rare(input *in) {
    return next_byte(in) % 32 == 31;
}

static inline int64_t next_integer(input *in) {
    static const int64_t EDGES[] = {-1, INT64_MAX, INT64_MIN, INT32_MAX, 60000, 1 << 20};
    const uint8_t choice = next_byte(in);
    return choice < 240 ? choice : EDGES[choice % 6];
}

// Bytes of the input, up to 255.
static inline text next_bytes(input *in) {
    size_t length = next_byte(in);
    length = length < in->left ? length : in->left;
    const text bytes = {copy(in->at, length), length};
    in->at += length;
    in->left -= length;
    return bytes;
}

// One of the known texts, or, in one of eight cases, bytes of the input.
static inline text next_of(input *in, const char *const known[], size_t count) {
    const uint8_t choice = next_byte(in);
    if (choice % 8 == 7) {
        return next_bytes(in);
    }
    const char *one = known[choice % count];
    return (text){copy(one, strlen(one)), strlen(one)};
}
#define NEXT_OF(in, known) next_of(in, known, sizeof(known) / sizeof *(known))

// The text with a NUL behind it.
static inline const char *ended(text value) {
    char *made = copy(value.at, value.length);
    made = copies[copies_count - 1] = realloc(made, value.length + 1);
    made[value.length] = '\0';
    return made;
}

#endif
