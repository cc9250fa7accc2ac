/* The shared vectors of tests/fixtures (its README has the format), through every form of evaluation. */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>

enum { LEAST_CASES = 7000 };

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

/* A value as it is packed. */
typedef struct packed_value {
    uint8_t kind;
    const void *bytes;
    size_t length;
    union {
        uint64_t bits;
        uint8_t byte;
    } room;
} packed_value;

/* Reads `kind` and `text`, of a scalar; null and what no rule can match are unsupported. Values are little-endian, as
 * is every machine that this test runs on. */
static void read_scalar(packed_value *value, const char *kind, json_object *text) {
    const char *characters = json_object_get_string(text);
    *value = (packed_value){.kind = FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED};
    if (strcmp(kind, "string") == 0) {
        value->kind = FLAGBIT_ATTRIBUTE_KIND_STRING;
        value->bytes = characters, value->length = length_of(text);
    } else if (strcmp(kind, "moment") == 0) {
        /* C has no type for moments that FlagBit takes: the third word is the text. */
        value->kind = FLAGBIT_ATTRIBUTE_KIND_STRING;
        value->bytes = strrchr(characters, ' ') + 1, value->length = strlen(strrchr(characters, ' ') + 1);
    } else if (strcmp(kind, "integer") == 0) {
        errno = 0;
        value->room.bits = (uint64_t)strtoll(characters, NULL, 10);
        value->kind = FLAGBIT_ATTRIBUTE_KIND_INTEGER;
        if (errno == ERANGE) {
            value->room.bits = strtoull(characters, NULL, 10);
            value->kind = FLAGBIT_ATTRIBUTE_KIND_UNSIGNED;
        }
        value->bytes = &value->room, value->length = 8;
    } else if (strcmp(kind, "number") == 0) {
        const double real = strtod(characters, NULL);
        memcpy(&value->room.bits, &real, sizeof real);
        value->kind = FLAGBIT_ATTRIBUTE_KIND_NUMBER;
        value->bytes = &value->room, value->length = 8;
    } else if (strcmp(kind, "boolean") == 0) {
        value->room.byte = strcmp(characters, "true") == 0;
        value->kind = FLAGBIT_ATTRIBUTE_KIND_BOOLEAN;
        value->bytes = &value->room, value->length = 1;
    } else {
        CHECK(strcmp(kind, "null") == 0 || strcmp(kind, "unsupported") == 0);
    }
}

static const char *kind_of(json_object *pair, size_t index) {
    return json_object_get_string(json_object_array_get_idx(pair, index));
}

/* Returns whether a rule can match the value: `pair` has its kind at `index` and its text behind it. */
static bool is_supported(json_object *pair, size_t index) {
    const char *kind = kind_of(pair, index);
    json_object *text = json_object_array_get_idx(pair, index + 1);
    if (strcmp(kind, "list") == 0) {
        bool supported = json_object_array_length(text) <= 1000;
        for (size_t element = 0; element < json_object_array_length(text); element++) {
            json_object *each = json_object_array_get_idx(text, element);
            supported = supported && strcmp(kind_of(each, 0), "list") != 0 && is_supported(each, 0);
        }
        return supported;
    }
    const double real = strcmp(kind, "number") == 0 ? strtod(json_object_get_string(text), NULL) : 0;
    return strcmp(kind, "null") != 0 && strcmp(kind, "unsupported") != 0 && real - real == 0;
}

/* Appends one `[name, kind, text]`. Without `odd`, what counts as absent is left out. A list in a list cannot be
 * packed: the binding says that the attribute is unsupported. */
static void append(flagbit_attributes *attributes, json_object *attribute, bool odd) {
    json_object *name = json_object_array_get_idx(attribute, 0), *text = json_object_array_get_idx(attribute, 2);
    const char *kind = kind_of(attribute, 1);
    packed_value value;
    if (strcmp(kind, "null") == 0 || !(odd || is_supported(attribute, 1))) {
        return;
    }
    if (strcmp(kind, "list") != 0) {
        read_scalar(&value, kind, text);
        flagbit_attributes_append(attributes, value.kind, json_object_get_string(name), length_of(name), value.bytes,
                                  value.length);
        return;
    }
    flagbit_attributes_append(attributes, FLAGBIT_ATTRIBUTE_KIND_LIST, json_object_get_string(name), length_of(name),
                              NULL, 0);
    for (size_t index = 0; index < json_object_array_length(text); index++) {
        json_object *element = json_object_array_get_idx(text, index);
        if (strcmp(kind_of(element, 0), "list") == 0) {
            flagbit_attributes_append_item(attributes, FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, NULL, 0);
            continue;
        }
        read_scalar(&value, kind_of(element, 0), json_object_array_get_idx(element, 1));
        flagbit_attributes_append_item(attributes, value.kind, value.bytes, value.length);
    }
}

/* The most that an attribute can take: each element of a list is written longer as JSON than packed, but for numbers.
 */
static size_t room_for(json_object *attribute) {
    json_object *text = json_object_array_get_idx(attribute, 2);
    const bool list = json_object_is_type(text, json_type_array);
    const size_t elements = list ? 16 * json_object_array_length(text) : 8;
    return 9 + length_of(json_object_array_get_idx(attribute, 0)) + elements +
           (list ? strlen(json_object_to_json_string(text)) : length_of(text));
}

/* Packs a context into memory of just its size, so that a sanitizer sees a read beyond it. The caller frees it. */
static uint8_t *pack(json_object *context, bool odd, size_t *length) {
    const size_t count = json_object_array_length(context);
    size_t capacity = FLAGBIT_ATTRIBUTES_HEADER;
    for (size_t index = 0; index < count; index++) {
        capacity += room_for(json_object_array_get_idx(context, index));
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

/* Checks the texts of a flag's answer, asked for with packed attributes or, if there are none, with a context. */
static void check_value(const flagbit_client *client, const uint8_t *packed, size_t length,
                        const flagbit_context *context, json_object *expected) {
    json_object *flag = field(expected, "flag");
    const char *key = json_object_get_string(flag);
    size_t capacity = 0;
    char *buffer = NULL;
    for (int round = 0; round < 2; round++) {
        flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
        flagbit_text variant = {0, 0}, value = {0, 0};
        const flagbit_status status =
            packed != NULL ? flagbit_evaluate_value_with(client, key, length_of(flag), packed, length, &evaluation,
                                                         &variant, &value, buffer, capacity, &capacity)
                           : flagbit_evaluate_value(client, key, length_of(flag), context, &evaluation, &variant,
                                                    &value, buffer, capacity, &capacity);
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
    check_value(client, packed, length, NULL, expected);
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
    const bool enabled = enabled_of(expected);
    size_t length = 0;
    uint8_t *packed = pack(field(expected, "context"), false, &length);
    flagbit_context *context = NULL;
    CHECK_OK(flagbit_context_new(packed, length, &context, NULL));
    free(packed);
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    CHECK_OK(flagbit_evaluate_n(client, key, length_of(flag), context, &evaluation));
    check_evaluation(&evaluation, expected);
    check_value(client, NULL, 0, context, expected);
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
