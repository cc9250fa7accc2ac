/* A client's life: loading, waiting, changes, the log, the status, closing. */
#include "support.h"

static const char FIRST[] =
    "{\"revision\": 7, \"flags\": [{\"key\": \"b\", \"enabled\": true, \"default_enabled\": true},"
    "{\"key\": \"a\", \"enabled\": false}, {\"key\": \"odd\", \"enabled\": \"yes\"}]}";
static const char SECOND[] = "[{\"key\": \"a\", \"enabled\": false}, {\"key\": \"b\", \"enabled\": false},"
                             "{\"key\": \"c\", \"enabled\": true}]";

static flagbit_text_list *flags_of(const flagbit_client *client) {
    flagbit_text_list *keys = NULL;
    CHECK_OK(flagbit_client_flags(client, &keys));
    return keys;
}

static flagbit_text_list *warnings_of(const flagbit_client *client) {
    flagbit_text_list *warnings = NULL;
    CHECK_OK(flagbit_client_warnings(client, &warnings));
    return warnings;
}

static flagbit_text_list *log_of(const flagbit_client *client) {
    flagbit_text_list *lines = NULL;
    CHECK_OK(flagbit_client_take_log(client, &lines));
    return lines;
}

static void what_a_client_knows(void) {
    flagbit_client *client = open_text(FIRST);
    CHECK_LIST(flags_of(client), "a\nb\nodd\n");
    CHECK_LIST(warnings_of(client), "flags[2].enabled: expected a boolean, found \"yes\"\n");
    CHECK_LIST(log_of(client),
               "warning: flag \"odd\" is set aside: flags[2].enabled: expected a boolean, found \"yes\"\n");
    CHECK_LIST(log_of(client), ""); /* a line is given once */

    status_report status = status_of(client);
    CHECK(status.report.struct_size == sizeof(flagbit_client_report)); /* never written */
    CHECK(status.report.state == FLAGBIT_STATE_READY);
    CHECK(status.report.generation == 1);
    CHECK(status.report.flags == 3);
    CHECK(status.report.flags_set_aside == 1);
    CHECK(status.report.unsupported_values == 0);
    CHECK(status.report.last_success_ms > 1500000000000); /* after 2017, so in milliseconds */
    CHECK(status.report.consecutive_failures == 0);
    CHECK(status.report.has_revision == 1);
    CHECK_TEXT(status.text + status.report.revision.offset, "7");
    CHECK_TEXT(status.text + status.report.source.offset, "text");
    CHECK(status.report.source.length == 4);
    CHECK_TEXT(status.text + status.report.last_error.offset, "");
    flagbit_client_free(client);
}

static void loading_replaces_all_or_nothing(void) {
    flagbit_client *client = open_text(FIRST);
    flagbit_error *error = NULL;
    const char *cut = "[{\"key\": \"a\"";
    CHECK_STATUS(flagbit_client_load(client, cut, strlen(cut), &error), FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    CHECK_ERROR(error, FLAGBIT_STATUS_SNAPSHOT_REFUSED,
                "the snapshot is not JSON: line 1, column 12: EOF while parsing an object");
    CHECK(flagbit_is_enabled(client, "b", NULL, false)); /* the old one serves */
    status_report status = status_of(client);
    CHECK(status.report.generation == 1);
    CHECK(status.report.state == FLAGBIT_STATE_READY);
    CHECK(status.report.consecutive_failures == 1);
    CHECK_TEXT(status.text + status.report.last_error.offset,
               "the snapshot is not JSON: line 1, column 12: EOF while parsing an object");

    CHECK_OK(load_text(client, SECOND));
    CHECK_LIST(flags_of(client), "a\nb\nc\n");
    CHECK_LIST(warnings_of(client), "");
    status = status_of(client);
    CHECK(status.report.generation == 2);
    CHECK(status.report.has_revision == 0);
    CHECK(status.report.consecutive_failures == 0);
    CHECK_TEXT(status.text + status.report.last_error.offset, "");
    flagbit_client_free(client);
}

static flagbit_text_list *changes_of(const flagbit_client *client, uint64_t since, bool expect_all, uint64_t expected) {
    flagbit_text_list *keys = NULL;
    bool all = !expect_all;
    uint64_t generation = 0;
    CHECK_OK(flagbit_client_changes(client, since, &keys, &all, &generation));
    CHECK(all == expect_all);
    CHECK(generation == expected);
    return keys;
}

static void changes_and_revisions_of_generations(void) {
    flagbit_client *client = open_text(FIRST);
    CHECK_LIST(changes_of(client, 0, true, 1), "");
    CHECK_LIST(changes_of(client, 1, false, 1), "");
    CHECK_OK(load_text(client, SECOND));
    CHECK_LIST(changes_of(client, 1, false, 2), "b\nc\nodd\n");
    CHECK_LIST(changes_of(client, 2, false, 2), "");
    CHECK_LIST(changes_of(client, UINT64_MAX, false, 2), "");
    CHECK_LIST(changes_of(client, 0, true, 2), "");

    char revision[8];
    size_t needed = 0;
    CHECK_OK(flagbit_client_revision(client, 1, revision, sizeof revision, &needed));
    CHECK_TEXT(revision, "7");
    CHECK(needed == 2);
    CHECK_OK(flagbit_client_revision(client, 2, revision, sizeof revision, NULL)); /* stated none */
    CHECK_TEXT(revision, "");
    CHECK_STATUS(flagbit_client_revision(client, 99, revision, sizeof revision, NULL), /* never was */
                 FLAGBIT_STATUS_INVALID_ARGUMENT);
    flagbit_client_free(client);
}

static void waiting_for_events(void) {
    flagbit_client *client = open_text(SECOND);
    uint64_t event = 0, later = 99;
    CHECK_OK(flagbit_client_wait_until_ready(client, 0));
    CHECK_OK(flagbit_client_wait(client, 0, 0, &event)); /* the first snapshot was one */
    CHECK_STATUS(flagbit_client_wait(client, event, 0, &later), FLAGBIT_STATUS_TIMEOUT);
    CHECK_STATUS(flagbit_client_wait(client, event, 20, &later), FLAGBIT_STATUS_TIMEOUT);
    CHECK(later == 99); /* written only on success */
    CHECK_OK(load_text(client, FIRST));
    CHECK_OK(flagbit_client_wait(client, event, UINT64_MAX, &later));
    CHECK(later > event);
    flagbit_client_free(client);
}

static void check_message(const flagbit_client *client, const char *key, int32_t code, const char *expected) {
    char message[256] = "";
    CHECK_OK(flagbit_client_error_message(client, key, strlen(key), code, message, sizeof message, NULL));
    CHECK_TEXT(message, expected);
}

static void why_there_was_no_answer(void) {
    flagbit_client *client = open_text(FIRST);
    check_message(client, "x", FLAGBIT_ERROR_CODE_FLAG_NOT_FOUND, "no flag \"x\" among the 3 in force");
    check_message(client, "odd", FLAGBIT_ERROR_CODE_PARSE_ERROR,
                  "flag \"odd\" is set aside: flags[2].enabled: expected a boolean, found \"yes\"");
    check_message(client, "a", FLAGBIT_ERROR_CODE_TYPE_MISMATCH,
                  "flag \"a\" is a boolean flag, not of the type that was asked for");
    check_message(client, "a", FLAGBIT_ERROR_CODE_INVALID_CONTEXT, "the context cannot be read");
    check_message(client, "a", FLAGBIT_ERROR_CODE_GENERAL, "the evaluation failed");
    CHECK_OK(flagbit_client_close(client));
    check_message(client, "a", FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY, "the client is closed");
    flagbit_client_free(client);

    client = open_file("/nonexistent/flags.json", 1, NULL);
    check_message(client, "a", FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY, "no snapshot yet, see the client's status");
    flagbit_client_free(client);
}

static void refreshing(void) {
    flagbit_client *client = open_text(FIRST);
    CHECK_OK(flagbit_client_refresh(client, NULL)); /* nothing to read */
    CHECK(status_of(client).report.generation == 1);
    flagbit_client_free(client);

    char path[] = "/tmp/flagbit-XXXXXX";
    REQUIRE(mkstemp(path) >= 0);
    write_file(path, FIRST);
    client = open_file(path, 0, NULL);
    REQUIRE(client != NULL);
    CHECK_STATUS(load_text(client, SECOND), FLAGBIT_STATUS_INVALID_ARGUMENT);
    write_file(path, SECOND);
    CHECK_LIST(flags_of(client), "a\nb\nodd\n"); /* not watched */
    CHECK_OK(flagbit_client_refresh(client, NULL));
    CHECK_LIST(flags_of(client), "a\nb\nc\n");
    CHECK_OK(flagbit_client_refresh(client, NULL));
    CHECK(status_of(client).report.generation == 2); /* the same text is no change */
    CHECK(remove(path) == 0);
    flagbit_error *error = NULL;
    char message[128];
    snprintf(message, sizeof message, "cannot read %s: No such file or directory (os error 2)", path);
    CHECK_STATUS(flagbit_client_refresh(client, &error), FLAGBIT_STATUS_IO);
    CHECK_ERROR(error, FLAGBIT_STATUS_IO, message);
    CHECK_LIST(flags_of(client), "a\nb\nc\n");
    flagbit_client_free(client);
}

static void closing(void) {
    flagbit_client *client = open_text(FIRST);
    CHECK_OK(flagbit_client_close(client));
    CHECK_OK(flagbit_client_close(client)); /* more than once */
    uint64_t event = 0;
    uint64_t id = 0;
    CHECK(flagbit_is_enabled(client, "b", NULL, true));
    CHECK(!flagbit_is_enabled(client, "b", NULL, false));
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_OK(flagbit_evaluate(client, "b", NULL, &evaluation));
    CHECK(evaluation.error_code == FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY);
    CHECK(evaluation.reason == FLAGBIT_REASON_ERROR);
    CHECK_LIST(flags_of(client), "");
    CHECK_LIST(warnings_of(client), "");
    CHECK(status_of(client).report.state == FLAGBIT_STATE_CLOSED);
    CHECK_STATUS(load_text(client, SECOND), FLAGBIT_STATUS_CLOSED);
    CHECK_STATUS(flagbit_client_refresh(client, NULL), FLAGBIT_STATUS_CLOSED);
    CHECK_STATUS(flagbit_client_wait_until_ready(client, UINT64_MAX), FLAGBIT_STATUS_CLOSED);
    CHECK_STATUS(flagbit_client_wait(client, 0, UINT64_MAX, &event), FLAGBIT_STATUS_CLOSED);
    CHECK_STATUS(flagbit_override_start(client, "{}", 2, &id, NULL), FLAGBIT_STATUS_CLOSED);
    flagbit_client_free(client);
}

int main(void) {
    what_a_client_knows();
    loading_replaces_all_or_nothing();
    changes_and_revisions_of_generations();
    waiting_for_events();
    why_there_was_no_answer();
    refreshing();
    closing();
    return check_finish("client");
}
