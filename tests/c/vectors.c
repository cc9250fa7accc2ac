/* The shared vectors of tests/fixtures (its README has the format), through every form of evaluation. */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>

enum { LEAST_CASES = 1900 };

static const char *case_name; /* for the message of a failure */

static json_object *field(json_object *object, const char *name) {
    json_object *value = NULL;
    json_object_object_get_ex(object, name, &value);
    return value;
}

static const char *text_field(json_object *object, const char *name) {
    return json_object_get_string(field(object, name));
}

static size_t length_of(json_object *text) {
    return (size_t)json_object_get_string_len(text);
}

/* Appends one `[name, kind, text]`. Without `odd`, what counts as absent is left out. */
static void append(flagbit_attributes *attributes, json_object *attribute, bool odd) {
    json_object *name = json_object_array_get_idx(attribute, 0), *text = json_object_array_get_idx(attribute, 2);
    const char *kind = json_object_get_string(json_object_array_get_idx(attribute, 1));
    const char *value = json_object_get_string(text);
    uint64_t bits = 0;
    uint8_t byte = 0, number = 0;
    const void *packed = &bits;
    size_t length = sizeof bits;
    if (strcmp(kind, "string") == 0) {
        number = FLAGBIT_ATTRIBUTE_KIND_STRING, packed = value, length = length_of(text);
    } else if (strcmp(kind, "integer") == 0) {
        errno = 0;
        bits = (uint64_t)strtoll(value, NULL, 10);
        number = FLAGBIT_ATTRIBUTE_KIND_INTEGER;
        if (errno == ERANGE) {
            bits = strtoull(value, NULL, 10);
            number = FLAGBIT_ATTRIBUTE_KIND_UNSIGNED;
        }
    } else if (strcmp(kind, "number") == 0) {
        const double real = strtod(value, NULL);
        memcpy(&bits, &real, sizeof bits);
        number = FLAGBIT_ATTRIBUTE_KIND_NUMBER;
        if (!odd && real - real != 0) { /* NaN or an infinity */
            return;
        }
    } else if (strcmp(kind, "boolean") == 0) {
        byte = strcmp(value, "true") == 0;
        number = FLAGBIT_ATTRIBUTE_KIND_BOOLEAN, packed = &byte, length = 1;
    } else if (strcmp(kind, "unsupported") == 0 && odd) {
        number = FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, length = 0;
    } else {
        CHECK(strcmp(kind, "null") == 0 || strcmp(kind, "unsupported") == 0);
        return;
    }
    /* Values are little-endian, as is every machine that this test runs on. */
    flagbit_attributes_append(attributes, number, json_object_get_string(name), length_of(name), packed, length);
}

/* Packs a context into memory of just its size, so that a sanitizer sees a read beyond it. The caller frees it. */
static uint8_t *pack(json_object *context, bool odd, size_t *length) {
    const size_t count = json_object_array_length(context);
    size_t capacity = FLAGBIT_ATTRIBUTES_HEADER;
    for (size_t index = 0; index < count; index++) {
        json_object *attribute = json_object_array_get_idx(context, index);
        capacity += 9 + 8 + length_of(json_object_array_get_idx(attribute, 0)) +
                    length_of(json_object_array_get_idx(attribute, 2));
    }
    uint8_t *buffer = malloc(capacity);
    REQUIRE(buffer != NULL);
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, capacity);
    for (size_t index = 0; index < count; index++) {
        append(&attributes, json_object_array_get_idx(context, index), odd);
    }
    REQUIRE(flagbit_attributes_ok(&attributes));
    *length = attributes.length;
    return realloc(buffer, attributes.length);
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
    if (check_failures != before) {
        fprintf(stderr, "    in the case %s\n", case_name);
    }
}

/* The flag's part of all evaluations, or nothing where there is no such flag. Frees the evaluations. */
static void check_all(flagbit_evaluations *all, json_object *expected) {
    json_object *key = field(expected, "flag");
    bool found = false;
    for (size_t index = 0; index < all->count; index++) {
        const flagbit_flag_evaluation *item = &all->items[index];
        if (item->key.length == length_of(key) &&
            memcmp(all->text + item->key.offset, json_object_get_string(key), length_of(key)) == 0) {
            found = true;
            check_evaluation(&item->evaluation, expected);
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
    const bool enabled = json_object_get_boolean(field(expected, "enabled"));
    size_t length = 0;
    uint8_t *packed = pack(field(expected, "context"), true, &length);
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_OK(flagbit_evaluate_with_n(client, key, length_of(flag), packed, length, &evaluation));
    check_evaluation(&evaluation, expected);
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

static void check_prebuilt(const flagbit_client *client, json_object *expected) {
    json_object *flag = field(expected, "flag");
    const char *key = json_object_get_string(flag);
    const bool fallback = json_object_get_boolean(field(expected, "default"));
    const bool enabled = json_object_get_boolean(field(expected, "enabled"));
    size_t length = 0;
    uint8_t *packed = pack(field(expected, "context"), false, &length);
    flagbit_context *context = NULL;
    CHECK_OK(flagbit_context_new(packed, length, &context, NULL));
    free(packed);
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_OK(flagbit_evaluate_n(client, key, length_of(flag), context, &evaluation));
    check_evaluation(&evaluation, expected);
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
