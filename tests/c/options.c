/* Opening clients: each option, and the refused ones. */
#include "support.h"

static const char SNAPSHOT[] = "{\"flags\": [{\"key\": \"a\", \"enabled\": true, \"default_enabled\": true}]}";

static flagbit_options *options_new(void) {
    flagbit_options *options = NULL;
    CHECK_OK(flagbit_options_new(&options));
    REQUIRE(options != NULL);
    return options;
}

static flagbit_status set_text(flagbit_options *options, int32_t option, const char *value, flagbit_error **error) {
    return flagbit_options_set_string(options, option, value, strlen(value), error);
}

static void refused(const flagbit_options *options, const char *message) {
    flagbit_client *client = NULL;
    flagbit_error *error = NULL;
    CHECK_STATUS(flagbit_client_open(options, &client, &error), FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK(client == NULL);
    CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT, message);
}

static flagbit_client *opened(const flagbit_options *options) {
    flagbit_client *client = NULL;
    flagbit_error *error = (flagbit_error *)(uintptr_t)0xA5;
    CHECK_OK(flagbit_client_open(options, &client, &error));
    CHECK(error == NULL); /* written also when all went well */
    REQUIRE(client != NULL);
    return client;
}

static void a_snapshot(void) {
    flagbit_options *options = options_new();
    CHECK_OK(set_text(options, FLAGBIT_OPTION_SNAPSHOT, "not JSON", NULL));
    CHECK_OK(set_text(options, FLAGBIT_OPTION_SNAPSHOT, SNAPSHOT, NULL)); /* the second value replaces the first */
    flagbit_client *first = opened(options), *second = opened(options);   /* options may be used again */
    flagbit_options_free(options);
    CHECK(flagbit_is_enabled(first, "a", NULL, false));
    flagbit_client_free(first);
    CHECK(flagbit_is_enabled(second, "a", NULL, false));
    flagbit_client_free(second);
}

static void values(void) {
    flagbit_options *options = options_new();
    CHECK_OK(set_text(options, FLAGBIT_OPTION_VALUES, "{\"on\": true, \"off\": false}", NULL));
    flagbit_client *client = opened(options);
    CHECK(flagbit_is_enabled(client, "on", NULL, false));
    CHECK(!flagbit_is_enabled(client, "off", NULL, true));
    CHECK_STATUS(load_text(client, SNAPSHOT), FLAGBIT_STATUS_INVALID_ARGUMENT); /* not a client of a snapshot */
    flagbit_client_free(client);

    const char *bad[] = {"[]", "{\"a\": null}", "{\"a\": true, \"a\": \"b\"}", "{\"\": true}", "", "{"};
    for (size_t index = 0; index < sizeof bad / sizeof *bad; index++) {
        CHECK_OK(set_text(options, FLAGBIT_OPTION_VALUES, bad[index], NULL));
        CHECK_STATUS(flagbit_client_open(options, &client, NULL), FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    }
    flagbit_options_free(options);
}

static void exactly_one_source(void) {
    static const char MESSAGE[] =
        "a client needs exactly one of the sources FLAGBIT_OPTION_SNAPSHOT, FLAGBIT_OPTION_FILE, "
        "FLAGBIT_OPTION_VALUES, FLAGBIT_OPTION_URL";
    flagbit_options *options = options_new();
    refused(options, MESSAGE);
    CHECK_OK(set_text(options, FLAGBIT_OPTION_SNAPSHOT, SNAPSHOT, NULL));
    CHECK_OK(set_text(options, FLAGBIT_OPTION_VALUES, "{}", NULL));
    refused(options, MESSAGE);
    flagbit_options_free(options);
}

static void only_a_file_is_watched(void) {
    flagbit_options *options = options_new();
    CHECK_OK(set_text(options, FLAGBIT_OPTION_SNAPSHOT, SNAPSHOT, NULL));
    CHECK_OK(flagbit_options_set_integer(options, FLAGBIT_OPTION_WATCH, 1, NULL));
    refused(options, "FLAGBIT_OPTION_WATCH needs the source FLAGBIT_OPTION_FILE, and the source of this client is "
                     "FLAGBIT_OPTION_SNAPSHOT");
    CHECK_OK(flagbit_options_set_integer(options, FLAGBIT_OPTION_WATCH, 0, NULL));
    flagbit_client_free(opened(options));
    flagbit_options_free(options);
}

static void the_size_limit(void) {
    flagbit_options *options = options_new();
    flagbit_client *client = NULL;
    CHECK_OK(set_text(options, FLAGBIT_OPTION_SNAPSHOT, SNAPSHOT, NULL));
    CHECK_OK(flagbit_options_set_integer(options, FLAGBIT_OPTION_MAX_SNAPSHOT_BYTES, sizeof SNAPSHOT - 2, NULL));
    CHECK_STATUS(flagbit_client_open(options, &client, NULL), FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    CHECK_OK(flagbit_options_set_integer(options, FLAGBIT_OPTION_MAX_SNAPSHOT_BYTES, sizeof SNAPSHOT - 1, NULL));
    client = opened(options);
    char larger[sizeof SNAPSHOT + 1];
    snprintf(larger, sizeof larger, "%s ", SNAPSHOT);
    CHECK_STATUS(load_text(client, larger), FLAGBIT_STATUS_SNAPSHOT_REFUSED); /* it holds for what comes later, too */
    CHECK_OK(load_text(client, SNAPSHOT));
    flagbit_client_free(client);
    flagbit_options_free(options);
}

static void numbers_that_are_no_option(void) {
    flagbit_options *options = options_new();
    flagbit_error *error = NULL;
    const int32_t unknown[] = {0, 6, -1, INT32_MAX, INT32_MIN};
    for (size_t index = 0; index < sizeof unknown / sizeof *unknown; index++) {
        char message[64];
        snprintf(message, sizeof message, "unknown option %d", unknown[index]);
        CHECK_STATUS(set_text(options, unknown[index], "", &error), FLAGBIT_STATUS_INVALID_ARGUMENT);
        CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT, message);
        CHECK_STATUS(flagbit_options_set_integer(options, unknown[index], 1, &error), FLAGBIT_STATUS_INVALID_ARGUMENT);
        CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT, message);
    }
    CHECK_STATUS(set_text(options, FLAGBIT_OPTION_WATCH, "1", &error), FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT, "FLAGBIT_OPTION_WATCH takes an integer, not a string");
    CHECK_STATUS(flagbit_options_set_integer(options, FLAGBIT_OPTION_FILE, 1, &error), FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT, "FLAGBIT_OPTION_FILE takes a string, not an integer");
    flagbit_options_free(options);
}

static void values_out_of_range(void) {
    flagbit_options *options = options_new();
    flagbit_error *error = NULL;
    CHECK_STATUS(flagbit_options_set_integer(options, FLAGBIT_OPTION_WATCH, 2, &error),
                 FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT, "FLAGBIT_OPTION_WATCH takes 0 or 1, not 2");
    CHECK_STATUS(flagbit_options_set_integer(options, FLAGBIT_OPTION_MAX_SNAPSHOT_BYTES, 0, &error),
                 FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT, "FLAGBIT_OPTION_MAX_SNAPSHOT_BYTES takes 1 or more, not 0");
    CHECK_STATUS(flagbit_options_set_integer(options, FLAGBIT_OPTION_MAX_SNAPSHOT_BYTES, INT64_MIN, NULL),
                 FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK_OK(flagbit_options_set_integer(options, FLAGBIT_OPTION_MAX_SNAPSHOT_BYTES, INT64_MAX, NULL));
    CHECK_STATUS(flagbit_options_set_integer(options, FLAGBIT_OPTION_PROJECT_ID, -1, &error),
                 FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT, "FLAGBIT_OPTION_PROJECT_ID takes 0 or more, not -1");
    CHECK_STATUS(flagbit_options_set_integer(options, FLAGBIT_OPTION_TIMEOUT_MS, -1500, &error),
                 FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT, "FLAGBIT_OPTION_TIMEOUT_MS takes more than 0 s, not -1500 ms");
    CHECK_STATUS(set_text(options, FLAGBIT_OPTION_HEADER, "no colon", &error), FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT,
                "FLAGBIT_OPTION_HEADER takes `Name: value`, not a text of another form");
    flagbit_options_free(options);
}

/* Messages name options as the caller's language spells them. */
static void languages(void) {
    static const struct {
        const char *name, *message;
    } languages[] = {
        {"c", "FLAGBIT_OPTION_API_KEY needs the source FLAGBIT_OPTION_URL, and the source of this client is "
              "FLAGBIT_OPTION_FILE"},
        {"go", "WithAPIKey needs the source WithURL, and the source of this client is WithFile"},
        {"node", "apiKey needs the source url, and the source of this client is file"},
        {"python", "api_key= needs the source url=, and the source of this client is from_file"},
    };
    flagbit_options *options = options_new();
    flagbit_error *error = NULL;
    CHECK_OK(set_text(options, FLAGBIT_OPTION_FILE, "flags.json", NULL));
    CHECK_OK(set_text(options, FLAGBIT_OPTION_API_KEY, "fb_1", NULL));
    refused(options, languages[0].message);
    for (size_t index = 0; index < sizeof languages / sizeof *languages; index++) {
        CHECK_OK(set_text(options, FLAGBIT_OPTION_LANGUAGE, languages[index].name, NULL));
        refused(options, languages[index].message);
    }
    CHECK_STATUS(set_text(options, FLAGBIT_OPTION_LANGUAGE, "Python", &error), FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK(strstr(flagbit_error_message(error), "takes `c`, `go`, `node` or `python`") != NULL);
    flagbit_error_free(error);
    refused(options, languages[3].message);
    flagbit_options_free(options);
}

static void a_file_that_is_not_there(void) {
    flagbit_error *error = NULL;
    CHECK(open_file("/nonexistent/flags.json", 0, &error) == NULL);
    CHECK_ERROR(error, FLAGBIT_STATUS_IO,
                "cannot read /nonexistent/flags.json: No such file or directory (os error 2)");
    CHECK(open_file("/", 0, &error) == NULL);
    CHECK_ERROR(error, FLAGBIT_STATUS_IO, "cannot read /: not a regular file");

    flagbit_client *client = open_file("/nonexistent/flags.json", 1, NULL); /* a watched one may be missing at first */
    REQUIRE(client != NULL);
    CHECK(status_of(client).report.state == FLAGBIT_STATE_ERROR);
    CHECK_STATUS(flagbit_client_wait_until_ready(client, 0), FLAGBIT_STATUS_TIMEOUT);
    CHECK(flagbit_is_enabled(client, "a", NULL, true));
    flagbit_client_free(client);
}

int main(void) {
    a_snapshot();
    values();
    exactly_one_source();
    only_a_file_is_watched();
    the_size_limit();
    numbers_that_are_no_option();
    values_out_of_range();
    languages();
    a_file_that_is_not_there();
    return check_finish("options");
}
