/* Calls that no program should make: each is a status, writes nothing, and ends nothing. */
#include "support.h"

static const char SNAPSHOT[] = "[{\"key\": \"f\", \"enabled\": true, \"default_enabled\": true}]";

/* Everything that a call may write to. */
typedef struct outputs {
    flagbit_client *client;
    flagbit_context *context;
    flagbit_options *options;
    flagbit_text_list *list;
    flagbit_evaluations *evaluations;
    flagbit_flag *flag;
    flagbit_evaluation evaluation;
    flagbit_text variant, value;
    flagbit_client_report report;
    uint64_t number;
    bool all;
    char buffer[64];
    size_t needed;
} outputs;

static outputs out, before;

static void reset_outputs(void) {
    memset(&out, 0xA5, sizeof out);
    out.evaluation.struct_size = sizeof out.evaluation;
    out.report.struct_size = sizeof out.report;
    memcpy(&before, &out, sizeof out);
}

/* The call gives the status and leaves every output as it was. */
#define REFUSES(call, status)                                                                                          \
    do {                                                                                                               \
        reset_outputs();                                                                                               \
        CHECK_STATUS(call, status);                                                                                    \
        CHECK(memcmp(&out, &before, sizeof out) == 0);                                                                 \
    } while (0)

/* The last arguments of calls that copy texts out. */
#define BUFFER_OUT out.buffer, sizeof out.buffer, &out.needed
#define TEXTS_OUT &out.variant, &out.value, BUFFER_OUT

/* An array of one attribute, and one that is not there. */
static const flagbit_attribute one = {.name = "a", .name_length = 1, .kind = FLAGBIT_ATTRIBUTE_KIND_INTEGER};
#define ONE &one, 1, sizeof one
#define NO_ARRAY NULL, 1, sizeof one

#define NEEDS(call) REFUSES(call, FLAGBIT_STATUS_NULL_ARGUMENT)

/* Checks a call with an error, written as EXPLAINS(function, arguments but the error): with the error and without. */
#define EXPLAINS(status, function, ...)                                                                                \
    do {                                                                                                               \
        flagbit_error *error = NULL;                                                                                   \
        REFUSES(function(__VA_ARGS__, &error), status);                                                                \
        CHECK_STATUS(flagbit_error_status(error), status);                                                             \
        CHECK(strlen(flagbit_error_message(error)) > 0);                                                               \
        flagbit_error_free(error);                                                                                     \
        REFUSES(function(__VA_ARGS__, NULL), status);                                                                  \
    } while (0)

/* Checks that flagbit_is_enabled* gives the default, whatever it is. */
#define FALLS_BACK(function, ...)                                                                                      \
    do {                                                                                                               \
        CHECK(function(__VA_ARGS__, true));                                                                            \
        CHECK(!function(__VA_ARGS__, false));                                                                          \
    } while (0)

/* A flag that is resolved once, like the calls above. */
static void of_a_flag(const flagbit_client *client, const uint8_t *packed) {
    flagbit_flag *flag = NULL;
    NEEDS(flagbit_flag_new(NULL, "f", 1, &out.flag));
    NEEDS(flagbit_flag_new(client, NULL, 1, &out.flag));
    NEEDS(flagbit_flag_new(client, "f", 1, NULL));
    REFUSES(flagbit_flag_new(client, "\xFF", 1, &out.flag), FLAGBIT_STATUS_INVALID_UTF8);
    REFUSES(flagbit_flag_new(client, "f", SIZE_MAX, &out.flag), FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK_OK(flagbit_flag_new(client, "f", 1, &flag));
    NEEDS(flagbit_flag_evaluate(NULL, NULL, &out.evaluation));
    NEEDS(flagbit_flag_evaluate(flag, NULL, NULL));
    NEEDS(flagbit_flag_evaluate_of(NULL, ONE, &out.evaluation));
    NEEDS(flagbit_flag_evaluate_of(flag, NO_ARRAY, &out.evaluation));
    NEEDS(flagbit_flag_evaluate_of(flag, ONE, NULL));
    NEEDS(flagbit_flag_evaluate_with(NULL, packed, 8, &out.evaluation));
    NEEDS(flagbit_flag_evaluate_with(flag, NULL, 8, &out.evaluation));
    NEEDS(flagbit_flag_evaluate_with(flag, packed, 8, NULL));
    REFUSES(flagbit_flag_evaluate_with(flag, packed, 7, &out.evaluation), FLAGBIT_STATUS_MALFORMED_CONTEXT);
    FALLS_BACK(flagbit_flag_is_enabled, NULL, NULL);
    FALLS_BACK(flagbit_flag_is_enabled_of, NULL, ONE);
    FALLS_BACK(flagbit_flag_is_enabled_of, flag, NO_ARRAY);
    FALLS_BACK(flagbit_flag_is_enabled_with, NULL, packed, 8);
    FALLS_BACK(flagbit_flag_is_enabled_with, flag, NULL, 8);
    out.evaluation.struct_size = 55;
    CHECK_STATUS(flagbit_flag_evaluate(flag, NULL, &out.evaluation), FLAGBIT_STATUS_BAD_STRUCT_SIZE);
    flagbit_flag_free(flag);
    flagbit_flag_free(NULL);
}

/* Passes NULL for every pointer of every function that must not be NULL; the other arguments are right. */
static void null_is_a_status(const flagbit_client *client, flagbit_options *options, const uint8_t *packed) {
    const flagbit_status null = FLAGBIT_STATUS_NULL_ARGUMENT;
    EXPLAINS(null, flagbit_context_new, NULL, 8, &out.context);
    EXPLAINS(null, flagbit_context_new, packed, 8, NULL);
    NEEDS(flagbit_options_new(NULL));
    EXPLAINS(null, flagbit_options_set_string, NULL, FLAGBIT_OPTION_SNAPSHOT, "[]", 2);
    EXPLAINS(null, flagbit_options_set_string, options, FLAGBIT_OPTION_SNAPSHOT, NULL, 2);
    EXPLAINS(null, flagbit_options_set_integer, NULL, FLAGBIT_OPTION_WATCH, 0);
    EXPLAINS(null, flagbit_client_open, NULL, &out.client);
    EXPLAINS(null, flagbit_client_open, options, NULL);
    EXPLAINS(null, flagbit_client_from_snapshot, NULL, 2, &out.client);
    EXPLAINS(null, flagbit_client_from_snapshot, "[]", 2, NULL);
    EXPLAINS(null, flagbit_client_load, NULL, "[]", 2);
    EXPLAINS(null, flagbit_client_load, client, NULL, 2);
    EXPLAINS(null, flagbit_client_refresh, NULL);
    EXPLAINS(null, flagbit_client_refresh_within, NULL, 0);
    NEEDS(flagbit_client_wait_until_ready(NULL, 0));
    NEEDS(flagbit_client_wake(NULL));
    NEEDS(flagbit_client_wait(NULL, 0, 0, &out.number));
    NEEDS(flagbit_client_wait(client, 0, 0, NULL));
    NEEDS(flagbit_client_changes(NULL, 0, &out.list, &out.all, &out.number));
    NEEDS(flagbit_client_changes(client, 0, NULL, &out.all, &out.number));
    NEEDS(flagbit_client_changes(client, 0, &out.list, NULL, &out.number));
    NEEDS(flagbit_client_changes(client, 0, &out.list, &out.all, NULL));
    NEEDS(flagbit_client_take_log(NULL, &out.list));
    NEEDS(flagbit_client_take_log(client, NULL));
    NEEDS(flagbit_client_flags(NULL, &out.list));
    NEEDS(flagbit_client_flags(client, NULL));
    NEEDS(flagbit_client_warnings(NULL, &out.list));
    NEEDS(flagbit_client_warnings(client, NULL));
    NEEDS(flagbit_client_revision(NULL, 1, out.buffer, sizeof out.buffer, NULL));
    NEEDS(flagbit_client_revision(client, 1, NULL, 64, NULL));
    NEEDS(flagbit_client_error_message(NULL, "f", 1, 1, out.buffer, sizeof out.buffer, NULL));
    NEEDS(flagbit_client_error_message(client, NULL, 1, 1, out.buffer, sizeof out.buffer, NULL));
    NEEDS(flagbit_client_error_message(client, "f", 1, 1, NULL, 64, NULL));
    NEEDS(flagbit_client_close(NULL));
    NEEDS(flagbit_client_status(NULL, &out.report, out.buffer, sizeof out.buffer, NULL));
    NEEDS(flagbit_client_status(client, NULL, out.buffer, sizeof out.buffer, NULL));
    NEEDS(flagbit_client_status(client, &out.report, NULL, 64, NULL));
    NEEDS(flagbit_evaluate(NULL, "f", NULL, &out.evaluation));
    NEEDS(flagbit_evaluate(client, NULL, NULL, &out.evaluation));
    NEEDS(flagbit_evaluate(client, "f", NULL, NULL));
    NEEDS(flagbit_evaluate_n(NULL, "f", 1, NULL, &out.evaluation));
    NEEDS(flagbit_evaluate_n(client, NULL, 1, NULL, &out.evaluation));
    NEEDS(flagbit_evaluate_n(client, "f", 1, NULL, NULL));
    NEEDS(flagbit_evaluate_with(NULL, "f", packed, &out.evaluation));
    NEEDS(flagbit_evaluate_with(client, NULL, packed, &out.evaluation));
    NEEDS(flagbit_evaluate_with(client, "f", packed, NULL));
    NEEDS(flagbit_evaluate_with_n(NULL, "f", 1, packed, 8, &out.evaluation));
    NEEDS(flagbit_evaluate_with_n(client, NULL, 1, packed, 8, &out.evaluation));
    NEEDS(flagbit_evaluate_with_n(client, "f", 1, NULL, 8, &out.evaluation));
    NEEDS(flagbit_evaluate_with_n(client, "f", 1, packed, 8, NULL));
    NEEDS(flagbit_evaluate_value(NULL, "f", 1, NULL, &out.evaluation, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value(client, NULL, 1, NULL, &out.evaluation, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value(client, "f", 1, NULL, NULL, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value(client, "f", 1, NULL, &out.evaluation, NULL, &out.value, BUFFER_OUT));
    NEEDS(flagbit_evaluate_value(client, "f", 1, NULL, &out.evaluation, &out.variant, NULL, BUFFER_OUT));
    NEEDS(flagbit_evaluate_value(client, "f", 1, NULL, &out.evaluation, &out.variant, &out.value, NULL, 64, NULL));
    NEEDS(flagbit_evaluate_value_with(NULL, "f", 1, packed, 8, &out.evaluation, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value_with(client, NULL, 1, packed, 8, &out.evaluation, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value_with(client, "f", 1, NULL, 8, &out.evaluation, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value_with(client, "f", 1, packed, 8, NULL, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value_with(client, "f", 1, packed, 8, &out.evaluation, NULL, &out.value, BUFFER_OUT));
    NEEDS(flagbit_evaluate_value_with(client, "f", 1, packed, 8, &out.evaluation, &out.variant, NULL, BUFFER_OUT));
    NEEDS(flagbit_evaluate_value_with(client, "f", 1, packed, 8, &out.evaluation, &out.variant, &out.value, NULL, 64,
                                      NULL));
    NEEDS(flagbit_evaluate_of(NULL, "f", ONE, &out.evaluation));
    NEEDS(flagbit_evaluate_of(client, NULL, ONE, &out.evaluation));
    NEEDS(flagbit_evaluate_of(client, "f", NO_ARRAY, &out.evaluation));
    NEEDS(flagbit_evaluate_of(client, "f", ONE, NULL));
    NEEDS(flagbit_evaluate_of_n(NULL, "f", 1, ONE, &out.evaluation));
    NEEDS(flagbit_evaluate_of_n(client, NULL, 1, ONE, &out.evaluation));
    NEEDS(flagbit_evaluate_of_n(client, "f", 1, NO_ARRAY, &out.evaluation));
    NEEDS(flagbit_evaluate_of_n(client, "f", 1, ONE, NULL));
    NEEDS(flagbit_evaluate_value_of(NULL, "f", 1, ONE, &out.evaluation, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value_of(client, NULL, 1, ONE, &out.evaluation, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value_of(client, "f", 1, NO_ARRAY, &out.evaluation, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value_of(client, "f", 1, ONE, NULL, TEXTS_OUT));
    NEEDS(flagbit_evaluate_value_of(client, "f", 1, ONE, &out.evaluation, NULL, &out.value, BUFFER_OUT));
    NEEDS(flagbit_evaluate_value_of(client, "f", 1, ONE, &out.evaluation, &out.variant, NULL, BUFFER_OUT));
    NEEDS(flagbit_evaluate_value_of(client, "f", 1, ONE, &out.evaluation, &out.variant, &out.value, NULL, 64, NULL));
    NEEDS(flagbit_evaluate_all_of(NULL, ONE, &out.evaluations));
    NEEDS(flagbit_evaluate_all_of(client, NO_ARRAY, &out.evaluations));
    NEEDS(flagbit_evaluate_all_of(client, ONE, NULL));
    NEEDS(flagbit_explain_of(NULL, "f", 1, ONE, BUFFER_OUT));
    NEEDS(flagbit_explain_of(client, NULL, 1, ONE, BUFFER_OUT));
    NEEDS(flagbit_explain_of(client, "f", 1, NO_ARRAY, BUFFER_OUT));
    NEEDS(flagbit_explain_of(client, "f", 1, ONE, NULL, 4096, NULL));
    EXPLAINS(null, flagbit_context_new_of, NO_ARRAY, &out.context);
    EXPLAINS(null, flagbit_context_new_of, ONE, NULL);
    NEEDS(flagbit_explain(NULL, "f", 1, NULL, BUFFER_OUT));
    NEEDS(flagbit_explain(client, NULL, 1, NULL, BUFFER_OUT));
    NEEDS(flagbit_explain(client, "f", 1, NULL, NULL, 4096, NULL));
    NEEDS(flagbit_explain_with(NULL, "f", 1, packed, 8, BUFFER_OUT));
    NEEDS(flagbit_explain_with(client, NULL, 1, packed, 8, BUFFER_OUT));
    NEEDS(flagbit_explain_with(client, "f", 1, NULL, 8, BUFFER_OUT));
    NEEDS(flagbit_explain_with(client, "f", 1, packed, 8, NULL, 4096, NULL));
    NEEDS(flagbit_evaluate_all(NULL, NULL, &out.evaluations));
    NEEDS(flagbit_evaluate_all(client, NULL, NULL));
    NEEDS(flagbit_evaluate_all_with(NULL, packed, 8, &out.evaluations));
    NEEDS(flagbit_evaluate_all_with(client, NULL, 8, &out.evaluations));
    NEEDS(flagbit_evaluate_all_with(client, packed, 8, NULL));
    EXPLAINS(null, flagbit_override_start, NULL, "{}", 2, &out.number);
    EXPLAINS(null, flagbit_override_start, client, NULL, 2, &out.number);
    EXPLAINS(null, flagbit_override_start, client, "{}", 2, NULL);
    NEEDS(flagbit_override_end(NULL, 1));

    FALLS_BACK(flagbit_is_enabled, NULL, "f", NULL);
    FALLS_BACK(flagbit_is_enabled, client, NULL, NULL);
    FALLS_BACK(flagbit_is_enabled_n, NULL, "f", 1, NULL);
    FALLS_BACK(flagbit_is_enabled_n, client, NULL, 1, NULL);
    FALLS_BACK(flagbit_is_enabled_with, NULL, "f", packed);
    FALLS_BACK(flagbit_is_enabled_with, client, NULL, packed);
    FALLS_BACK(flagbit_is_enabled_with_n, NULL, "f", 1, packed, 8);
    FALLS_BACK(flagbit_is_enabled_with_n, client, NULL, 1, packed, 8);
    FALLS_BACK(flagbit_is_enabled_with_n, client, "f", 1, NULL, 8);
    FALLS_BACK(flagbit_is_enabled_of, NULL, "f", ONE);
    FALLS_BACK(flagbit_is_enabled_of, client, NULL, ONE);
    FALLS_BACK(flagbit_is_enabled_of, client, "f", NO_ARRAY);
    FALLS_BACK(flagbit_is_enabled_of_n, NULL, "f", 1, ONE);
    FALLS_BACK(flagbit_is_enabled_of_n, client, NULL, 1, ONE);
    FALLS_BACK(flagbit_is_enabled_of_n, client, "f", 1, NO_ARRAY);

    CHECK_STATUS(flagbit_error_status(NULL), null);
    CHECK_TEXT(flagbit_error_message(NULL), "");
    flagbit_client_free(NULL);
    flagbit_context_free(NULL);
    flagbit_options_free(NULL);
    flagbit_error_free(NULL);
    flagbit_text_list_free(NULL);
    flagbit_evaluations_free(NULL);
}

static void text_that_is_not_utf8(const flagbit_client *client, flagbit_options *options) {
    const flagbit_status bad = FLAGBIT_STATUS_INVALID_UTF8;
    REFUSES(flagbit_evaluate(client, "\xFF", NULL, &out.evaluation), bad);
    REFUSES(flagbit_evaluate_n(client, "f\xC0\x80", 3, NULL, &out.evaluation), bad);
    REFUSES(flagbit_evaluate_with(client, "\xED\xA0\x80", NULL, &out.evaluation), bad);
    REFUSES(flagbit_evaluate_with_n(client, "\xF5", 1, NULL, 0, &out.evaluation), bad);
    REFUSES(flagbit_evaluate_value(client, "\xFF", 1, NULL, &out.evaluation, TEXTS_OUT), bad);
    REFUSES(flagbit_evaluate_value_with(client, "\xFF", 1, NULL, 0, &out.evaluation, TEXTS_OUT), bad);
    REFUSES(flagbit_explain(client, "\xFF", 1, NULL, BUFFER_OUT), bad);
    REFUSES(flagbit_explain_with(client, "\xFF", 1, NULL, 0, BUFFER_OUT), bad);
    FALLS_BACK(flagbit_is_enabled, client, "\xFF", NULL);
    FALLS_BACK(flagbit_is_enabled_n, client, "\xFF", 1, NULL);
    FALLS_BACK(flagbit_is_enabled_with, client, "\xFF", NULL);
    FALLS_BACK(flagbit_is_enabled_with_n, client, "\xFF", 1, NULL, 0);
    REFUSES(flagbit_client_error_message(client, "\xFF", 1, 1, out.buffer, sizeof out.buffer, NULL), bad);
    EXPLAINS(bad, flagbit_options_set_string, options, FLAGBIT_OPTION_FILE, "/tmp/\xFF", 6);
    EXPLAINS(FLAGBIT_STATUS_SNAPSHOT_REFUSED, flagbit_client_from_snapshot, "[\xFF]", 3, &out.client);
    EXPLAINS(FLAGBIT_STATUS_SNAPSHOT_REFUSED, flagbit_client_load, client, "[\xFF]", 3);

    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "plan", "\xFF");
    REFUSES(flagbit_evaluate_with(client, "f", buffer, &out.evaluation), bad);
    REFUSES(flagbit_evaluate_with_n(client, "f", 1, buffer, attributes.length, &out.evaluation), bad);
    REFUSES(flagbit_evaluate_all_with(client, buffer, attributes.length, &out.evaluations), bad);
    REFUSES(flagbit_evaluate_value_with(client, "f", 1, buffer, attributes.length, &out.evaluation, TEXTS_OUT), bad);
    REFUSES(flagbit_explain_with(client, "f", 1, buffer, attributes.length, BUFFER_OUT), bad);
    FALLS_BACK(flagbit_is_enabled_with, client, "f", buffer);
    FALLS_BACK(flagbit_is_enabled_with_n, client, "f", 1, buffer, attributes.length);
}

static void lengths_and_numbers_out_of_range(const flagbit_client *client, flagbit_options *options) {
    const flagbit_status bad = FLAGBIT_STATUS_INVALID_ARGUMENT;
    REFUSES(flagbit_evaluate_n(client, "f", SIZE_MAX, NULL, &out.evaluation), bad);
    REFUSES(flagbit_evaluate_all_with(client, (const uint8_t *)"f", SIZE_MAX, &out.evaluations), bad);
    REFUSES(flagbit_evaluate_value(client, "f", SIZE_MAX, NULL, &out.evaluation, TEXTS_OUT), bad);
    REFUSES(flagbit_evaluate_value_with(client, "f", 1, (const uint8_t *)"f", SIZE_MAX, &out.evaluation, TEXTS_OUT),
            bad);
    REFUSES(flagbit_explain(client, "f", SIZE_MAX, NULL, BUFFER_OUT), bad);
    REFUSES(flagbit_explain_with(client, "f", 1, (const uint8_t *)"f", SIZE_MAX, BUFFER_OUT), bad);
    EXPLAINS(bad, flagbit_client_from_snapshot, "[]", SIZE_MAX, &out.client);
    EXPLAINS(bad, flagbit_options_set_integer, options, 77, 1);
    const int32_t codes[] = {FLAGBIT_ERROR_CODE_NONE, 7, -1, INT32_MIN, INT32_MAX};
    for (size_t index = 0; index < sizeof codes / sizeof *codes; index++) {
        REFUSES(flagbit_client_error_message(client, "f", 1, codes[index], out.buffer, sizeof out.buffer, NULL), bad);
    }
}

int main(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    flagbit_options *options = NULL;
    CHECK_OK(flagbit_options_new(&options));
    uint8_t packed[FLAGBIT_ATTRIBUTES_HEADER];
    CHECK(flagbit_attributes_begin(packed, sizeof packed).length == 8);
    null_is_a_status(client, options, packed);
    of_a_flag(client, packed);
    text_that_is_not_utf8(client, options);
    lengths_and_numbers_out_of_range(client, options);
    CHECK(flagbit_is_enabled(client, "f", NULL, false)); /* none of it did any harm */
    CHECK(status_of(client).report.generation == 1);
    flagbit_options_free(options);
    flagbit_client_free(client);
    return check_finish("misuse");
}
