/* Functions that several of the C tests need: a client of a text, texts of a list, files that come and go. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include "check.h"

static inline flagbit_client *open_text(const char *snapshot) {
    flagbit_client *client = NULL;
    flagbit_error *error = NULL;
    if (flagbit_client_from_snapshot(snapshot, strlen(snapshot), &client, &error) != FLAGBIT_STATUS_OK) {
        fprintf(stderr, "%s\n", flagbit_error_message(error));
        flagbit_error_free(error);
    }
    REQUIRE(client != NULL);
    return client;
}

static inline flagbit_status load_text(const flagbit_client *client, const char *snapshot) {
    return flagbit_client_load(client, snapshot, strlen(snapshot), NULL);
}

static inline const char *list_item(const flagbit_text_list *list, size_t index) {
    return index < list->count ? list->text + list->items[index].offset : "(no such item)";
}

/* Checks an error's status and message, and frees it. */
#define CHECK_ERROR(error, status, message)                                                                            \
    do {                                                                                                               \
        CHECK_STATUS(flagbit_error_status(error), status);                                                             \
        CHECK_TEXT(flagbit_error_message(error), message);                                                             \
        flagbit_error_free(error);                                                                                     \
        (error) = NULL;                                                                                                \
    } while (0)

/* Takes the list that a call hands out and checks its texts, given as one text, each followed by a newline. */
#define CHECK_LIST(list, expected) check_list(list, expected, __FILE__, __LINE__, #list)
static inline void check_list(flagbit_text_list *list, const char *expected, const char *file, int line,
                              const char *what) {
    char found[4096] = "";
    for (size_t index = 0; index < list->count; index++) {
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s\n", list_item(list, index));
    }
    check_text(found, expected, file, line, what);
    flagbit_text_list_free(list);
}

static inline void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    REQUIRE(file != NULL);
    REQUIRE(fputs(text, file) >= 0);
    REQUIRE(fclose(file) == 0);
}

/* Opens a client of a file; NULL and an error where it is refused. */
static inline flagbit_client *open_file(const char *path, int watch, flagbit_error **error) {
    flagbit_options *options = NULL;
    flagbit_client *client = NULL;
    CHECK_OK(flagbit_options_new(&options));
    CHECK_OK(flagbit_options_set_string(options, FLAGBIT_OPTION_FILE, path, strlen(path), NULL));
    CHECK_OK(flagbit_options_set_integer(options, FLAGBIT_OPTION_WATCH, watch, NULL));
    flagbit_client_open(options, &client, error);
    flagbit_options_free(options);
    return client;
}

/* The status of a client. */
typedef struct status_report {
    flagbit_client_report report;
    char text[2048];
} status_report;

static inline status_report status_of(const flagbit_client *client) {
    status_report status = {.report = {.struct_size = sizeof(flagbit_client_report)}};
    CHECK_OK(flagbit_client_status(client, &status.report, status.text, sizeof status.text, NULL));
    return status;
}

#endif
