/* A thousand forks while the client of a server is in the middle of a request: parent and children all go on. */
#include "kit.h"
#include "support.h"

#include <pthread.h>
#include <sys/wait.h>

static const char ON[] =
    "{\"revision\": 1, \"flags\": [{\"key\": \"a\", \"enabled\": true, \"default_enabled\": true}]}";
static const char OFF[] = "{\"revision\": 2, \"flags\": [{\"key\": \"a\", \"enabled\": false}]}";

enum { FORKS = 1000, BESIDE = 8, PATIENCE_MS = 20000 };

static kit_stub server;

/* Runs in a child: its value is the child's exit status, by which the parent learns of failed checks. */
static int child(const flagbit_client *client) {
    check_count = check_failures = 0;
    CHECK(flagbit_is_enabled(client, "a", NULL, false));                /* what it inherited */
    CHECK_OK(flagbit_client_refresh_within(client, PATIENCE_MS, NULL)); /* by a thread and a connection of its own */
    CHECK(status_of(client).report.state == FLAGBIT_STATE_READY);
    CHECK_OK(flagbit_client_close(client));
    CHECK(flagbit_is_enabled(client, "a", NULL, true));
    return check_failures != 0;
}

static void wait_for(int *running) {
    int status = -1;
    CHECK(wait(&status) > 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    --*running;
}

static void *keep_refreshing(void *argument) {
    const flagbit_client *client = argument;
    while (flagbit_client_refresh_within(client, PATIENCE_MS, NULL) != FLAGBIT_STATUS_CLOSED) {
    }
    return NULL;
}

int main(void) {
    kit_start(&server);
    kit_serve(&server, ON);
    kit_do(&server, "delay", ", \"seconds\": 0.002");
    flagbit_options *options = NULL;
    flagbit_client *client = NULL;
    CHECK_OK(flagbit_options_new(&options));
    CHECK_OK(flagbit_options_set_string(options, FLAGBIT_OPTION_URL, server.url, strlen(server.url), NULL));
    CHECK_OK(flagbit_options_set_string(options, FLAGBIT_OPTION_SERVER_KEY, "fbsrv_k", 7, NULL));
    CHECK_OK(flagbit_client_open(options, &client, NULL));
    flagbit_options_free(options);
    REQUIRE(client != NULL);
    CHECK_OK(flagbit_client_wait_until_ready(client, PATIENCE_MS));

    pthread_t refreshing;
    REQUIRE(pthread_create(&refreshing, NULL, keep_refreshing, client) == 0);
    int running = 0;
    for (int index = 0; index < FORKS; index++) {
        const pid_t process = fork();
        REQUIRE(process >= 0);
        if (process == 0) {
            _exit(child(client));
        }
        if (++running == BESIDE) {
            wait_for(&running);
        }
    }
    while (running > 0) {
        wait_for(&running);
    }

    kit_serve(&server, OFF); /* the parent goes on, too */
    CHECK_OK(flagbit_client_refresh_within(client, PATIENCE_MS, NULL));
    CHECK_OK(flagbit_client_refresh_within(client, PATIENCE_MS, NULL));
    CHECK(!flagbit_is_enabled(client, "a", NULL, true));
    CHECK_OK(flagbit_client_close(client));
    pthread_join(refreshing, NULL);
    flagbit_client_free(client);
    const int requests = kit_count(&server, "", 0);
    kit_stop(&server);
    printf("  %d forks in the middle of requests, %d requests\n", FORKS, requests);
    return check_finish("fork_server");
}
