// The calls about texts, errors, lists, contexts and options, and what holds after every call.
#ifndef FUZZ_CALLS_OBJECTS_H
#define FUZZ_CALLS_OBJECTS_H

#include "objects.h"

// What holds after every call that has an error argument.
static inline void check_error(flagbit_status status, flagbit_error *const *error) {
    check(status != FLAGBIT_STATUS_PANIC);
    if (error == NULL) {
        return;
    }
    check((status == FLAGBIT_STATUS_OK) == (*error == NULL));
    if (*error != NULL) {
        check(flagbit_error_status(*error) == status && flagbit_error_message(*error)[0] != '\0');
    }
}

static inline void check_list(flagbit_status status, flagbit_text_list *const *list) {
    check(status != FLAGBIT_STATUS_PANIC);
    if (status != FLAGBIT_STATUS_OK) {
        check(list == NULL || *list == NULL);
        return;
    }
    for (size_t index = 0; index < (*list)->count; index++) {
        const flagbit_text one = (*list)->items[index];
        check((size_t)one.offset + one.length < (*list)->text_length && (*list)->text[one.offset + one.length] == '\0');
    }
}

// A buffer that is often too small, and what the library needs.
typedef struct {
    char *at;
    size_t capacity;
    size_t needed;
} buffer;

static inline buffer next_buffer(input *in) {
    const size_t capacity = next_byte(in) % 2 ? 4096 : next_byte(in);
    static const char zeros[4096];
    return (buffer){copy(zeros, capacity), capacity, 0};
}

static inline void check_buffer(flagbit_status status, buffer made) {
    check(status != FLAGBIT_STATUS_PANIC);
    if (status == FLAGBIT_STATUS_OK) {
        check(made.needed > 0 && made.needed <= made.capacity && made.at[made.needed - 1] == '\0');
    } else if (status == FLAGBIT_STATUS_BUFFER_TOO_SMALL) {
        check(made.needed > made.capacity);
    }
}

// Static texts.

static void call_version(input *in) {
    (void)in;
    check(strcmp(flagbit_version(), FLAGBIT_VERSION) == 0);
}

static void call_abi_version(input *in) {
    (void)in;
    check(flagbit_abi_version() == (FLAGBIT_ABI_MAJOR << 16 | FLAGBIT_ABI_MINOR));
}

static void call_status_message(input *in) {
    check(flagbit_status_message((int32_t)next_integer(in))[0] != '\0');
}

static void call_reason_name(input *in) {
    check(flagbit_reason_name((int32_t)next_integer(in))[0] != '\0');
}

static void call_error_code_name(input *in) {
    check(flagbit_error_code_name((int32_t)next_integer(in)) != NULL);
}

static void call_state_name(input *in) {
    check(flagbit_state_name((int32_t)next_integer(in))[0] != '\0');
}

// Errors, lists, contexts, options.

static void call_error_status(input *in) {
    const flagbit_error *error = errors[next_byte(in) % SLOTS];
    check(flagbit_error_status(error) != FLAGBIT_STATUS_OK);
}

static void call_error_message(input *in) {
    const flagbit_error *error = errors[next_byte(in) % SLOTS];
    check((flagbit_error_message(error)[0] == '\0') == (error == NULL));
}

static void call_error_free(input *in) {
    flagbit_error **slot = &errors[next_byte(in) % SLOTS];
    flagbit_error_free(*slot);
    *slot = NULL;
}

static void call_text_list_free(input *in) {
    flagbit_text_list **slot = &lists[next_byte(in) % SLOTS];
    flagbit_text_list_free(*slot);
    *slot = NULL;
}

static void call_evaluations_free(input *in) {
    flagbit_evaluations **slot = &evaluations[next_byte(in) % SLOTS];
    flagbit_evaluations_free(*slot);
    *slot = NULL;
}

static void call_context_new(input *in) {
    flagbit_context **slot = &contexts[next_byte(in) % SLOTS];
    flagbit_context_free(*slot);
    *slot = NULL;
    const text packed = next_packed(in);
    flagbit_error **error = next_error(in);
    const flagbit_status status =
        flagbit_context_new((const uint8_t *)packed.at, packed.length, next_rare(in) ? NULL : slot, error);
    check_error(status, error);
    check(status == FLAGBIT_STATUS_OK || *slot == NULL);
}

static void call_context_new_of(input *in) {
    flagbit_context **slot = &contexts[next_byte(in) % SLOTS];
    flagbit_context_free(*slot);
    *slot = NULL;
    const attributes given = next_attributes(in);
    flagbit_error **error = next_error(in);
    const flagbit_status status = flagbit_context_new_of(ATTRIBUTES(given), next_rare(in) ? NULL : slot, error);
    check_error(status, error);
    check(status == FLAGBIT_STATUS_OK || *slot == NULL);
}

static void call_context_free(input *in) {
    flagbit_context **slot = &contexts[next_byte(in) % SLOTS];
    flagbit_context_free(*slot);
    *slot = NULL;
}

static void call_options_new(input *in) {
    const uint8_t slot = next_byte(in) % SLOTS;
    flagbit_options_free(options[slot]);
    options[slot] = NULL;
    options_outside[slot] = false;
    const flagbit_status status = flagbit_options_new(next_rare(in) ? NULL : &options[slot]);
    check(status == (options[slot] != NULL ? FLAGBIT_STATUS_OK : FLAGBIT_STATUS_NULL_ARGUMENT));
}

// Options that name files, servers and proxies come from these texts alone: no fuzzed text reaches the disk or the net.
static void call_options_set_string(input *in) {
    static const char *const PLACES[] = {"http://127.0.0.1:1", "https://127.0.0.1:1/x", "ftp://x", "http://a:b@c", ""};
    static const char *const PATHS[] = {"/nonexistent/flags.json", "/dev/null", "fuzz/corpus/snapshot/rules"};
    static const char *const TEXTS[] = {"fbsrv_1", "fb_1", "fbsdk_1", "go", "python", "X-Name: value", "no header", ""};
    static const int32_t STRINGS[] = {
        FLAGBIT_OPTION_SNAPSHOT,   FLAGBIT_OPTION_FILE,    FLAGBIT_OPTION_VALUES,    FLAGBIT_OPTION_URL,
        FLAGBIT_OPTION_SERVER_KEY, FLAGBIT_OPTION_API_KEY, FLAGBIT_OPTION_BOOTSTRAP, FLAGBIT_OPTION_CACHE_PATH,
        FLAGBIT_OPTION_CA_FILE,    FLAGBIT_OPTION_PROXY,   FLAGBIT_OPTION_HEADER,    FLAGBIT_OPTION_LANGUAGE,
    };
    const uint8_t slot = next_byte(in) % SLOTS;
    const uint8_t choice = next_byte(in);
    const int32_t option = choice < 240 ? STRINGS[choice % 12] : (int32_t)next_integer(in);
    text value;
    switch (option) {
        case FLAGBIT_OPTION_FILE:
        case FLAGBIT_OPTION_CACHE_PATH:
        case FLAGBIT_OPTION_CA_FILE:
            value.at = copy(PATHS[choice % 3], strlen(PATHS[choice % 3]));
            value.length = strlen(PATHS[choice % 3]);
            break;
        case FLAGBIT_OPTION_URL:
        case FLAGBIT_OPTION_PROXY:
            value.at = copy(PLACES[choice % 5], strlen(PLACES[choice % 5]));
            value.length = strlen(PLACES[choice % 5]);
            break;
        case FLAGBIT_OPTION_VALUES:
            value = NEXT_OF(in, VALUES);
            break;
        case FLAGBIT_OPTION_SNAPSHOT:
        case FLAGBIT_OPTION_BOOTSTRAP:
            value = NEXT_OF(in, SNAPSHOTS);
            break;
        default:
            value = NEXT_OF(in, TEXTS);
    }
    options_outside[slot] |= option == FLAGBIT_OPTION_FILE || option == FLAGBIT_OPTION_URL;
    flagbit_error **error = next_error(in);
    check_error(flagbit_options_set_string(options[slot], option, value.at, value.length, error), error);
}

static void call_options_set_integer(input *in) {
    const uint8_t slot = next_byte(in) % SLOTS;
    const int32_t option = (int32_t)next_integer(in) % 32;
    const int64_t value = next_integer(in);
    flagbit_error **error = next_error(in);
    check_error(flagbit_options_set_integer(options[slot], option, value, error), error);
}

static void call_options_free(input *in) {
    const uint8_t slot = next_byte(in) % SLOTS;
    flagbit_options_free(options[slot]);
    options[slot] = NULL;
    options_outside[slot] = false;
}

#endif
