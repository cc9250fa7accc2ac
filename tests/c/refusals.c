/* Every message about bad input, as a person reads it. If a whole snapshot is refused, the old one stays in force; if
 * one
 * flag is wrong, that flag is set aside. */
#include "support.h"

static void refused(const flagbit_client *client, const char *snapshot, const char *message) {
    flagbit_client *opened = NULL;
    flagbit_error *error = NULL;
    CHECK_STATUS(flagbit_client_from_snapshot(snapshot, strlen(snapshot), &opened, &error),
                 FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    CHECK(opened == NULL);
    CHECK_ERROR(error, FLAGBIT_STATUS_SNAPSHOT_REFUSED, message);
    CHECK_STATUS(flagbit_client_load(client, snapshot, strlen(snapshot), &error), FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    CHECK_ERROR(error, FLAGBIT_STATUS_SNAPSHOT_REFUSED, message);
    CHECK(flagbit_is_enabled(client, "good", NULL, false));
    CHECK_TEXT(status_of(client).text + status_of(client).report.last_error.offset, message);
}

static void texts_that_are_not_json(const flagbit_client *client) {
    refused(client, "", "the snapshot is not JSON: line 1, column 0: EOF while parsing a value");
    refused(client, "{\n  \"flags\": [\n    nope\n", "the snapshot is not JSON: line 3, column 6: expected ident");
    refused(client, "[]\n\n]", "the snapshot is not JSON: line 3, column 1: trailing characters");
    refused(client, "[{\"key\": \"a\",}]", "the snapshot is not JSON: line 1, column 14: trailing comma");
    refused(client, "[\n\"\xFF\"]", "the snapshot is not JSON: line 2, column 2: the text is not UTF-8");
    char deep[512];
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    refused(client, deep, "the snapshot is not JSON: line 1, column 128: nested deeper than 127 levels");
}

static void shapes_that_are_no_snapshot(const flagbit_client *client) {
    refused(client, "7", "snapshot: invalid type: integer `7`, expected an object with \"flags\", or a list of flags");
    refused(client, "{}", "flags: missing");
    refused(client, "{\"flags\": 7}",
            "flags: invalid type: integer `7`, expected a list of flags, or an object of flags by key");
    refused(client, "{\"flags\": [], \"flags\": []}", "flags: duplicate field");
    refused(client, "{\"flags\": [], \"revision\": []}", "revision: expected a string or a number, found a list");
    refused(client, "[7]", "[0]: expected a flag, found 7");
    refused(client, "{\"flags\": {\"a\": null}}", "flags[\"a\"]: expected a flag, found null");
}

static void keys(const flagbit_client *client) {
    refused(client, "{\"flags\": [{\"enabled\": true}]}", "flags[0].key: missing");
    refused(client, "[{\"key\": 7}]", "[0].key: expected a string, found 7");
    refused(client, "[{\"key\": \"\"}]", "[0].key: an empty key");
    refused(client, "[{\"key\": \"a\", \"key\": \"a\"}]", "[0].key: duplicate field");
    refused(client, "{\"flags\": [{\"key\": \"a\"}, {\"key\": \"b\"}, {\"key\": \"a\"}]}",
            "flags[2].key: duplicate key \"a\", already at flags[0]");
    refused(client, "{\"flags\": {\"a\": {}, \"a\": {}}}", "flags[\"a\"].key: duplicate key");
    refused(client, "{\"flags\": {\"a\": {\"key\": \"b\"}}}",
            "flags[\"a\"].key: expected the key it stands under, found \"b\"");
}

/* Checks that a flag with these fields is set aside with this warning, and that the next flag answers. */
static void set_aside(const char *fields, const char *warning) {
    char snapshot[512], with_newline[512];
    snprintf(snapshot, sizeof snapshot,
             "{\"flags\": [{\"key\": \"bad\", %s}, {\"key\": \"good\", \"enabled\": true, \"default_enabled\": true}]}",
             fields);
    snprintf(with_newline, sizeof with_newline, "%s\n", warning);
    flagbit_client *client = open_text(snapshot);
    flagbit_text_list *warnings = NULL;
    CHECK_OK(flagbit_client_warnings(client, &warnings));
    CHECK_LIST(warnings, with_newline);
    CHECK(flagbit_is_enabled(client, "good", NULL, false));
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_OK(flagbit_evaluate(client, "bad", NULL, &evaluation));
    CHECK(evaluation.error_code == FLAGBIT_ERROR_CODE_PARSE_ERROR);
    flagbit_client_free(client);
}

#define RULE(rule) "\"enabled\": true, \"rules\": [" rule "]"
#define PERCENT(value) RULE("{\"operator\": \"percent\", \"value\": " value "}")

static void flags_that_are_set_aside(void) {
    set_aside("\"name\": \"x\"", "flags[0].enabled: missing");
    set_aside("\"enabled\": \"true\"", "flags[0].enabled: expected a boolean, found \"true\"");
    set_aside("\"enabled\": true, \"enabled\": true", "flags[0].enabled: duplicate field");
    set_aside("\"enabled\": true, \"default_enabled\": 1", "flags[0].default_enabled: expected a boolean, found 1");
    set_aside("\"enabled\": true, \"rules\": {}", "flags[0].rules: expected a list, found an object");
    set_aside(RULE("7"), "flags[0].rules[0]: expected an object, found 7");
    set_aside(RULE("{\"attribute\": \"a\", \"operator\": \"regex\", \"value\": \"x\"}"),
              "flags[0].rules[0].operator: unknown operator \"regex\"; this version knows eq, neq, contains, in, "
              "percent, gt, gte, lt, lte, starts_with, ends_with, matches, exists, has, semver_eq, semver_gt, "
              "semver_gte, semver_lt, semver_lte, before, after, in_segment, flag_is, and not_ before most of them");
    set_aside(PERCENT("101"), "flags[0].rules[0].value: a percentage is a number from 0 to 100, found 101");
    set_aside(PERCENT("\"30\""), "flags[0].rules[0].value: a percentage is a number from 0 to 100, found \"30\"");
    set_aside(PERCENT("-0.5"), "flags[0].rules[0].value: a percentage is a number from 0 to 100, found -0.5");
    set_aside(RULE("{\"attribute\": \"a\", \"operator\": \"in\", \"value\": \"DE\"}"),
              "flags[0].rules[0].value: expected a list, found \"DE\"");
    set_aside(RULE("{\"attribute\": \"a\", \"operator\": \"in\", \"value\": [\"DE\", null]}"),
              "flags[0].rules[0].value[1]: expected a string, a number or a boolean, found null");
    set_aside(RULE("{\"operator\": \"eq\", \"value\": 1}"), "flags[0].rules[0].attribute: missing");
    set_aside(RULE("{\"attribute\": \"a\", \"operator\": \"eq\"}"), "flags[0].rules[0].value: missing");
    set_aside(RULE("{\"conditions\": [], \"operator\": \"eq\"}"),
              "flags[0].rules[0].conditions: a rule has either conditions or an operator, found both");
    set_aside(RULE("{\"conditions\": [{\"attribute\": \"a\", \"operator\": \"eq\", \"value\": {}}]}"),
              "flags[0].rules[0].conditions[0].value: expected a string, a number or a boolean, found an object");
    set_aside(RULE("{\"conditions\": [], \"value\": \"yes\"}"),
              "flags[0].rules[0].value: expected true or false, found \"yes\"");
}

int main(void) {
    flagbit_client *client = open_text("[{\"key\": \"good\", \"enabled\": true, \"default_enabled\": true}]");
    texts_that_are_not_json(client);
    shapes_that_are_no_snapshot(client);
    keys(client);
    CHECK(status_of(client).report.generation == 1);
    flags_that_are_set_aside();
    flagbit_client_free(client);
    return check_finish("refusals");
}
