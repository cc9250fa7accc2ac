/* A client of a server, through the C ABI: options, states, changes, refusals, closing. */
#include "kit.h"
#include "support.h"

static const char ON[] =
    "{\"revision\": 1, \"flags\": [{\"key\": \"a\", \"enabled\": true, \"default_enabled\": true}]}";
static const char OFF[] = "{\"revision\": 2, \"flags\": [{\"key\": \"a\", \"enabled\": false}]}";
static const char KEY[] = "fbsrv_secret";

enum { PATIENCE_MS = 20000 };

static kit_stub server;

static void set_text(flagbit_options *options, int32_t option, const char *value) {
    CHECK_OK(flagbit_options_set_string(options, option, value, strlen(value), NULL));
}

static void set_integer(flagbit_options *options, int32_t option, int64_t value) {
    CHECK_OK(flagbit_options_set_integer(options, option, value, NULL));
}

static flagbit_options *options_of(const char *url) {
    flagbit_options *options = NULL;
    CHECK_OK(flagbit_options_new(&options));
    set_text(options, FLAGBIT_OPTION_URL, url);
    set_text(options, FLAGBIT_OPTION_SERVER_KEY, KEY);
    return options;
}

/* Opens a client and frees its options. */
static flagbit_client *opened(flagbit_options *options) {
    flagbit_client *client = NULL;
    flagbit_error *error = NULL;
    if (flagbit_client_open(options, &client, &error) != FLAGBIT_STATUS_OK) {
        fprintf(stderr, "%s\n", flagbit_error_message(error));
    }
    flagbit_error_free(error);
    flagbit_options_free(options);
    REQUIRE(client != NULL);
    return client;
}

static void refused(flagbit_options *options, const char *message) {
    flagbit_client *client = NULL;
    flagbit_error *error = NULL;
    CHECK_STATUS(flagbit_client_open(options, &client, &error), FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK(client == NULL);
    CHECK(strstr(flagbit_error_message(error), "secret") == NULL);
    CHECK_ERROR(error, FLAGBIT_STATUS_INVALID_ARGUMENT, message);
    flagbit_options_free(options);
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void options_that_do_not_fit(void) {
    static const char NEEDS_KEY[] =
        "FLAGBIT_OPTION_URL needs either FLAGBIT_OPTION_SERVER_KEY, or both FLAGBIT_OPTION_API_KEY and "
        "FLAGBIT_OPTION_PROJECT_ID";
    flagbit_options *options = NULL;
    CHECK_OK(flagbit_options_new(&options));
    set_text(options, FLAGBIT_OPTION_URL, server.url);
    refused(options, NEEDS_KEY);
    options = options_of(server.url);
    set_text(options, FLAGBIT_OPTION_API_KEY, "fb_secret");
    refused(options, NEEDS_KEY);
    CHECK_OK(flagbit_options_new(&options));
    set_text(options, FLAGBIT_OPTION_SNAPSHOT, "[]");
    set_text(options, FLAGBIT_OPTION_SERVER_KEY, KEY);
    refused(options, "FLAGBIT_OPTION_SERVER_KEY needs the source FLAGBIT_OPTION_URL, and the source of this client is "
                     "FLAGBIT_OPTION_SNAPSHOT");
    CHECK_OK(flagbit_options_new(&options));
    set_text(options, FLAGBIT_OPTION_SNAPSHOT, "[]");
    set_integer(options, FLAGBIT_OPTION_STREAM, 1);
    refused(options, "FLAGBIT_OPTION_STREAM needs the source FLAGBIT_OPTION_URL, and the source of this client is "
                     "FLAGBIT_OPTION_SNAPSHOT");
    options = options_of(server.url);
    set_integer(options, FLAGBIT_OPTION_POLL_INTERVAL_MS, 500);
    refused(options, "FLAGBIT_OPTION_POLL_INTERVAL_MS takes 1 s or more, not 500ms");
    options = options_of("http://user:secret@127.0.0.1");
    refused(options, "FLAGBIT_OPTION_URL takes no user name or password: give the key as an option of its own");
}

static void fetched_changed_and_not_modified(void) {
    const int before = kit_count(&server, "", 0);
    kit_serve(&server, ON);
    flagbit_options *options = options_of(server.url);
    set_text(options, FLAGBIT_OPTION_HEADER, "X-first: 1");
    set_text(options, FLAGBIT_OPTION_HEADER, "X-second: 2");
    flagbit_client *client = opened(options);
    CHECK_OK(flagbit_client_wait_until_ready(client, PATIENCE_MS));
    CHECK(flagbit_is_enabled(client, "a", NULL, false));
    CHECK(status_of(client).report.state == FLAGBIT_STATE_READY);
    const int asked = kit_count(&server, "", 0);
    CHECK(before == 0 && asked > 0 && kit_count(&server, "GET /api/v1/snapshot HTTP/1.1\r\n", 0) == asked);
    CHECK(kit_count(&server, "Bearer fbsrv_secret\r\n", 0) == asked);
    CHECK(kit_count(&server, "-first: 1\r\n", 0) == asked && kit_count(&server, "-second: 2\r\n", 0) == asked);
    CHECK_OK(flagbit_client_refresh_within(client, PATIENCE_MS, NULL));
    CHECK(kit_count(&server, "", 304) > 0);

    kit_serve(&server, OFF);
    CHECK_OK(flagbit_client_refresh(client, NULL));
    CHECK(!flagbit_is_enabled(client, "a", NULL, true));
    flagbit_text_list *keys = NULL;
    bool all = true;
    uint64_t generation = 0;
    CHECK_OK(flagbit_client_changes(client, 1, &keys, &all, &generation));
    CHECK(!all && generation == 2);
    CHECK_LIST(keys, "a\n");
    flagbit_client_free(client);
}

/* Under valgrind this shows that a refresh leaves no memory behind, whether or not it brings a change. */
static void many_refreshes(void) {
    enum { REFRESHES = 300 };
    const int before = kit_count(&server, "", 304);
    flagbit_client *client = opened(options_of(server.url));
    CHECK_OK(flagbit_client_wait_until_ready(client, PATIENCE_MS));
    for (int index = 0; index < REFRESHES; index++) {
        if (index % 10 == 0) {
            const bool on = index % 20 == 0;
            kit_serve(&server, on ? ON : OFF);
        }
        CHECK_OK(flagbit_client_refresh_within(client, PATIENCE_MS, NULL));
    }
    CHECK(kit_count(&server, "", 304) >= before + REFRESHES / 2);
    flagbit_client_free(client);
}

static void what_is_refused_and_what_fails(void) {
    kit_tell(&server, 401);
    flagbit_client *client = opened(options_of(server.url));
    CHECK_STATUS(flagbit_client_wait_until_ready(client, UINT64_MAX), FLAGBIT_STATUS_REFUSED); /* at once */
    status_report status = status_of(client);
    CHECK(status.report.state == FLAGBIT_STATE_ERROR);
    CHECK(strstr(status.text + status.report.last_error.offset, "check the key") != NULL);
    CHECK(strstr(status.text + status.report.last_error.offset, "secret") == NULL);

    flagbit_error *error = NULL;
    kit_tell(&server, 500);
    CHECK_STATUS(flagbit_client_refresh_within(client, PATIENCE_MS, &error), FLAGBIT_STATUS_UNAVAILABLE);
    CHECK_STATUS(flagbit_error_status(error), FLAGBIT_STATUS_UNAVAILABLE);
    flagbit_error_free(error);
    kit_serve(&server, "[{\"key\": \"\"}]");
    CHECK_STATUS(flagbit_client_refresh_within(client, PATIENCE_MS, NULL), FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    kit_serve(&server, ON);
    CHECK_OK(flagbit_client_refresh_within(client, PATIENCE_MS, NULL));
    CHECK(flagbit_is_enabled(client, "a", NULL, false));
    flagbit_client_free(client);
}

static void stale_with_a_bootstrap(void) {
    kit_tell(&server, 503);
    flagbit_options *options = options_of(server.url);
    set_text(options, FLAGBIT_OPTION_BOOTSTRAP, ON);
    flagbit_client *client = opened(options);
    CHECK_OK(flagbit_client_wait_until_ready(client, 0));
    CHECK(flagbit_is_enabled(client, "a", NULL, false));
    CHECK(status_of(client).report.state == FLAGBIT_STATE_STALE);
    CHECK_TEXT(flagbit_state_name(FLAGBIT_STATE_STALE), "stale");
    flagbit_client_free(client);
}

static void closing_does_not_wait(void) {
    kit_tell(&server, 0);
    const int before = kit_count(&server, "", 0);
    flagbit_client *client = opened(options_of(server.url));
    while (kit_count(&server, "", 0) == before) {
        kit_sleep(1);
    }
    CHECK_STATUS(flagbit_client_wait_until_ready(client, 10), FLAGBIT_STATUS_TIMEOUT);
    CHECK_STATUS(flagbit_client_refresh_within(client, 10, NULL), FLAGBIT_STATUS_TIMEOUT);
    const int64_t start = now_ms();
    CHECK_OK(flagbit_client_close(client));
    CHECK(now_ms() - start <= 100); /* what is promised, though the request hangs */
    CHECK_STATUS(flagbit_client_wait_until_ready(client, UINT64_MAX), FLAGBIT_STATUS_CLOSED);
    CHECK_STATUS(flagbit_client_refresh_within(client, UINT64_MAX, NULL), FLAGBIT_STATUS_CLOSED);
    flagbit_client_free(client);
}

int main(void) {
    kit_start(&server);
    kit_serve(&server, ON);
    options_that_do_not_fit();
    fetched_changed_and_not_modified();
    many_refreshes();
    what_is_refused_and_what_fails();
    stale_with_a_bootstrap();
    closing_does_not_wait();
    kit_stop(&server);
    return check_finish("server");
}
