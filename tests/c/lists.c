/* Attributes that are lists: the bytes, what a rule sees of them, and what is refused. */
#include "support.h"

static const char SNAPSHOT[] =
    "[{\"key\": \"admin\", \"enabled\": true, \"rules\": ["
    "  {\"attribute\": \"roles\", \"operator\": \"has\", \"value\": [\"admin\", 7, -7, true, 0.5, "
    "18446744073709551615]}]},"
    " {\"key\": \"any\", \"enabled\": true, \"rules\": [{\"attribute\": \"roles\", \"operator\": \"exists\"}]},"
    " {\"key\": \"text\", \"enabled\": true, \"rules\": ["
    "  {\"attribute\": \"roles\", \"operator\": \"contains\", \"value\": \"\"}]},"
    " {\"key\": \"after\", \"enabled\": true, \"rules\": ["
    "  {\"attribute\": \"plan\", \"operator\": \"eq\", \"value\": \"pro\"}]}]";

enum { ROOM = 8192, MOST = 1000 };

static void the_bytes_are_those_of_the_manual(void) {
    uint8_t buffer[128];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_list(&attributes, "r");
    flagbit_attributes_item_string(&attributes, "ab");
    flagbit_attributes_item_integer(&attributes, -2);
    flagbit_attributes_item_unsigned(&attributes, 3);
    flagbit_attributes_item_number(&attributes, 1.0);
    flagbit_attributes_item_boolean(&attributes, true);
    flagbit_attributes_append_item(&attributes, FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, NULL, 0);
    flagbit_attributes_list(&attributes, "e");
    flagbit_attributes_boolean(&attributes, "b", false);
    const uint8_t expected[] = {
        96, 0, 0, 0, 1, 0,   0,   0,                            /* length, version, zeros */
        7,  1, 0, 0, 0, 'r', 57,  0,   0,   0,                  /* list */
        1,  2, 0, 0, 0, 'a', 'b',                               /* string */
        2,  8, 0, 0, 0, 254, 255, 255, 255, 255, 255, 255, 255, /* integer */
        3,  8, 0, 0, 0, 3,   0,   0,   0,   0,   0,   0,   0,   /* unsigned */
        4,  8, 0, 0, 0, 0,   0,   0,   0,   0,   0,   240, 63,  /* number */
        5,  1, 0, 0, 0, 1,                                      /* boolean */
        6,  0, 0, 0, 0,                                         /* unsupported */
        7,  1, 0, 0, 0, 'e', 0,   0,   0,   0,                  /* an empty list */
        5,  1, 0, 0, 0, 'b', 1,   0,   0,   0,   0,
    };
    CHECK(flagbit_attributes_ok(&attributes));
    CHECK(attributes.length == sizeof expected);
    CHECK(memcmp(buffer, expected, sizeof expected) == 0);
}

/* Asks a flag with the packed attributes and with a context of them. */
static bool asks(const flagbit_client *client, const char *key, const flagbit_attributes *attributes) {
    flagbit_context *context = NULL;
    CHECK(flagbit_attributes_ok(attributes));
    const bool packed = flagbit_is_enabled_with(client, key, attributes->buffer, false);
    CHECK_OK(flagbit_context_new(attributes->buffer, attributes->length, &context, NULL));
    CHECK(flagbit_is_enabled(client, key, context, false) == packed);
    flagbit_context_free(context);
    return packed;
}

static void an_element_of_every_kind_is_found(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    uint8_t buffer[128];
    for (int kind = 0; kind < 8; kind++) {
        flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
        flagbit_attributes_list(&attributes, "roles");
        flagbit_attributes_item_string(&attributes, "other");
        switch (kind) {
            case 0:
                flagbit_attributes_item_string(&attributes, "admin");
                break;
            case 1:
                flagbit_attributes_item_integer(&attributes, -7);
                break;
            case 2:
                flagbit_attributes_item_unsigned(&attributes, UINT64_MAX);
                break;
            case 3:
                flagbit_attributes_item_number(&attributes, 0.5);
                break;
            case 4:
                flagbit_attributes_item_number(&attributes, 7.0);
                break; /* as the integer is written */
            case 5:
                flagbit_attributes_item_string(&attributes, "7");
                break;
            case 6:
                flagbit_attributes_item_boolean(&attributes, true);
                break;
            default:
                flagbit_attributes_item_boolean(&attributes, false);
        }
        flagbit_attributes_string(&attributes, "plan", "pro");
        CHECK(asks(client, "admin", &attributes) == (kind < 7));
        CHECK(asks(client, "any", &attributes));
        CHECK(!asks(client, "text", &attributes)); /* no text */
        CHECK(asks(client, "after", &attributes));
    }
    flagbit_client_free(client);
}

static void an_empty_list_is_present_and_has_nothing(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_list(&attributes, "roles");
    CHECK(asks(client, "any", &attributes) && !asks(client, "admin", &attributes));
    flagbit_client_free(client);
}

static void an_item_without_a_list_does_not_fit(void) {
    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_item_string(&attributes, "a");
    CHECK(!flagbit_attributes_ok(&attributes));
    attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_list(&attributes, "r");
    flagbit_attributes_string(&attributes, "plan", "pro"); /* ends the list */
    flagbit_attributes_item_string(&attributes, "a");
    CHECK(!flagbit_attributes_ok(&attributes));
    attributes = flagbit_attributes_begin(NULL, 64);
    flagbit_attributes_list(&attributes, "r");
    flagbit_attributes_item_boolean(&attributes, true);
    CHECK(!flagbit_attributes_ok(&attributes));
    const size_t absurd[] = {SIZE_MAX, SIZE_MAX - 4, SIZE_MAX - 5, UINT32_MAX, UINT32_MAX - 5, 60};
    for (size_t index = 0; index < sizeof absurd / sizeof *absurd; index++) {
        attributes = flagbit_attributes_begin(buffer, sizeof buffer);
        flagbit_attributes_list(&attributes, "r");
        flagbit_attributes_append_item(&attributes, FLAGBIT_ATTRIBUTE_KIND_STRING, "", absurd[index]);
        CHECK(!flagbit_attributes_ok(&attributes));
    }
}

/* Every capacity up to what is needed: nothing is written beyond it, and the library refuses what was cut short. */
static void a_buffer_that_is_too_small_is_left_whole_and_refused(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    const size_t needed = FLAGBIT_ATTRIBUTES_HEADER + 9 + 5 + 5 + 5 + 5 + 1;
    for (size_t capacity = 4; capacity <= needed; capacity++) {
        uint8_t buffer[64];
        memset(buffer, 0xA5, sizeof buffer);
        flagbit_attributes attributes = flagbit_attributes_begin(buffer, capacity);
        flagbit_attributes_list(&attributes, "roles");
        flagbit_attributes_item_string(&attributes, "admin");
        flagbit_attributes_item_boolean(&attributes, false);
        CHECK(flagbit_attributes_ok(&attributes) == (capacity == needed));
        size_t untouched = capacity;
        while (untouched < sizeof buffer && buffer[untouched] == 0xA5) {
            untouched++;
        }
        CHECK(untouched == sizeof buffer);
        CHECK(flagbit_is_enabled_with(client, "admin", buffer, false) == (capacity == needed));
    }
    flagbit_client_free(client);
}

static flagbit_attributes list_of(uint8_t *buffer, size_t count) {
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, ROOM);
    flagbit_attributes_list(&attributes, "roles");
    for (size_t index = 1; index < count; index++) {
        flagbit_attributes_item_boolean(&attributes, false);
    }
    flagbit_attributes_item_string(&attributes, "admin");
    return attributes;
}

/* Refused as a context, and absent and counted when it is packed. */
static void unsupported(const flagbit_attributes *attributes, const char *message) {
    flagbit_client *client = open_text(SNAPSHOT);
    flagbit_context *context = NULL;
    flagbit_error *error = NULL;
    CHECK(flagbit_attributes_ok(attributes));
    CHECK_STATUS(flagbit_context_new(attributes->buffer, attributes->length, &context, &error),
                 FLAGBIT_STATUS_UNSUPPORTED_VALUE);
    CHECK_ERROR(error, FLAGBIT_STATUS_UNSUPPORTED_VALUE, message);
    CHECK(!flagbit_is_enabled_with(client, "any", attributes->buffer, true));
    CHECK(!flagbit_is_enabled_with(client, "admin", attributes->buffer, true));
    CHECK(status_of(client).report.unsupported_values == 2);
    flagbit_client_free(client);
}

static void a_list_of_too_many_or_of_what_no_rule_can_match_is_unsupported(void) {
    static uint8_t buffer[ROOM];
    flagbit_client *client = open_text(SNAPSHOT);
    flagbit_attributes attributes = list_of(buffer, MOST);
    CHECK(asks(client, "admin", &attributes));
    flagbit_client_free(client);
    attributes = list_of(buffer, MOST + 1);
    unsupported(&attributes, "the attribute \"roles\" is a list of 1001 elements; a list has at most 1000");

    attributes = list_of(buffer, 1);
    flagbit_attributes_append_item(&attributes, FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, "\x02", 1);
    unsupported(&attributes, "the attribute \"roles\" has, at [1] of its list, a null; leave it out");
    const double zero = 0.0, odd[] = {zero / zero, 1 / zero, -1 / zero};
    for (size_t index = 0; index < sizeof odd / sizeof *odd; index++) {
        attributes = list_of(buffer, 1);
        flagbit_attributes_item_number(&attributes, odd[index]);
        unsupported(&attributes, "the attribute \"roles\" has, at [1] of its list, a number that is not finite; give a "
                                 "finite number");
    }
}

static const char CUT_SHORT[] = "the packed attributes are cut short or their lengths do not fit";

/* Refused in every form of the call. */
static void refused(const flagbit_attributes *attributes, flagbit_status status, const char *message) {
    flagbit_client *client = open_text(SNAPSHOT);
    flagbit_context *context = NULL;
    flagbit_error *error = NULL;
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    flagbit_evaluations *all = NULL;
    flagbit_text variant, value;
    char text[64];
    const uint8_t *packed = attributes->buffer;
    const size_t length = attributes->length;
    CHECK_STATUS(flagbit_context_new(packed, length, &context, &error), status);
    CHECK_ERROR(error, status, message);
    CHECK_STATUS(flagbit_evaluate_with(client, "any", packed, &evaluation), status);
    CHECK_STATUS(flagbit_evaluate_with_n(client, "any", 3, packed, length, &evaluation), status);
    CHECK_STATUS(flagbit_evaluate_value_with(client, "any", 3, packed, length, &evaluation, &variant, &value, text,
                                             sizeof text, NULL),
                 status);
    CHECK_STATUS(flagbit_evaluate_all_with(client, packed, length, &all), status);
    CHECK_STATUS(flagbit_explain_with(client, "any", 3, packed, length, text, sizeof text, NULL), status);
    CHECK(flagbit_is_enabled_with(client, "any", packed, true));
    flagbit_client_free(client);
}

/* The list's value is at 8 + 9 + 5 bytes, its first element's length one later. */
static void malformed_lists(void) {
    enum { FIRST = FLAGBIT_ATTRIBUTES_HEADER + 9 + 5 };
    static uint8_t buffer[ROOM];
    flagbit_attributes attributes = list_of(buffer, 1);
    const size_t last = attributes.length - FIRST; /* the length of the list's value */
    for (size_t cut = 1; cut < last; cut++) {
        attributes = list_of(buffer, 1);
        flagbit_attributes_write_length(buffer + FIRST - 4, last - cut); /* bytes are left over */
        refused(&attributes, FLAGBIT_STATUS_MALFORMED_CONTEXT, CUT_SHORT);
        flagbit_attributes_set_length(&attributes, attributes.length - cut);
        refused(&attributes, FLAGBIT_STATUS_MALFORMED_CONTEXT, CUT_SHORT);
    }
    const size_t lengths[] = {6, 4 + 256, UINT32_MAX};
    for (size_t index = 0; index < sizeof lengths / sizeof *lengths; index++) {
        attributes = list_of(buffer, 1);
        flagbit_attributes_write_length(buffer + FIRST + 1, lengths[index]);
        refused(&attributes, FLAGBIT_STATUS_MALFORMED_CONTEXT, CUT_SHORT);
    }

    attributes = list_of(buffer, 1);
    buffer[FIRST] = 8;
    refused(&attributes, FLAGBIT_STATUS_MALFORMED_CONTEXT, "the packed attributes have an unknown kind of value, 8");
    buffer[FIRST] = 0;
    refused(&attributes, FLAGBIT_STATUS_MALFORMED_CONTEXT, "the packed attributes have an unknown kind of value, 0");
    buffer[FIRST] = FLAGBIT_ATTRIBUTE_KIND_LIST;
    refused(&attributes, FLAGBIT_STATUS_MALFORMED_CONTEXT, "the packed attributes have a malformed value of kind 7");
    buffer[FIRST] = FLAGBIT_ATTRIBUTE_KIND_NUMBER;
    refused(&attributes, FLAGBIT_STATUS_MALFORMED_CONTEXT, "the packed attributes have a malformed value of kind 4");

    const uint8_t two = 2;
    attributes = list_of(buffer, 1);
    flagbit_attributes_append_item(&attributes, FLAGBIT_ATTRIBUTE_KIND_BOOLEAN, &two, 1);
    refused(&attributes, FLAGBIT_STATUS_MALFORMED_CONTEXT, "the packed attributes have a malformed value of kind 5");
    attributes = list_of(buffer, 1);
    flagbit_attributes_item_string(&attributes, "\xED\xA0\x80");
    refused(&attributes, FLAGBIT_STATUS_INVALID_UTF8,
            "the attribute \"roles\" has, at [1] of its list, a string that is not Unicode text; replace lone "
            "surrogates and "
            "bytes that are not UTF-8");
    /* A malformed element is refused even after the list has become unsupported. */
    attributes = list_of(buffer, MOST + 1);
    flagbit_attributes_append_item(&attributes, FLAGBIT_ATTRIBUTE_KIND_LIST, NULL, 0);
    refused(&attributes, FLAGBIT_STATUS_MALFORMED_CONTEXT, "the packed attributes have a malformed value of kind 7");
}

int main(void) {
    the_bytes_are_those_of_the_manual();
    an_element_of_every_kind_is_found();
    an_empty_list_is_present_and_has_nothing();
    an_item_without_a_list_does_not_fit();
    a_buffer_that_is_too_small_is_left_whole_and_refused();
    a_list_of_too_many_or_of_what_no_rule_can_match_is_unsupported();
    malformed_lists();
    return check_finish("lists");
}
