/* The shared vectors of tests/fixtures (its README has the format), through every form of evaluation. */
#include "support.h"
#include "vectors.h"

#include <dirent.h>
#include <inttypes.h>
#include <math.h>

enum { LEAST_CASES = 7000 };

static const char *case_name; /* for the message of a failure */

static const char *case_name; /* for the message of a failure */

static int32_t kind_number(json_object *kind) {
    static const char *const NAMES[] = {"boolean", "string", "number", "json"}; /* from FLAGBIT_KIND_BOOLEAN on */
    for (int32_t index = 0; kind != NULL && index < 4; index++) {
        if (strcmp(json_object_get_string(kind), NAMES[index]) == 0) {
            return index + FLAGBIT_KIND_BOOLEAN;
        }
    }
    CHECK(kind == NULL);
    return FLAGBIT_KIND_NONE;
}

/* Returns the answer of flagbit_is_enabled: the default for a flag that is not boolean. */
static bool enabled_of(json_object *expected) {
    const bool typed = kind_number(field(expected, "kind")) > FLAGBIT_KIND_BOOLEAN;
    return json_object_get_boolean(field(expected, typed ? "default" : "enabled"));
}

/* Checks the integer of a number that is one in decimal; `expected` is NULL for every other answer. */
static void check_integer(const flagbit_evaluation *found, const char *expected) {
    char text[24] = "";
    if (found->integer_kind == FLAGBIT_INTEGER_KIND_SIGNED) {
        snprintf(text, sizeof text, "%" PRId64, (int64_t)found->integer);
    } else if (found->integer_kind == FLAGBIT_INTEGER_KIND_UNSIGNED) {
        CHECK(found->integer > INT64_MAX);
        snprintf(text, sizeof text, "%" PRIu64, found->integer);
    } else {
        CHECK(found->integer_kind == FLAGBIT_INTEGER_KIND_NONE && found->integer == 0);
    }
    CHECK_TEXT(text, expected == NULL ? "" : expected);
    CHECK(found->reserved == 0 && found->reserved2 == 0);
}

static void check_evaluation(const flagbit_evaluation *found, json_object *expected) {
    json_object *rule = field(expected, "rule_index"), *code = field(expected, "error_code");
    const bool fallback = json_object_get_boolean(field(expected, "default"));
    const bool enabled = found->error_code == FLAGBIT_ERROR_CODE_NONE ? found->enabled == 1 : fallback;
    const int before = check_failures;
    CHECK(enabled == json_object_get_boolean(field(expected, "enabled")));
    CHECK_TEXT(flagbit_reason_name(found->reason), text_field(expected, "reason"));
    CHECK(found->rule_index == (rule == NULL ? -1 : json_object_get_int(rule)));
    CHECK_TEXT(flagbit_error_code_name(found->error_code), code == NULL ? "" : json_object_get_string(code));
    CHECK(found->kind == kind_number(field(expected, "kind")));
    CHECK(found->number == (found->kind == FLAGBIT_KIND_NUMBER ? strtod(text_field(expected, "value"), NULL) : 0));
    CHECK(!signbit(found->number) || found->number < 0); /* there is no -0 */
    check_integer(found, text_field(expected, "integer"));
    CHECK((found->variant_id != 0) == (found->kind > FLAGBIT_KIND_BOOLEAN));
    if (check_failures != before) {
        fprintf(stderr, "    in the case %s\n", case_name);
    }
}

/* Checks a text of a block, with its NUL; if `expected` is NULL, the text is empty. */
static void check_text_in(const char *block, flagbit_text place, json_object *expected) {
    const char *text = expected == NULL ? "" : json_object_get_string(expected);
    const size_t length = expected == NULL ? 0 : length_of(expected);
    if (!CHECK(place.length == length && memcmp(block + place.offset, text, length + 1) == 0)) {
        fprintf(stderr, "    found:    %s\n    expected: %s\n    in the case %s\n", block + place.offset, text,
                case_name);
    }
}

static void check_texts(const char *block, flagbit_text variant, flagbit_text value, json_object *expected) {
    check_text_in(block, variant, field(expected, "variant"));
    check_text_in(block, value, field(expected, "value"));
}

/* The attributes of a question, in one of the three forms. */
typedef struct question {
    const uint8_t *packed;
    size_t length;
    const borrowed_context *borrowed;
    const flagbit_context *context;
} question;

/* Checks the texts of a flag's answer. */
static void check_value(const flagbit_client *client, question asked, json_object *expected) {
    json_object *flag = field(expected, "flag");
    const char *key = json_object_get_string(flag);
    size_t capacity = 0;
    char *buffer = NULL;
    for (int round = 0; round < 2; round++) {
        flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
        flagbit_text variant = {0, 0}, value = {0, 0};
        flagbit_status status;
        if (asked.packed != NULL) {
            status = flagbit_evaluate_value_with(client, key, length_of(flag), asked.packed, asked.length, &evaluation,
                                                 &variant, &value, buffer, capacity, &capacity);
        } else if (asked.borrowed != NULL) {
            status = flagbit_evaluate_value_of(client, key, length_of(flag), BORROWED(asked.borrowed), &evaluation,
                                               &variant, &value, buffer, capacity, &capacity);
        } else {
            status = flagbit_evaluate_value(client, key, length_of(flag), asked.context, &evaluation, &variant, &value,
                                            buffer, capacity, &capacity);
        }
        if (round == 0) {
            CHECK_STATUS(status, FLAGBIT_STATUS_BUFFER_TOO_SMALL);
            buffer = malloc(capacity);
            REQUIRE(buffer != NULL);
        } else {
            CHECK_OK(status);
            check_evaluation(&evaluation, expected);
            check_texts(buffer, variant, value, expected);
        }
    }
    free(buffer);
}

/* Finds the flag among all evaluations; there is nothing if there is no such flag. Frees the evaluations. */
static void check_all(flagbit_evaluations *all, json_object *expected) {
    json_object *key = field(expected, "flag");
    bool found = false;
    for (size_t index = 0; index < all->count; index++) {
        const flagbit_flag_evaluation *item = &all->items[index];
        if (item->key.length == length_of(key) &&
            memcmp(all->text + item->key.offset, json_object_get_string(key), length_of(key)) == 0) {
            found = true;
            check_evaluation(&item->evaluation, expected);
            check_texts(all->text, item->variant, item->value, expected);
        }
    }
    json_object *code = field(expected, "error_code");
    CHECK(found == (code == NULL || strcmp(json_object_get_string(code), "FLAG_NOT_FOUND") != 0));
    flagbit_evaluations_free(all);
}

static void check_packed(const flagbit_client *client, json_object *expected) {
    json_object *flag = field(expected, "flag");
    const char *key = json_object_get_string(flag);
    const bool fallback = json_object_get_boolean(field(expected, "default"));
    const bool enabled = enabled_of(expected);
    size_t length = 0;
    uint8_t *packed = pack(field(expected, "context"), true, &length);
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_OK(flagbit_evaluate_with_n(client, key, length_of(flag), packed, length, &evaluation));
    check_evaluation(&evaluation, expected);
    check_value(client, (question){.packed = packed, .length = length}, expected);
    CHECK(flagbit_is_enabled_with_n(client, key, length_of(flag), packed, length, fallback) == enabled);
    if (strlen(key) == length_of(flag)) {
        CHECK_OK(flagbit_evaluate_with(client, key, packed, &evaluation));
        check_evaluation(&evaluation, expected);
        CHECK(flagbit_is_enabled_with(client, key, packed, fallback) == enabled);
    }
    flagbit_evaluations *all = NULL;
    CHECK_OK(flagbit_evaluate_all_with(client, packed, length, &all));
    check_all(all, expected);
    free(packed);
}

static void check_borrowed(const flagbit_client *client, json_object *expected) {
    json_object *flag = field(expected, "flag");
    const char *key = json_object_get_string(flag);
    const bool fallback = json_object_get_boolean(field(expected, "default"));
    const bool enabled = enabled_of(expected);
    borrowed_context borrowed = borrow(field(expected, "context"), true);
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_OK(flagbit_evaluate_of_n(client, key, length_of(flag), BORROWED(&borrowed), &evaluation));
    check_evaluation(&evaluation, expected);
    check_value(client, (question){.borrowed = &borrowed}, expected);
    CHECK(flagbit_is_enabled_of_n(client, key, length_of(flag), BORROWED(&borrowed), fallback) == enabled);
    if (strlen(key) == length_of(flag)) {
        CHECK_OK(flagbit_evaluate_of(client, key, BORROWED(&borrowed), &evaluation));
        check_evaluation(&evaluation, expected);
        CHECK(flagbit_is_enabled_of(client, key, BORROWED(&borrowed), fallback) == enabled);
    }
    flagbit_evaluations *all = NULL;
    CHECK_OK(flagbit_evaluate_all_of(client, BORROWED(&borrowed), &all));
    check_all(all, expected);
    free_borrowed(&borrowed);

    borrowed = borrow(field(expected, "context"), false);
    flagbit_context *context = NULL;
    CHECK_OK(flagbit_context_new_of(BORROWED(&borrowed), &context, NULL));
    free_borrowed(&borrowed);
    CHECK_OK(flagbit_evaluate_n(client, key, length_of(flag), context, &evaluation));
    check_evaluation(&evaluation, expected);
    flagbit_context_free(context);
}

static void check_prebuilt(const flagbit_client *client, json_object *expected) {
    json_object *flag = field(expected, "flag");
    const char *key = json_object_get_string(flag);
    const bool fallback = json_object_get_boolean(field(expected, "default"));
    const bool enabled = enabled_of(expected);
    size_t length = 0;
    uint8_t *packed = pack(field(expected, "context"), false, &length);
    flagbit_context *context = NULL;
    CHECK_OK(flagbit_context_new(packed, length, &context, NULL));
    free(packed);
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_OK(flagbit_evaluate_n(client, key, length_of(flag), context, &evaluation));
    check_evaluation(&evaluation, expected);
    check_value(client, (question){.context = context}, expected);
    CHECK(flagbit_is_enabled_n(client, key, length_of(flag), context, fallback) == enabled);
    if (strlen(key) == length_of(flag)) {
        CHECK_OK(flagbit_evaluate(client, key, context, &evaluation));
        check_evaluation(&evaluation, expected);
        CHECK(flagbit_is_enabled(client, key, context, fallback) == enabled);
    }
    flagbit_evaluations *all = NULL;
    CHECK_OK(flagbit_evaluate_all(client, context, &all));
    check_all(all, expected);
    flagbit_context_free(context);
}

static void check_refusal(flagbit_error *error, json_object *refused) {
    char expected[256];
    const char *message = flagbit_error_message(error), *place = text_field(refused, "place");
    CHECK_STATUS(flagbit_error_status(error), FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    if (place != NULL) {
        snprintf(expected, sizeof expected, "%s: ", place);
    } else if (field(refused, "column") != NULL) {
        snprintf(expected, sizeof expected,
                 "the snapshot is not JSON: line %s, column %s: ", text_field(refused, "line"),
                 text_field(refused, "column"));
    } else {
        snprintf(expected, sizeof expected, "the snapshot is not JSON: line %s, ", text_field(refused, "line"));
    }
    if (!CHECK(strncmp(message, expected, strlen(expected)) == 0)) {
        fprintf(stderr, "    found: %s\n    expected at its start: %s\n", message, expected);
    }
    flagbit_error_free(error);
}

static void check_flags(const flagbit_client *client, json_object *group) {
    flagbit_text_list *keys = NULL, *warnings = NULL;
    json_object *flags = field(group, "flags"), *aside = field(group, "set_aside"),
                *revision = field(group, "revision");
    CHECK_OK(flagbit_client_flags(client, &keys));
    CHECK(keys->count == json_object_array_length(flags));
    for (size_t index = 0; index < keys->count; index++) {
        json_object *expected = json_object_array_get_idx(flags, index);
        CHECK(keys->items[index].length == length_of(expected) &&
              memcmp(list_item(keys, index), json_object_get_string(expected), length_of(expected)) == 0);
    }
    CHECK_OK(flagbit_client_warnings(client, &warnings));
    CHECK(warnings->count == json_object_array_length(aside));
    for (size_t index = 0; index < warnings->count; index++) {
        const char *place = text_field(json_object_array_get_idx(aside, index), "place");
        const char *warning = list_item(warnings, index);
        CHECK(strncmp(warning, place, strlen(place)) == 0 && strncmp(warning + strlen(place), ": ", 2) == 0);
    }
    flagbit_text_list_free(keys);
    flagbit_text_list_free(warnings);
    status_report status = status_of(client);
    CHECK(status.report.has_revision == (revision != NULL));
    CHECK_TEXT(status.text + status.report.revision.offset, revision == NULL ? "" : json_object_get_string(revision));
}

static size_t run_group(json_object *group) {
    json_object *snapshot = field(group, "snapshot"), *refused = field(group, "refused"),
                *cases = field(group, "cases");
    const int before = check_failures;
    flagbit_client *client = NULL;
    flagbit_error *error = NULL;
    flagbit_client_from_snapshot(json_object_get_string(snapshot), length_of(snapshot), &client, &error);
    CHECK((client == NULL) == (refused != NULL));
    size_t count = 1;
    if (client == NULL) {
        check_refusal(error, refused);
    } else {
        check_flags(client, group);
        count = json_object_array_length(cases);
        for (size_t index = 0; index < count; index++) {
            json_object *expected = json_object_array_get_idx(cases, index);
            case_name = text_field(expected, "name");
            check_packed(client, expected);
            check_borrowed(client, expected);
            check_prebuilt(client, expected);
        }
    }
    flagbit_client_free(client);
    if (check_failures != before) {
        fprintf(stderr, "    in the group %s\n", text_field(group, "name"));
    }
    return count;
}

static size_t run_file(const char *path) {
    json_object *file = json_object_from_file(path), *groups = field(file, "groups");
    REQUIRE(groups != NULL);
    size_t count = 0;
    for (size_t index = 0; index < json_object_array_length(groups); index++) {
        count += run_group(json_object_array_get_idx(groups, index));
    }
    json_object_put(file);
    return count;
}

int main(int count, char **arguments) {
    const char *folder = count > 1 ? arguments[1] : "tests/fixtures";
    DIR *directory = opendir(folder);
    REQUIRE(directory != NULL);
    size_t cases = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        const char *extension = strrchr(entry->d_name, '.');
        if (extension != NULL && strcmp(extension, ".json") == 0) {
            char path[512];
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            cases += run_file(path);
        }
    }
    closedir(directory);
    printf("    vectors: %zu cases\n", cases);
    CHECK(cases >= LEAST_CASES);
    return check_finish("vectors");
}
