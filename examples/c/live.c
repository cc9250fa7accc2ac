/* Follows a flag of a server: FLAGBIT_SERVER_KEY=fbsrv_... live http://127.0.0.1:8080 FLAG
 *
 * Asks as often as a program that draws frames, and prints each change of the text that it would show. */
#include <flagbit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static flagbit_client *open_client(const char *url, const char *key) {
    flagbit_options *options = NULL;
    flagbit_client *client = NULL;
    flagbit_error *error = NULL;
    if (flagbit_options_new(&options) != FLAGBIT_STATUS_OK ||
        flagbit_options_set_string(options, FLAGBIT_OPTION_URL, url, strlen(url), &error) != FLAGBIT_STATUS_OK ||
        flagbit_options_set_string(options, FLAGBIT_OPTION_SERVER_KEY, key, strlen(key), &error) != FLAGBIT_STATUS_OK ||
        flagbit_options_set_integer(options, FLAGBIT_OPTION_STREAM, 1, &error) != FLAGBIT_STATUS_OK ||
        flagbit_options_set_integer(options, FLAGBIT_OPTION_STALE_AFTER_MS, 1000, &error) != FLAGBIT_STATUS_OK ||
        flagbit_client_open(options, &client, &error) != FLAGBIT_STATUS_OK) {
        fprintf(stderr, "%s\n", flagbit_error_message(error));
    }
    flagbit_error_free(error);
    flagbit_options_free(options);
    return client;
}

static const char *state_of(const flagbit_client *client) {
    flagbit_client_report report = {.struct_size = sizeof report};
    char texts[4096];
    const flagbit_status status = flagbit_client_status(client, &report, texts, sizeof texts, NULL);
    return status == FLAGBIT_STATUS_OK ? flagbit_state_name(report.state) : "unknown";
}

int main(int count, char **arguments) {
    const char *key = getenv("FLAGBIT_SERVER_KEY");
    if (count != 3 || key == NULL) {
        fprintf(stderr, "usage: live URL FLAG, with the server key in FLAGBIT_SERVER_KEY\n");
        return 2;
    }
    const char *flag = arguments[2];
    flagbit_client *client = open_client(arguments[1], key);
    if (client == NULL) {
        return 1;
    }
    flagbit_client_wait_until_ready(client, 10000);

    uint8_t buffer[128];
    flagbit_attributes ben = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&ben, "user_id", "usr_1002");
    flagbit_attributes_string(&ben, "plan", "free");

    const char *shown_answer = NULL, *shown_state = NULL;
    for (;;) {
        const char *answer = flagbit_is_enabled_with(client, flag, ben.buffer, false) ? "on" : "off";
        const char *state = state_of(client);
        if (answer != shown_answer || state != shown_state) {
            printf("%s %s\n", answer, state);
            fflush(stdout);
            shown_answer = answer;
            shown_state = state;
        }
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
}
