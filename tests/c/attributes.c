/* Packing attributes into the caller's buffer: the bytes, and a buffer that is too small. */
#include "support.h"

static void the_bytes_are_those_of_the_manual(void) {
    uint8_t buffer[128];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "s", "xyz");
    flagbit_attributes_integer(&attributes, "i", -2);
    flagbit_attributes_unsigned(&attributes, "u", 0x0102030405060708);
    flagbit_attributes_number(&attributes, "n", 1.0);
    flagbit_attributes_boolean(&attributes, "b", true);
    flagbit_attributes_append(&attributes, FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, "x", 1, NULL, 0);
    const uint8_t expected[] = {
        96,  0,   0,   0,   1,   0,   0,   0,                        /* length, version, zeros */
        1,   1,   0,   0,   0,   's', 3,   0,   0, 0, 'x', 'y', 'z', /* string */
        2,   1,   0,   0,   0,   'i', 8,   0,   0, 0,                /* integer */
        254, 255, 255, 255, 255, 255, 255, 255,                      /* -2 */
        3,   1,   0,   0,   0,   'u', 8,   0,   0, 0,                /* unsigned */
        8,   7,   6,   5,   4,   3,   2,   1,                        /* */
        4,   1,   0,   0,   0,   'n', 8,   0,   0, 0,                /* number */
        0,   0,   0,   0,   0,   0,   240, 63,                       /* 1.0 */
        5,   1,   0,   0,   0,   'b', 1,   0,   0, 0, 1,             /* boolean */
        6,   1,   0,   0,   0,   'x', 0,   0,   0, 0,                /* unsupported */
    };
    CHECK(flagbit_attributes_ok(&attributes));
    CHECK(attributes.length == sizeof expected);
    CHECK(memcmp(buffer, expected, sizeof expected) == 0);
}

/* Every capacity up to what is needed: nothing is written beyond it, and the library refuses what was cut short. */
static void a_buffer_that_is_too_small_is_left_whole_and_refused(void) {
    flagbit_client *client = open_text("[{\"key\": \"f\", \"enabled\": true, \"default_enabled\": true}]");
    const size_t needed = FLAGBIT_ATTRIBUTES_HEADER + 9 + 4 + 3;
    for (size_t capacity = 0; capacity <= needed; capacity++) {
        uint8_t buffer[64];
        memset(buffer, 0xA5, sizeof buffer);
        flagbit_attributes attributes = flagbit_attributes_begin(buffer, capacity);
        flagbit_attributes_string(&attributes, "plan", "pro");
        CHECK(flagbit_attributes_ok(&attributes) == (capacity == needed));
        size_t untouched = capacity;
        while (untouched < sizeof buffer && buffer[untouched] == 0xA5) {
            untouched++;
        }
        CHECK(untouched == sizeof buffer);
        if (capacity < 4) {
            continue; /* too small even for the length by which the library knows */
        }
        flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
        flagbit_status expected = capacity == needed ? FLAGBIT_STATUS_OK : FLAGBIT_STATUS_MALFORMED_CONTEXT;
        CHECK_STATUS(flagbit_evaluate_with(client, "f", buffer, &evaluation), expected);
        CHECK(flagbit_is_enabled_with(client, "f", buffer, false) == (capacity == needed));
    }
    flagbit_client_free(client);
}

static void once_something_did_not_fit_nothing_fits(void) {
    uint8_t buffer[FLAGBIT_ATTRIBUTES_HEADER + 9 + 1 + 1];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "long", "too long");
    CHECK(!flagbit_attributes_ok(&attributes));
    flagbit_attributes_string(&attributes, "a", "b"); /* would fit alone */
    CHECK(!flagbit_attributes_ok(&attributes));
    attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "a", "b");
    CHECK(flagbit_attributes_ok(&attributes));
}

static void no_buffer_holds_nothing(void) {
    flagbit_attributes attributes = flagbit_attributes_begin(NULL, 64);
    CHECK(!flagbit_attributes_ok(&attributes));
    flagbit_attributes_boolean(&attributes, "a", true);
    CHECK(!flagbit_attributes_ok(&attributes));
}

static void absurd_lengths_do_not_overflow(void) {
    uint8_t buffer[64];
    const size_t absurd[] = {SIZE_MAX, SIZE_MAX - 8, SIZE_MAX - 9, UINT32_MAX, UINT32_MAX - 9, 48};
    for (size_t index = 0; index < sizeof absurd / sizeof *absurd; index++) {
        flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
        flagbit_attributes_append(&attributes, FLAGBIT_ATTRIBUTE_KIND_STRING, "", absurd[index], "", 0);
        CHECK(!flagbit_attributes_ok(&attributes));
        attributes = flagbit_attributes_begin(buffer, sizeof buffer);
        flagbit_attributes_append(&attributes, FLAGBIT_ATTRIBUTE_KIND_STRING, "", 0, "", absurd[index]);
        CHECK(!flagbit_attributes_ok(&attributes));
    }
}

/* Each kind as a rule sees it: by its canonical text. */
static void values_are_read_as_they_were_packed(void) {
    const struct {
        const char *text;
        int kind;
        int64_t integer;
        uint64_t natural;
        double number;
    } cases[] = {
        {"-9223372036854775808", FLAGBIT_ATTRIBUTE_KIND_INTEGER, INT64_MIN, 0, 0},
        {"9223372036854775807", FLAGBIT_ATTRIBUTE_KIND_INTEGER, INT64_MAX, 0, 0},
        {"18446744073709551615", FLAGBIT_ATTRIBUTE_KIND_UNSIGNED, 0, UINT64_MAX, 0},
        {"1", FLAGBIT_ATTRIBUTE_KIND_NUMBER, 0, 0, 1.0},
        {"0", FLAGBIT_ATTRIBUTE_KIND_NUMBER, 0, 0, -0.0},
        {"1e+21", FLAGBIT_ATTRIBUTE_KIND_NUMBER, 0, 0, 1e21},
        {"0.1", FLAGBIT_ATTRIBUTE_KIND_NUMBER, 0, 0, 0.1},
        {"true", FLAGBIT_ATTRIBUTE_KIND_BOOLEAN, 1, 0, 0},
        {"false", FLAGBIT_ATTRIBUTE_KIND_BOOLEAN, 0, 0, 0},
    };
    for (size_t index = 0; index < sizeof cases / sizeof *cases; index++) {
        char snapshot[256];
        snprintf(snapshot, sizeof snapshot,
                 "[{\"key\": \"f\", \"enabled\": true, \"rules\": "
                 "[{\"attribute\": \"a\", \"operator\": \"eq\", \"value\": \"%s\"}]}]",
                 cases[index].text);
        flagbit_client *client = open_text(snapshot);
        uint8_t buffer[64];
        flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
        switch (cases[index].kind) {
            case FLAGBIT_ATTRIBUTE_KIND_INTEGER:
                flagbit_attributes_integer(&attributes, "a", cases[index].integer);
                break;
            case FLAGBIT_ATTRIBUTE_KIND_UNSIGNED:
                flagbit_attributes_unsigned(&attributes, "a", cases[index].natural);
                break;
            case FLAGBIT_ATTRIBUTE_KIND_NUMBER:
                flagbit_attributes_number(&attributes, "a", cases[index].number);
                break;
            default:
                flagbit_attributes_boolean(&attributes, "a", cases[index].integer == 1);
        }
        if (!CHECK(flagbit_is_enabled_with(client, "f", buffer, false))) {
            fprintf(stderr, "    for %s\n", cases[index].text);
        }
        flagbit_client_free(client);
    }
}

int main(void) {
    the_bytes_are_those_of_the_manual();
    a_buffer_that_is_too_small_is_left_whole_and_refused();
    once_something_did_not_fit_nothing_fits();
    no_buffer_holds_nothing();
    absurd_lengths_do_not_overflow();
    values_are_read_as_they_were_packed();
    return check_finish("attributes");
}
