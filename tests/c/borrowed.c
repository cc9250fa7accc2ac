/* Attributes that the library reads where they are: their structs, and what is refused. */
#include "support.h"

#include <math.h>

static const char SNAPSHOT[] =
    "[{\"key\": \"pro\", \"enabled\": true, \"rules\": [{\"attribute\": \"plan\", \"operator\": \"eq\", \"value\": "
    "\"pro\"}]},"
    "{\"key\": \"all\", \"enabled\": true, \"rules\": [{\"conditions\": ["
    "{\"attribute\": \"a_long_attribute_name\", \"operator\": \"eq\", \"value\": -9223372036854775808},"
    "{\"attribute\": \"unsigned\", \"operator\": \"eq\", \"value\": 18446744073709551615},"
    "{\"attribute\": \"number\", \"operator\": \"eq\", \"value\": 0.5},"
    "{\"attribute\": \"boolean\", \"operator\": \"eq\", \"value\": true},"
    "{\"attribute\": \"text\", \"operator\": \"eq\", \"value\": \"a\\u0000b\"},"
    "{\"attribute\": \"roles\", \"operator\": \"has\", \"value\": \"admin\"},"
    "{\"attribute\": \"roles\", \"operator\": \"has\", \"value\": 7}], \"value\": true}]}]";

#define ARRAY(attributes) attributes, sizeof(attributes) / sizeof *(attributes), sizeof *(attributes)

static void every_kind_is_read(const flagbit_client *client) {
    const flagbit_attribute roles[] = {flagbit_attribute_string(NULL, "admin"), flagbit_attribute_integer(NULL, 7)};
    const flagbit_attribute user[] = {
        flagbit_attribute_integer("a_long_attribute_name", INT64_MIN),
        flagbit_attribute_unsigned("unsigned", UINT64_MAX),
        flagbit_attribute_number("number", 0.5),
        flagbit_attribute_boolean("boolean", true),
        flagbit_attribute_text("text", "a\0b", 3),
        flagbit_attribute_list("roles", roles, 2),
        flagbit_attribute_string("none", NULL),
    };
    CHECK(flagbit_is_enabled_of(client, "all", ARRAY(user), false));
    CHECK(!flagbit_is_enabled_of(client, "all", user, 5, sizeof *user, true));
    flagbit_context *context = NULL;
    CHECK_OK(flagbit_context_new_of(ARRAY(user), &context, NULL));
    CHECK(flagbit_is_enabled(client, "all", context, false));
    char prepared[4096], borrowed[4096];
    CHECK_OK(flagbit_explain(client, "all", 3, context, prepared, sizeof prepared, NULL));
    CHECK_OK(flagbit_explain_of(client, "all", 3, ARRAY(user), borrowed, sizeof borrowed, NULL));
    CHECK_TEXT(borrowed, prepared);
    flagbit_context_free(context);
    CHECK(status_of(client).report.unsupported_values == 0);
}

static void no_attributes_are_a_context(const flagbit_client *client) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    flagbit_context *context = NULL;
    CHECK_OK(flagbit_evaluate_of(client, "pro", NULL, 0, 0, &evaluation));
    CHECK(evaluation.enabled == 0 && evaluation.reason == FLAGBIT_REASON_DEFAULT);
    CHECK_OK(flagbit_context_new_of(NULL, 0, 0, &context, NULL));
    flagbit_context_free(context);
}

/* A later header has a larger struct, and a program may put more behind it. */
static void structs_may_be_larger(const flagbit_client *client) {
    struct {
        flagbit_attribute attribute;
        const char *other;
    } items[] = {{flagbit_attribute_string(NULL, "admin"), "x"}, {flagbit_attribute_integer(NULL, 7), "x"}},
      user[] = {
          {flagbit_attribute_list("roles", &items->attribute, 2), "x"},
          {flagbit_attribute_string("plan", "pro"), "x"},
      };
    CHECK(flagbit_is_enabled_of(client, "pro", &user->attribute, 2, sizeof *user, false));
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    const flagbit_status small = FLAGBIT_STATUS_BAD_STRUCT_SIZE, odd = FLAGBIT_STATUS_INVALID_ARGUMENT;
    const size_t size = sizeof(flagbit_attribute);
    const flagbit_attribute *first = &user->attribute;
    for (size_t below = 0; below < size; below++) {
        CHECK_STATUS(flagbit_evaluate_of(client, "pro", first, 2, below, &evaluation), small);
    }
    CHECK_STATUS(flagbit_evaluate_of(client, "pro", first, 2, size + 4, &evaluation), odd);
    CHECK_STATUS(flagbit_evaluate_of(client, "pro", first, SIZE_MAX / size, size, &evaluation), odd);
    CHECK_STATUS(flagbit_evaluate_of(client, "pro", first, SIZE_MAX, SIZE_MAX - 7, &evaluation), odd);
    const flagbit_attribute *askew = (const flagbit_attribute *)((uintptr_t)first + 1);
    CHECK_STATUS(flagbit_evaluate_of(client, "pro", askew, 1, size, &evaluation), odd);
    /* The elements of a list have the size of the attributes. */
    user[0].attribute.items = (const flagbit_attribute *)((uintptr_t)&items->attribute + 1);
    CHECK_STATUS(flagbit_evaluate_of(client, "pro", first, 2, sizeof *user, &evaluation), odd);
}

static void the_first_of_a_name_counts(const flagbit_client *client) {
    const flagbit_attribute user[] = {
        flagbit_attribute_string("plan", NULL),
        flagbit_attribute_string("plan", "pro"),
        flagbit_attribute_string("plan", "free"),
    };
    CHECK(flagbit_is_enabled_of(client, "pro", ARRAY(user), false));
    flagbit_context *context = NULL;
    flagbit_error *error = NULL;
    CHECK_STATUS(flagbit_context_new_of(ARRAY(user), &context, &error), FLAGBIT_STATUS_UNSUPPORTED_VALUE);
    CHECK_ERROR(error, FLAGBIT_STATUS_UNSUPPORTED_VALUE, "the attribute \"plan\" is given twice");
    CHECK_OK(flagbit_context_new_of(user, 2, sizeof *user, &context, NULL));
    CHECK(flagbit_is_enabled(client, "pro", context, false));
    flagbit_context_free(context);

    /* An unsupported value is the first one too, also in an explanation. */
    const flagbit_attribute odd[] = {flagbit_attribute_number("plan", INFINITY),
                                     flagbit_attribute_string("plan", "pro")};
    char text[1024];
    CHECK(!flagbit_is_enabled_of(client, "pro", ARRAY(odd), true));
    CHECK_OK(flagbit_explain_of(client, "pro", 3, ARRAY(odd), text, sizeof text, NULL));
    CHECK(strstr(text, "\"enabled\":false") != NULL && strstr(text, "\"found\":null") != NULL);
}

/* Refused in every call, and no output is written. */
static void refused(const flagbit_client *client, flagbit_attribute attribute, flagbit_status status,
                    const char *message) {
    const flagbit_attribute user[] = {flagbit_attribute_string("plan", "pro"), attribute};
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    flagbit_evaluations *all = NULL;
    flagbit_context *context = NULL;
    flagbit_error *error = NULL;
    flagbit_text variant, value;
    char text[64];
    CHECK_STATUS(flagbit_evaluate_of(client, "pro", ARRAY(user), &evaluation), status);
    CHECK_STATUS(flagbit_evaluate_of_n(client, "pro", 3, ARRAY(user), &evaluation), status);
    CHECK_STATUS(flagbit_evaluate_value_of(client, "pro", 3, ARRAY(user), &evaluation, &variant, &value, text,
                                           sizeof text, NULL),
                 status);
    CHECK_STATUS(flagbit_evaluate_all_of(client, ARRAY(user), &all), status);
    CHECK_STATUS(flagbit_explain_of(client, "pro", 3, ARRAY(user), text, sizeof text, NULL), status);
    CHECK_STATUS(flagbit_context_new_of(ARRAY(user), &context, &error), status);
    CHECK(all == NULL && context == NULL);
    CHECK_ERROR(error, status, message);
    CHECK(!flagbit_is_enabled_of(client, "pro", ARRAY(user), false));
    CHECK(!flagbit_is_enabled_of_n(client, "pro", 3, ARRAY(user), false));
}

static void malformed_attributes(const flagbit_client *client) {
    const flagbit_status bad = FLAGBIT_STATUS_MALFORMED_CONTEXT, null = FLAGBIT_STATUS_NULL_ARGUMENT;
    const char *malformed = flagbit_status_message(bad), *missing = flagbit_status_message(null);
    flagbit_attribute odd;
    const int32_t kinds[] = {-1, 8, 255, 256, 257, INT32_MIN, INT32_MAX};
    for (size_t index = 0; index < sizeof kinds / sizeof *kinds; index++) {
        refused(client, flagbit_attribute_of_kind("odd", kinds[index]), bad, malformed);
    }
    odd = flagbit_attribute_boolean("odd", true);
    odd.integer = 2;
    refused(client, odd, bad, malformed);
    flagbit_attribute items[2] = {flagbit_attribute_list(NULL, NULL, 0), odd};
    refused(client, flagbit_attribute_list("odd", items, 1), bad, malformed);
    refused(client, flagbit_attribute_list("odd", items + 1, 1), bad, malformed);
    refused(client, flagbit_attribute_list("odd", NULL, 1), null, missing);
    refused(client, flagbit_attribute_text("odd", NULL, 1), null, missing);
    odd = flagbit_attribute_integer(NULL, 1);
    odd.name_length = 1;
    refused(client, odd, null, missing);
    refused(client, flagbit_attribute_text("odd", "x", SIZE_MAX), FLAGBIT_STATUS_INVALID_ARGUMENT,
            flagbit_status_message(FLAGBIT_STATUS_INVALID_ARGUMENT));
}

static void text_is_utf8(const flagbit_client *client) {
    const flagbit_status bad = FLAGBIT_STATUS_INVALID_UTF8;
    refused(client, flagbit_attribute_string("a\xFF", "x"), bad,
            "the attribute \"a\xEF\xBF\xBD\" has a name that is not Unicode text; give a name that is");
    refused(
        client, flagbit_attribute_string("odd", "\xED\xA0\x80"), bad,
        "the attribute \"odd\" has a string that is not Unicode text; replace lone surrogates and bytes that are not "
        "UTF-8");
    const flagbit_attribute items[] = {flagbit_attribute_string(NULL, "ok"),
                                       flagbit_attribute_string(NULL, "cut \xE2\x82")};
    refused(
        client, flagbit_attribute_list("odd", items, 2), bad,
        "the attribute \"odd\" has, at [1] of its list, a string that is not Unicode text; replace lone surrogates and "
        "bytes that are not UTF-8");
}

/* A context names what no rule can match; in a call it is absent, and counted. */
static void unsupported(flagbit_attribute attribute, const char *message) {
    flagbit_client *client = open_text(SNAPSHOT);
    const flagbit_attribute user[] = {attribute, flagbit_attribute_string("plan", "pro")};
    flagbit_context *context = NULL;
    flagbit_error *error = NULL;
    CHECK(flagbit_is_enabled_of(client, "pro", ARRAY(user), false));
    CHECK(status_of(client).report.unsupported_values == 1);
    CHECK_STATUS(flagbit_context_new_of(ARRAY(user), &context, &error), FLAGBIT_STATUS_UNSUPPORTED_VALUE);
    CHECK_ERROR(error, FLAGBIT_STATUS_UNSUPPORTED_VALUE, message);
    flagbit_client_free(client);
}

static void what_no_rule_can_match_is_named(void) {
    static flagbit_attribute many[1001];
    for (size_t index = 0; index < 1001; index++) {
        many[index] = flagbit_attribute_integer(NULL, 1);
    }
    flagbit_attribute odd = flagbit_attribute_of_kind("odd", FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED);
    unsupported(flagbit_attribute_number("odd", INFINITY),
                "the attribute \"odd\" has a number that is not finite; give a finite number");
    unsupported(flagbit_attribute_list("odd", many, 1001),
                "the attribute \"odd\" is a list of 1001 elements; a list has at most 1000");
    many[7] = flagbit_attribute_string(NULL, NULL);
    unsupported(flagbit_attribute_list("odd", many, 1000),
                "the attribute \"odd\" has, at [7] of its list, a null; leave it out");
    unsupported(odd,
                "the attribute \"odd\" has an unsupported value; give a string, a boolean, a finite number, a moment "
                "or a list of these");
    odd.reason = FLAGBIT_UNSUPPORTED_REASON_TYPE, odd.text = "Map", odd.length = 3;
    unsupported(odd, "the attribute \"odd\" has a value of the type Map; give a string, a boolean, a finite number, a "
                     "moment or a list of these");
    odd.reason = FLAGBIT_UNSUPPORTED_REASON_LIST_TOO_LONG, odd.text = NULL, odd.length = 0;
    unsupported(odd, "the attribute \"odd\" is a list of more than 1000 elements, the most that a list has");
    odd.integer = 5000;
    unsupported(odd, "the attribute \"odd\" is a list of 5000 elements; a list has at most 1000");
    odd.reason = INT32_MAX;
    unsupported(odd,
                "the attribute \"odd\" has an unsupported value; give a string, a boolean, a finite number, a moment "
                "or a list of these");
}

int main(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    every_kind_is_read(client);
    no_attributes_are_a_context(client);
    structs_may_be_larger(client);
    the_first_of_a_name_counts(client);
    malformed_attributes(client);
    text_is_utf8(client);
    what_no_rule_can_match_is_named();
    flagbit_client_free(client);
    return check_finish("borrowed");
}
