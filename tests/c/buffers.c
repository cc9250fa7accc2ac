/* Memory of the caller that is smaller or larger than the library's text or struct. */
#include "support.h"

static const char SNAPSHOT[] =
    "{\"revision\": \"r1\", \"flags\": [{\"key\": \"f\", \"enabled\": true, \"default_enabled\": "
    "true}]}";
static const char EXPLANATION[] =
    "{\"flag_key\":\"f\",\"enabled\":true,\"kind\":\"boolean\",\"value\":true,\"variant\":\"on\",\"reason\":"
    "\"default\",\"rule_index\":null,\"error_code\":null,\"error_message\":null,\"revision\":\"r1\",\"rules\":[]}";
/* A boolean flag and a number flag are written in two ways. */
static const char FLAGS[] =
    "[{\"key\": \"f\", \"enabled\": true, \"default_enabled\": true},"
    " {\"key\": \"n\", \"enabled\": true, \"variants\": {\"a\": 18446744073709551615, \"b\": 0}, \"default\": \"a\"}]";
enum { LARGER = 64, FIRST_EVALUATION = 56 /* the size in version 0.1 */ };

/* A struct as a later header has it: the same beginning, more fields. */
typedef union evaluation_of_later {
    flagbit_evaluation evaluation;
    uint8_t bytes[sizeof(flagbit_evaluation) + LARGER];
} evaluation_of_later;

typedef union report_of_later {
    flagbit_client_report report;
    uint8_t bytes[sizeof(flagbit_client_report) + LARGER];
} report_of_later;

static bool all_are(const uint8_t *bytes, size_t length, uint8_t value) {
    for (size_t index = 0; index < length; index++) {
        if (bytes[index] != value) {
            return false;
        }
    }
    return true;
}

static void sizes_of_an_evaluation(const flagbit_client *client, const char *key) {
    const size_t exact = sizeof(flagbit_evaluation);
    evaluation_of_later later, whole;
    whole.evaluation.struct_size = (uint32_t)exact;
    CHECK_OK(flagbit_evaluate(client, key, NULL, &whole.evaluation));
    CHECK(whole.evaluation.enabled == 1 && whole.evaluation.generation == 1);
    CHECK(whole.evaluation.integer == (*key == 'n' ? UINT64_MAX : 0));
    for (size_t size = 0; size <= exact + LARGER; size++) {
        memset(&later, 0xA5, sizeof later);
        later.evaluation.struct_size = (uint32_t)size;
        const flagbit_status status = flagbit_evaluate(client, key, NULL, &later.evaluation);
        CHECK(later.evaluation.struct_size == size);
        if (size < FIRST_EVALUATION) {
            CHECK_STATUS(status, FLAGBIT_STATUS_BAD_STRUCT_SIZE);
            CHECK(all_are(later.bytes + 4, sizeof later - 4, 0xA5));
        } else {
            const size_t known = size < exact ? size : exact;
            CHECK_STATUS(status, FLAGBIT_STATUS_OK);
            CHECK(memcmp(later.bytes + 4, whole.bytes + 4, known - 4) == 0);
            CHECK(all_are(later.bytes + known, size - known, 0));
            CHECK(all_are(later.bytes + size, sizeof later - size, 0xA5));
        }
    }
}

static void every_form_looks_at_the_size(const flagbit_client *client) {
    flagbit_evaluation small = {.struct_size = FIRST_EVALUATION - 1};
    CHECK_STATUS(flagbit_evaluate_n(client, "f", 1, NULL, &small), FLAGBIT_STATUS_BAD_STRUCT_SIZE);
    CHECK_STATUS(flagbit_evaluate_with(client, "f", NULL, &small), FLAGBIT_STATUS_BAD_STRUCT_SIZE);
    CHECK_STATUS(flagbit_evaluate_with_n(client, "f", 1, NULL, 0, &small), FLAGBIT_STATUS_BAD_STRUCT_SIZE);
    flagbit_text variant, value;
    char buffer[64];
    CHECK_STATUS(flagbit_evaluate_value(client, "f", 1, NULL, &small, &variant, &value, buffer, sizeof buffer, NULL),
                 FLAGBIT_STATUS_BAD_STRUCT_SIZE);
    CHECK_STATUS(
        flagbit_evaluate_value_with(client, "f", 1, NULL, 0, &small, &variant, &value, buffer, sizeof buffer, NULL),
        FLAGBIT_STATUS_BAD_STRUCT_SIZE);
}

static void sizes_of_a_report(const flagbit_client *client) {
    const size_t exact = sizeof(flagbit_client_report);
    report_of_later later;
    char text[64];
    for (size_t size = 0; size <= exact + LARGER; size++) {
        memset(&later, 0xA5, sizeof later);
        later.report.struct_size = (uint32_t)size;
        const flagbit_status status = flagbit_client_status(client, &later.report, text, sizeof text, NULL);
        CHECK(later.report.struct_size == size);
        if (size < exact) {
            CHECK_STATUS(status, FLAGBIT_STATUS_BAD_STRUCT_SIZE);
            CHECK(all_are(later.bytes + 4, sizeof later - 4, 0xA5));
        } else {
            CHECK_STATUS(status, FLAGBIT_STATUS_OK);
            CHECK(later.report.state == FLAGBIT_STATE_READY && later.report.flags == 1);
            CHECK(all_are(later.bytes + exact, size - exact, 0));
            CHECK(all_are(later.bytes + size, sizeof later - size, 0xA5));
        }
    }
}

/* Each call that copies text out, under one signature. */
typedef flagbit_status (*copies_text)(const flagbit_client *client, char *buffer, size_t capacity, size_t *needed);

static flagbit_status copy_revision(const flagbit_client *client, char *buffer, size_t capacity, size_t *needed) {
    return flagbit_client_revision(client, 1, buffer, capacity, needed);
}

static flagbit_status copy_message(const flagbit_client *client, char *buffer, size_t capacity, size_t *needed) {
    return flagbit_client_error_message(client, "x", 1, FLAGBIT_ERROR_CODE_FLAG_NOT_FOUND, buffer, capacity, needed);
}

static flagbit_status copy_status(const flagbit_client *client, char *buffer, size_t capacity, size_t *needed) {
    flagbit_client_report report;
    memset(&report, 0xA5, sizeof report);
    report.struct_size = sizeof report;
    const flagbit_status status = flagbit_client_status(client, &report, buffer, capacity, needed);
    CHECK((status == FLAGBIT_STATUS_OK) ==
          (report.flags == 1)); /* the report is written with its texts or not at all */
    return status;
}

/* The evaluation and the places are written with the texts or not at all. */
static flagbit_status copy_value(const flagbit_client *client, char *buffer, size_t capacity, size_t *needed) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation, .generation = 99};
    flagbit_text variant = {99, 99}, value = {99, 99};
    const flagbit_status status =
        flagbit_evaluate_value(client, "f", 1, NULL, &evaluation, &variant, &value, buffer, capacity, needed);
    const bool written = evaluation.generation == 1 && variant.length == 2 && value.offset == 3 && value.length == 4;
    const bool untouched = evaluation.generation == 99 && variant.length == 99 && value.offset == 99;
    CHECK(status == FLAGBIT_STATUS_OK ? written : untouched);
    return status;
}

static flagbit_status copy_value_with(const flagbit_client *client, char *buffer, size_t capacity, size_t *needed) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    flagbit_text variant, value;
    return flagbit_evaluate_value_with(client, "x", 1, NULL, 0, &evaluation, &variant, &value, buffer, capacity,
                                       needed);
}

static flagbit_status copy_explanation(const flagbit_client *client, char *buffer, size_t capacity, size_t *needed) {
    return flagbit_explain(client, "f", 1, NULL, buffer, capacity, needed);
}

static flagbit_status copy_explanation_with(const flagbit_client *client, char *buffer, size_t capacity,
                                            size_t *needed) {
    return flagbit_explain_with(client, "f", 1, NULL, 0, buffer, capacity, needed);
}

static void texts_of(const flagbit_client *client, copies_text copy, const char *expected, size_t length) {
    size_t needed = 0;
    CHECK_STATUS(copy(client, NULL, 0, &needed), FLAGBIT_STATUS_BUFFER_TOO_SMALL); /* how one asks for the size */
    CHECK(needed == length);
    CHECK_STATUS(copy(client, NULL, 0, NULL), FLAGBIT_STATUS_BUFFER_TOO_SMALL);
    for (size_t capacity = 0; capacity < length + 2; capacity++) {
        char buffer[512];
        memset(buffer, 0x5A, sizeof buffer);
        needed = 0;
        const flagbit_status status = copy(client, buffer, capacity, &needed);
        CHECK(needed == length);
        if (capacity < length) {
            CHECK_STATUS(status, FLAGBIT_STATUS_BUFFER_TOO_SMALL);
            CHECK(all_are((const uint8_t *)buffer, sizeof buffer, 0x5A));
        } else {
            CHECK_STATUS(status, FLAGBIT_STATUS_OK);
            CHECK(memcmp(buffer, expected, length) == 0);
            CHECK(all_are((const uint8_t *)buffer + length, sizeof buffer - length, 0x5A));
        }
    }
}

int main(void) {
    flagbit_client *client = open_text(SNAPSHOT);
    flagbit_client *flags = open_text(FLAGS);
    sizes_of_an_evaluation(flags, "f");
    sizes_of_an_evaluation(flags, "n");
    flagbit_client_free(flags);
    every_form_looks_at_the_size(client);
    sizes_of_a_report(client);
    texts_of(client, copy_revision, "r1", sizeof "r1");
    texts_of(client, copy_message, "no flag \"x\" among the 1 in force", sizeof "no flag \"x\" among the 1 in force");
    texts_of(client, copy_status, "r1\0text\0", sizeof "r1\0text\0");
    texts_of(client, copy_value, "on\0true", sizeof "on\0true");
    texts_of(client, copy_value_with, "\0", sizeof "\0");
    texts_of(client, copy_explanation, EXPLANATION, sizeof EXPLANATION);
    texts_of(client, copy_explanation_with, EXPLANATION, sizeof EXPLANATION);
    flagbit_client_free(client);
    return check_finish("buffers");
}
