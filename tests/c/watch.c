/* A watched file: the client follows changes, and refuses a half-written file until it is whole; the status says so. */
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static const char FIRST[] = "[{\"key\": \"a\", \"enabled\": true, \"default_enabled\": true}]";
static const char SECOND[] = "[{\"key\": \"a\", \"enabled\": false}, {\"key\": \"b\", \"enabled\": true}]";
static const char HALF[] = "[{\"key\": \"a\", \"enabled\": fal";

enum { PATIENCE_MS = 20000 };

static uint64_t latest_event(const flagbit_client *client) {
    uint64_t event = 0;
    flagbit_client_wait(client, 0, 0, &event);
    return event;
}

/* Waits until the client's status satisfies; the file is looked at once a second. */
typedef bool (*satisfies)(const status_report *status);

static void wait_for(const flagbit_client *client, satisfies satisfied) {
    uint64_t event = latest_event(client);
    status_report status = status_of(client);
    while (!satisfied(&status)) {
        const flagbit_status waited = flagbit_client_wait(client, event, PATIENCE_MS, &event);
        CHECK_OK(waited);
        if (waited != FLAGBIT_STATUS_OK) {
            return;
        }
        status = status_of(client);
    }
}

static bool is_ready(const status_report *status) {
    return status->report.state == FLAGBIT_STATE_READY;
}

/* Looks at the text: a snapshot is in force a moment before the status forgets the failure that came before it. */
static bool last_error_has(const status_report *status, const char *words) {
    return strstr(status->text + status->report.last_error.offset, words) != NULL;
}

static bool is_refused(const status_report *status) {
    return last_error_has(status, "not JSON");
}
static bool is_gone(const status_report *status) {
    return last_error_has(status, "cannot read");
}
static bool serves_the_second(const status_report *status) {
    return status->report.generation == 2;
}
static bool serves_the_third(const status_report *status) {
    return status->report.generation == 3;
}

static void a_file_that_appears_changes_breaks_and_recovers(const char *path) {
    char message[256];
    flagbit_client *client = open_file(path, 1, NULL);
    REQUIRE(client != NULL);
    CHECK(status_of(client).report.state == FLAGBIT_STATE_ERROR);
    CHECK_TEXT(flagbit_state_name(status_of(client).report.state), "error");

    write_file(path, FIRST);
    CHECK_OK(flagbit_client_wait_until_ready(client, PATIENCE_MS));
    wait_for(client, is_ready);
    CHECK(flagbit_is_enabled(client, "a", NULL, false));
    snprintf(message, sizeof message, "file %s", path);
    CHECK_TEXT(status_of(client).text + status_of(client).report.source.offset, message);

    write_file(path, HALF);
    wait_for(client, is_refused);
    status_report status = status_of(client);
    snprintf(message, sizeof message, "%s: the snapshot is not JSON: line 1, column 28: EOF while parsing a value",
             path);
    CHECK_TEXT(status.text + status.report.last_error.offset, message);
    CHECK(status.report.state == FLAGBIT_STATE_READY);
    CHECK(status.report.consecutive_failures >= 1);
    CHECK(status.report.generation == 1);
    CHECK(flagbit_is_enabled(client, "a", NULL, false)); /* the last good one serves */

    write_file(path, SECOND);
    wait_for(client, serves_the_second);
    CHECK(!flagbit_is_enabled(client, "a", NULL, true));
    flagbit_text_list *keys = NULL;
    bool all = true;
    uint64_t generation = 0;
    CHECK_OK(flagbit_client_changes(client, 1, &keys, &all, &generation));
    CHECK(!all);
    CHECK_LIST(keys, "a\nb\n");

    /* A file that is gone keeps serving, and the one that comes back is read. */
    CHECK(remove(path) == 0);
    wait_for(client, is_gone);
    CHECK(!flagbit_is_enabled(client, "a", NULL, true));
    write_file(path, FIRST);
    wait_for(client, serves_the_third);
    CHECK(flagbit_is_enabled(client, "a", NULL, false));

    /* The same texts again are a success, by the call that does not wait for the thread. */
    CHECK_OK(flagbit_client_refresh(client, NULL));
    status = status_of(client);
    CHECK(status.report.consecutive_failures == 0);
    CHECK_TEXT(status.text + status.report.last_error.offset, "");
    flagbit_client_free(client);
}

static void each_failure_is_said_once(const char *path) {
    write_file(path, HALF);
    flagbit_client *client = open_file(path, 1, NULL);
    REQUIRE(client != NULL);
    for (int round = 0; round < 3; round++) {
        CHECK_STATUS(flagbit_client_refresh(client, NULL), FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    }
    flagbit_text_list *lines = NULL;
    CHECK_OK(flagbit_client_take_log(client, &lines));
    CHECK(lines->count == 1);
    flagbit_text_list_free(lines);
    CHECK(status_of(client).report.consecutive_failures >= 4);
    flagbit_client_free(client);
}

static volatile sig_atomic_t signals_on_this_thread, signals_elsewhere;
static pthread_t main_thread;

static void count_signal(int number) {
    (void)number;
    if (pthread_equal(pthread_self(), main_thread)) {
        signals_on_this_thread++;
    } else {
        signals_elsewhere++;
    }
}

/* The host's signal handlers run on the host's threads: one that blocks a signal has not handed it to the library's. */
static void the_librarys_thread_takes_no_signals(const char *path) {
    flagbit_client *client = open_file(path, 1, NULL);
    REQUIRE(client != NULL);
    main_thread = pthread_self();
    struct sigaction action = {.sa_handler = count_signal};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    sigset_t set, previous;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK(pthread_sigmask(SIG_BLOCK, &set, &previous) == 0);
    CHECK(kill(getpid(), SIGUSR1) == 0); /* to the process: any thread that does not block it would take it */
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    CHECK(signals_on_this_thread == 0 && signals_elsewhere == 0);
    CHECK(pthread_sigmask(SIG_SETMASK, &previous, NULL) == 0);
    CHECK(signals_on_this_thread == 1 && signals_elsewhere == 0);
    flagbit_client_free(client);
}

int main(void) {
    char folder[] = "/tmp/flagbit-XXXXXX", path[64];
    REQUIRE(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/flags.json", folder);
    a_file_that_appears_changes_breaks_and_recovers(path);
    each_failure_is_said_once(path);
    the_librarys_thread_takes_no_signals(path);
    CHECK(remove(path) == 0);
    CHECK(remove(folder) == 0);
    return check_finish("watch");
}
