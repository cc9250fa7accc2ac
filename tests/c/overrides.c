/* Answers above the snapshot's, for users' own tests. */
#include "support.h"

static const char SNAPSHOT[] = "[{\"key\": \"a\", \"enabled\": false}, {\"key\": \"odd\", \"enabled\": 1}]";

static uint64_t start(const flagbit_client *client, const char *values) {
    uint64_t id = 0;
    flagbit_error *error = (flagbit_error *)(uintptr_t)0xA5;
    CHECK_OK(flagbit_override_start(client, values, strlen(values), &id, &error));
    CHECK(error == NULL);
    return id;
}

static void refused(const flagbit_client *client, const char *values, flagbit_status status, const char *message) {
    uint64_t id = 99;
    flagbit_error *error = NULL;
    CHECK_STATUS(flagbit_override_start(client, values, strlen(values), &id, &error), status);
    CHECK(id == 99);
    CHECK_ERROR(error, status, message);
}

static void the_latest_wins_and_each_ends_alone(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    CHECK(!flagbit_is_enabled(client, "a", NULL, true));
    uint64_t first = start(client, "{\"a\": true, \"new\": true, \"odd\": true}");
    CHECK(flagbit_is_enabled(client, "a", NULL, false));
    CHECK(flagbit_is_enabled(client, "new", NULL, false));
    CHECK(flagbit_is_enabled(client, "odd", NULL, false)); /* also above a flag that is set aside */
    uint64_t second = start(client, "{\"a\": false}");
    CHECK(second != first);
    CHECK(!flagbit_is_enabled(client, "a", NULL, true));
    CHECK_OK(flagbit_override_end(client, first));
    CHECK(!flagbit_is_enabled(client, "a", NULL, true));
    CHECK(flagbit_is_enabled(client, "new", NULL, true) && !flagbit_is_enabled(client, "new", NULL, false));
    CHECK_OK(flagbit_override_end(client, second));
    CHECK(!flagbit_is_enabled(client, "a", NULL, true));
    CHECK_STATUS(flagbit_override_end(client, second), FLAGBIT_STATUS_INVALID_ARGUMENT); /* ended already */
    CHECK_STATUS(flagbit_override_end(client, 0), FLAGBIT_STATUS_INVALID_ARGUMENT);
    flagbit_client_free(client);
}

static void an_override_is_one_clients_and_a_change(void) {
    flagbit_client *client = open_text(SNAPSHOT), *other = open_text(SNAPSHOT);
    uint64_t id = start(client, "{\"a\": true}"), generation = 0;
    CHECK(!flagbit_is_enabled(other, "a", NULL, true));
    CHECK_STATUS(flagbit_override_end(other, id), FLAGBIT_STATUS_INVALID_ARGUMENT);
    flagbit_text_list *keys = NULL;
    bool all = true;
    CHECK_OK(flagbit_client_changes(client, 1, &keys, &all, &generation));
    CHECK(!all && generation == 2);
    CHECK_LIST(keys, "a\n");
    CHECK_OK(load_text(client, "[{\"key\": \"a\", \"enabled\": false}, {\"key\": \"b\", \"enabled\": true}]"));
    CHECK(flagbit_is_enabled(client, "a", NULL, false)); /* it stays above the next snapshot */
    CHECK_OK(flagbit_client_flags(client, &keys));
    CHECK_LIST(keys, "a\nb\n");
    flagbit_client_free(client); /* with the override in force */
    flagbit_client_free(other);
}

/* Checks the answer of a flag of any kind, with its texts. */
static void answers(const flagbit_client *client, const char *key, int32_t kind, double number, const char *value) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    flagbit_text name, text;
    char buffer[128];
    CHECK_OK(
        flagbit_evaluate_value(client, key, strlen(key), NULL, &evaluation, &name, &text, buffer, sizeof buffer, NULL));
    CHECK(evaluation.kind == kind && evaluation.number == number && evaluation.enabled == 1);
    CHECK(evaluation.reason == FLAGBIT_REASON_DEFAULT && evaluation.rule_index == -1);
    CHECK((evaluation.variant_id != 0) == (kind != FLAGBIT_KIND_BOOLEAN));
    CHECK_TEXT(buffer + name.offset, kind == FLAGBIT_KIND_BOOLEAN ? "on" : "override");
    CHECK_TEXT(buffer + text.offset, value);
}

static void values_of_every_kind(void) {
    static const char VALUES[] =
        "{\"on\": true, \"theme\": \"dark\", \"limit\": 5, \"ratio\": 2.50, \"config\": {\"a\": "
        "[1, 1.0, null]}, \"hosts\": [], \"a\": \"text\"}";
    flagbit_client *client = open_text(SNAPSHOT), *testing = NULL;
    flagbit_options *options = NULL;
    CHECK_OK(flagbit_options_new(&options));
    CHECK_OK(flagbit_options_set_string(options, FLAGBIT_OPTION_VALUES, VALUES, strlen(VALUES), NULL));
    CHECK_OK(flagbit_client_open(options, &testing, NULL));
    uint64_t id = start(client, VALUES);
    const flagbit_client *const both[] = {client, testing};
    for (size_t index = 0; index < 2; index++) {
        answers(both[index], "on", FLAGBIT_KIND_BOOLEAN, 0, "true");
        answers(both[index], "theme", FLAGBIT_KIND_STRING, 0, "dark");
        answers(both[index], "limit", FLAGBIT_KIND_NUMBER, 5, "5");
        answers(both[index], "ratio", FLAGBIT_KIND_NUMBER, 2.5, "2.5");
        answers(both[index], "config", FLAGBIT_KIND_JSON, 0, "{\"a\":[1,1.0,null]}");
        answers(both[index], "hosts", FLAGBIT_KIND_JSON, 0, "[]");
        answers(both[index], "a", FLAGBIT_KIND_STRING, 0, "text");
    }
    CHECK(flagbit_is_enabled(client, "a", NULL, true) && !flagbit_is_enabled(client, "a", NULL, false)); /* a text */
    CHECK_OK(flagbit_override_end(client, id));
    CHECK(!flagbit_is_enabled(client, "a", NULL, true));
    flagbit_options_free(options);
    flagbit_client_free(testing);
    flagbit_client_free(client);
}

static void what_is_no_override(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    const flagbit_status status = FLAGBIT_STATUS_SNAPSHOT_REFUSED;
    refused(client, "[]", status, "flags: expected an object, found a list");
    refused(client, "{\"a\": null}", status,
            "flags[\"a\"]: expected a string, a number, an object or a list, found null");
    refused(client, "{\"a\": true, \"a\": true}", status, "flags[\"a\"].key: duplicate key");
    refused(client, "{\"\": true}", status, "flags[\"\"]: an empty key");
    refused(client, "{\"a\"", status, "the snapshot is not JSON: line 1, column 4: EOF while parsing an object");
    refused(client, "{\"\xFF\": true}", status, "the snapshot is not JSON: line 1, column 3: the text is not UTF-8");
    CHECK(status_of(client).report.generation == 1); /* nothing happened */
    flagbit_client_free(client);
}

int main(void) {
    the_latest_wins_and_each_ends_alone();
    an_override_is_one_clients_and_a_change();
    values_of_every_kind();
    what_is_no_override();
    return check_finish("overrides");
}
