/* Prepared contexts: their attributes, and the refused ones. */
#include "support.h"

static const char SNAPSHOT[] = "[{\"key\": \"pro\", \"enabled\": true, \"rules\": "
                               "[{\"attribute\": \"plan\", \"operator\": \"eq\", \"value\": \"pro\"}]}]";

static flagbit_context *context_of(const flagbit_attributes *attributes) {
    flagbit_context *context = NULL;
    CHECK_OK(flagbit_context_new(attributes->buffer, attributes->length, &context, NULL));
    REQUIRE(context != NULL);
    return context;
}

static void a_context_outlives_its_buffer_and_serves_several_clients(void) {
    flagbit_client *first = open_text(SNAPSHOT), *second = open_text(SNAPSHOT);
    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "plan", "pro");
    flagbit_context *context = context_of(&attributes);
    memset(buffer, 0, sizeof buffer);
    CHECK(flagbit_is_enabled(first, "pro", context, false));
    CHECK(flagbit_is_enabled(second, "pro", context, false));
    flagbit_client_free(first);
    CHECK(flagbit_is_enabled(second, "pro", context, false));
    flagbit_context_free(context);
    flagbit_client_free(second);
}

static void a_context_without_attributes_is_one(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    uint8_t buffer[FLAGBIT_ATTRIBUTES_HEADER];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_context *context = context_of(&attributes);
    CHECK(!flagbit_is_enabled(client, "pro", context, true));
    CHECK(!flagbit_is_enabled(client, "pro", NULL, true));
    flagbit_context_free(context);
    flagbit_client_free(client);
}

static void refused(const uint8_t *packed, size_t length, flagbit_status status, const char *message) {
    flagbit_context *untouched = (flagbit_context *)(uintptr_t)0xA5, *context = untouched;
    flagbit_error *error = NULL;
    CHECK_STATUS(flagbit_context_new(packed, length, &context, &error), status);
    CHECK(context == untouched);
    CHECK_ERROR(error, status, message);
    CHECK_STATUS(flagbit_context_new(packed, length, &context, NULL), status);
}

static const char CUT_SHORT[] = "the packed attributes are cut short or their lengths do not fit";
static const char VERSION[] = "the packed attributes have a version that this library does not know";

static void malformed_buffers(void) {
    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "plan", "pro");
    const size_t length = attributes.length;
    for (size_t cut = 0; cut < length; cut++) {
        refused(buffer, cut, FLAGBIT_STATUS_MALFORMED_CONTEXT, CUT_SHORT);
    }
    buffer[length] = 0;
    refused(buffer, length + 1, FLAGBIT_STATUS_MALFORMED_CONTEXT, CUT_SHORT);

    buffer[4] = 2;
    refused(buffer, length, FLAGBIT_STATUS_MALFORMED_CONTEXT, VERSION);
    buffer[4] = 1;
    buffer[6] = 1;
    refused(buffer, length, FLAGBIT_STATUS_MALFORMED_CONTEXT, VERSION);
    buffer[6] = 0;

    buffer[9] = 200; /* the name's length */
    refused(buffer, length, FLAGBIT_STATUS_MALFORMED_CONTEXT, CUT_SHORT);
    buffer[9] = 4;
    buffer[20] = 255; /* the highest byte of the value's length */
    refused(buffer, length, FLAGBIT_STATUS_MALFORMED_CONTEXT, CUT_SHORT);
    buffer[20] = 0;

    buffer[8] = 8;
    refused(buffer, length, FLAGBIT_STATUS_MALFORMED_CONTEXT, "the packed attributes have an unknown kind of value, 8");
    buffer[8] = FLAGBIT_ATTRIBUTE_KIND_NUMBER;
    refused(buffer, length, FLAGBIT_STATUS_MALFORMED_CONTEXT, "the packed attributes have a malformed value of kind 4");
}

static void a_boolean_is_0_or_1(void) {
    uint8_t buffer[64];
    const uint8_t two = 2;
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_append(&attributes, FLAGBIT_ATTRIBUTE_KIND_BOOLEAN, "b", 1, &two, 1);
    refused(buffer, attributes.length, FLAGBIT_STATUS_MALFORMED_CONTEXT,
            "the packed attributes have a malformed value of kind 5");
}

static void text_is_utf8(void) {
    uint8_t buffer[64];
    static const char TEXT[] =
        "the attribute \"plan\" has a string that is not Unicode text; replace lone surrogates and "
        "bytes that are not UTF-8";
    static const char NAME[] =
        "the attribute \"a\xEF\xBF\xBD\" has a name that is not Unicode text; give a name that is";
    const char *bad[][3] = {
        {"a\xC0", "pro", NAME}, {"plan", "\xED\xA0\x80", TEXT}, {"plan", "cut \xE2\x82", TEXT}, {"a\xFF", "", NAME}};
    for (size_t index = 0; index < sizeof bad / sizeof *bad; index++) {
        flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
        flagbit_attributes_string(&attributes, bad[index][0], bad[index][1]);
        refused(buffer, attributes.length, FLAGBIT_STATUS_INVALID_UTF8, bad[index][2]);
    }
}

static void what_no_rule_can_match_is_named(void) {
    static const char GIVE[] = "the attribute \"odd\" has an unsupported value; give a string, a boolean, a finite "
                               "number, a moment or a list of these";
    uint8_t buffer[64];
    const double zero = 0.0, odd[] = {zero / zero, 1 / zero, -1 / zero};
    for (size_t index = 0; index < sizeof odd / sizeof *odd; index++) {
        flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
        flagbit_attributes_string(&attributes, "plan", "pro");
        flagbit_attributes_number(&attributes, "odd", odd[index]);
        refused(buffer, attributes.length, FLAGBIT_STATUS_UNSUPPORTED_VALUE,
                "the attribute \"odd\" has a number that is not finite; give a finite number");
    }
    static const struct {
        const char *value;
        size_t length;
        const char *message;
    } reasons[] = {
        {"", 0, GIVE},
        {"\xC8", 1, GIVE},
        {"\x02", 1, "the attribute \"odd\" has a null; leave it out"},
        {"\x08", 1, "the attribute \"odd\" has a moment without a time zone; give one with a time zone"},
        {"\x02\x07\0\0\0", 5, "the attribute \"odd\" has, at [7] of its list, a null; leave it out"},
        {"\x01\xFF\xFF\xFF\xFFMap", 8,
         "the attribute \"odd\" has a value of the type Map; give a string, a boolean, a finite number, a moment or a "
         "list of these"},
    };
    flagbit_attributes attributes;
    for (size_t index = 0; index < sizeof reasons / sizeof *reasons; index++) {
        attributes = flagbit_attributes_begin(buffer, sizeof buffer);
        flagbit_attributes_append(&attributes, FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, "odd", 3, reasons[index].value,
                                  reasons[index].length);
        refused(buffer, attributes.length, FLAGBIT_STATUS_UNSUPPORTED_VALUE, reasons[index].message);
    }

    attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "plan", "pro");
    flagbit_attributes_integer(&attributes, "plan", 1);
    refused(buffer, attributes.length, FLAGBIT_STATUS_UNSUPPORTED_VALUE, "the attribute \"plan\" is given twice");
}

/* In a packed form the same values count as absent, and the first of a repeated name counts. */
static void packed_forms_forgive_and_count(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    uint8_t buffer[64];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_append(&attributes, FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, "odd", 3, NULL, 0);
    flagbit_attributes_string(&attributes, "plan", "pro");
    flagbit_attributes_string(&attributes, "plan", "free");
    CHECK(flagbit_is_enabled_with(client, "pro", buffer, false));
    CHECK(flagbit_is_enabled_with(client, "pro", buffer, false));
    CHECK(status_of(client).report.unsupported_values == 2);
    flagbit_text_list *lines = NULL;
    CHECK_OK(flagbit_client_take_log(client, &lines));
    CHECK(lines->count == 1); /* said once, counted twice */
    CHECK(strstr(list_item(lines, 0), "unsupported type") != NULL);
    flagbit_text_list_free(lines);
    flagbit_client_free(client);
}

int main(void) {
    a_context_outlives_its_buffer_and_serves_several_clients();
    a_context_without_attributes_is_one();
    malformed_buffers();
    a_boolean_is_0_or_1();
    text_is_utf8();
    what_no_rule_can_match_is_named();
    packed_forms_forgive_and_count();
    return check_finish("context");
}
