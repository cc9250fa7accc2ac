// Any bytes as a sequence of calls of every exported function over a few objects of each type. The sequence keeps the
// header's rules: it frees each object once and never uses it afterwards.
#include "calls_flag.h"
#include <stdio.h>

typedef struct {
    const char *function;
    void (*call)(input *in);
    bool called;
} operation;

#define CALLS(function)                                                                                                \
    { "flagbit_" #function, call_##function, false }

static operation OPERATIONS[] = {
    CALLS(version),
    CALLS(abi_version),
    CALLS(status_message),
    CALLS(reason_name),
    CALLS(error_code_name),
    CALLS(state_name),
    CALLS(error_status),
    CALLS(error_message),
    CALLS(error_free),
    CALLS(text_list_free),
    CALLS(evaluations_free),
    CALLS(context_new),
    CALLS(context_free),
    CALLS(options_new),
    CALLS(options_set_string),
    CALLS(options_set_integer),
    CALLS(options_free),
    CALLS(client_open),
    CALLS(client_from_snapshot),
    CALLS(client_load),
    CALLS(client_refresh),
    CALLS(client_refresh_within),
    CALLS(client_wait_until_ready),
    CALLS(client_wait),
    CALLS(client_wake),
    CALLS(client_changes),
    CALLS(client_take_log),
    CALLS(client_flags),
    CALLS(client_warnings),
    CALLS(client_revision),
    CALLS(client_error_message),
    CALLS(client_status),
    CALLS(client_close),
    CALLS(client_free),
    CALLS(is_enabled),
    CALLS(is_enabled_n),
    CALLS(is_enabled_with),
    CALLS(is_enabled_with_n),
    CALLS(evaluate),
    CALLS(evaluate_n),
    CALLS(evaluate_with),
    CALLS(evaluate_with_n),
    CALLS(evaluate_value),
    CALLS(evaluate_value_with),
    CALLS(evaluate_all),
    CALLS(evaluate_all_with),
    CALLS(explain),
    CALLS(explain_with),
    CALLS(override_start),
    CALLS(override_end),
    CALLS(context_new_of),
    CALLS(is_enabled_of),
    CALLS(is_enabled_of_n),
    CALLS(evaluate_of),
    CALLS(evaluate_of_n),
    CALLS(evaluate_value_of),
    CALLS(evaluate_all_of),
    CALLS(explain_of),
    CALLS(flag_new),
    CALLS(flag_free),
    CALLS(flag_is_enabled),
    CALLS(flag_is_enabled_of),
    CALLS(flag_is_enabled_with),
    CALLS(flag_evaluate),
    CALLS(flag_evaluate_of),
    CALLS(flag_evaluate_with),
};

enum { OPERATIONS_COUNT = sizeof OPERATIONS / sizeof *OPERATIONS, MOST_CALLS = 256 };

// scripts/test/fuzz.sh compares these lines with the functions of the header.
static void print_called(void) {
    for (size_t index = 0; index < OPERATIONS_COUNT; index++) {
        if (OPERATIONS[index].called) {
            fprintf(stderr, "called: %s\n", OPERATIONS[index].function);
        }
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    // A proxy of this machine's environment would take the requests off the machine.
    static const char *const PROXIES[] = {"http_proxy",  "HTTP_PROXY", "https_proxy",
                                          "HTTPS_PROXY", "all_proxy",  "ALL_PROXY"};
    for (size_t index = 0; index < sizeof PROXIES / sizeof *PROXIES; index++) {
        unsetenv(PROXIES[index]);
    }
    return atexit(print_called);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    for (int calls = 0; calls < MOST_CALLS && in.left > 0; calls++) {
        operation *one = &OPERATIONS[next_byte(&in) % OPERATIONS_COUNT];
        one->call(&in);
        one->called = true;
        free_copies();
    }
    free_objects();
    return 0;
}
