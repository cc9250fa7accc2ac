/* Versions, the names of numbers, and errors that are not there. */
#include "check.h"

static void versions(void) {
    CHECK_TEXT(flagbit_version(), FLAGBIT_VERSION);
    char numbers[32];
    snprintf(numbers, sizeof numbers, "%d.%d.%d", FLAGBIT_VERSION_MAJOR, FLAGBIT_VERSION_MINOR, FLAGBIT_VERSION_PATCH);
    CHECK_TEXT(flagbit_version(), numbers);
    CHECK(flagbit_abi_version() >> 16 == FLAGBIT_ABI_MAJOR);
    CHECK((flagbit_abi_version() & 0xFFFF) == FLAGBIT_ABI_MINOR);
}

static void names(void) {
    CHECK_TEXT(flagbit_reason_name(FLAGBIT_REASON_ERROR), "error");
    CHECK_TEXT(flagbit_reason_name(FLAGBIT_REASON_DISABLED), "disabled");
    CHECK_TEXT(flagbit_reason_name(FLAGBIT_REASON_TARGETING_MATCH), "targeting_match");
    CHECK_TEXT(flagbit_reason_name(FLAGBIT_REASON_PERCENTAGE_ROLLOUT), "percentage_rollout");
    CHECK_TEXT(flagbit_reason_name(FLAGBIT_REASON_DEFAULT), "default");

    CHECK_TEXT(flagbit_error_code_name(FLAGBIT_ERROR_CODE_NONE), "");
    CHECK_TEXT(flagbit_error_code_name(FLAGBIT_ERROR_CODE_FLAG_NOT_FOUND), "FLAG_NOT_FOUND");
    CHECK_TEXT(flagbit_error_code_name(FLAGBIT_ERROR_CODE_PROVIDER_NOT_READY), "PROVIDER_NOT_READY");
    CHECK_TEXT(flagbit_error_code_name(FLAGBIT_ERROR_CODE_PARSE_ERROR), "PARSE_ERROR");
    CHECK_TEXT(flagbit_error_code_name(FLAGBIT_ERROR_CODE_TYPE_MISMATCH), "TYPE_MISMATCH");
    CHECK_TEXT(flagbit_error_code_name(FLAGBIT_ERROR_CODE_INVALID_CONTEXT), "INVALID_CONTEXT");
    CHECK_TEXT(flagbit_error_code_name(FLAGBIT_ERROR_CODE_GENERAL), "GENERAL");

    CHECK_TEXT(flagbit_state_name(FLAGBIT_STATE_INITIALIZING), "initializing");
    CHECK_TEXT(flagbit_state_name(FLAGBIT_STATE_READY), "ready");
    CHECK_TEXT(flagbit_state_name(FLAGBIT_STATE_ERROR), "error");
    CHECK_TEXT(flagbit_state_name(FLAGBIT_STATE_CLOSED), "closed");
}

static void every_status_has_a_message(void) {
    const int32_t all[] = {0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 20, 30, 31, 90};
    for (size_t index = 0; index < sizeof all / sizeof *all; index++) {
        CHECK(strcmp(flagbit_status_message(all[index]), "an unknown status") != 0);
        for (size_t other = 0; other < index; other++) {
            CHECK(strcmp(flagbit_status_message(all[index]), flagbit_status_message(all[other])) != 0);
        }
    }
}

static void unknown_numbers(void) {
    const int32_t unknown[] = {-1, 7, 99, 1000, INT32_MIN, INT32_MAX};
    for (size_t index = 0; index < sizeof unknown / sizeof *unknown; index++) {
        CHECK_TEXT(flagbit_status_message(unknown[index]), "an unknown status");
        CHECK_TEXT(flagbit_reason_name(unknown[index]), "unknown");
        CHECK_TEXT(flagbit_error_code_name(unknown[index]), "unknown");
        CHECK_TEXT(flagbit_state_name(unknown[index]), "unknown");
    }
}

int main(void) {
    versions();
    names();
    every_status_has_a_message();
    unknown_numbers();
    return check_finish("version");
}
