/* After fork() the child goes on by itself: it answers, follows its file again, and does not disturb the parent. */
#include "support.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char FIRST[] = "[{\"key\": \"a\", \"enabled\": true, \"default_enabled\": true}]";
static const char SECOND[] = "[{\"key\": \"a\", \"enabled\": false}]";

enum { PATIENCE_MS = 20000, CHILDREN = 5, WATCHING = 32 };

/* Asks until the flag is off, like a program that only evaluates. */
static bool follows(const flagbit_client *client) {
    for (int waited = 0; waited < PATIENCE_MS; waited += 20) {
        if (!flagbit_is_enabled(client, "a", NULL, true)) {
            return true;
        }
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return false;
}

/* Runs in a child: its value is the child's exit status, by which the parent learns of failed checks. */
static int child(const flagbit_client *client, int changed) {
    check_count = check_failures = 0;
    CHECK(flagbit_is_enabled(client, "a", NULL, false)); /* what it inherited; the watching starts again with this */
    CHECK(status_of(client).report.state == FLAGBIT_STATE_READY);
    CHECK(status_of(client).report.generation == 1);
    char byte = 0;
    CHECK(read(changed, &byte, 1) == 0); /* the parent closes its end when the file is changed */
    CHECK(follows(client));
    CHECK_OK(flagbit_client_close(client));
    CHECK(flagbit_is_enabled(client, "a", NULL, true));
    return check_failures != 0;
}

static void children_follow_the_file_and_close_alone(const char *path) {
    write_file(path, FIRST);
    flagbit_client *client = open_file(path, 1, NULL);
    REQUIRE(client != NULL);
    int changed[2];
    REQUIRE(pipe(changed) == 0);
    pid_t children[CHILDREN];
    for (int index = 0; index < CHILDREN; index++) {
        children[index] = fork();
        REQUIRE(children[index] >= 0);
        if (children[index] == 0) {
            close(changed[1]);
            _exit(child(client, changed[0]));
        }
    }
    write_file(path, SECOND);
    close(changed[1]);
    for (int index = 0; index < CHILDREN; index++) {
        int status = -1;
        CHECK(waitpid(children[index], &status, 0) == children[index]);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    close(changed[0]);
    /* The children closed their clients, not this one. */
    CHECK(follows(client));
    CHECK(status_of(client).report.state == FLAGBIT_STATE_READY);
    flagbit_client_free(client);
}

/* The watching threads of the parent are waiting when it forks, and do not exist in the child. The child's own threads,
 * which wait and are woken instead, must not meet their remains. There are many clients, so that some would. */
static void threads_that_are_gone_are_not_in_the_way(const char *path) {
    flagbit_client *clients[WATCHING];
    write_file(path, FIRST);
    for (int index = 0; index < WATCHING; index++) {
        clients[index] = open_file(path, 1, NULL);
        REQUIRE(clients[index] != NULL);
    }
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    pid_t children[CHILDREN];
    for (int index = 0; index < CHILDREN; index++) {
        children[index] = fork();
        REQUIRE(children[index] >= 0);
        if (children[index] == 0) {
            check_failures = 0;
            alarm(10); /* the parent's does not ring here */
            for (int change = 0; change < 10 * WATCHING; change++) {
                uint64_t id = 0;
                CHECK_OK(flagbit_override_start(clients[change % WATCHING], "{\"b\": true}", 11, &id, NULL));
                nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
            }
            _exit(check_failures != 0);
        }
    }
    for (int index = 0; index < CHILDREN; index++) {
        int status = -1;
        CHECK(waitpid(children[index], &status, 0) == children[index]);
        CHECK(!WIFSIGNALED(status)); /* SIGSEGV, or SIGALRM where it hung */
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    for (int index = 0; index < WATCHING; index++) {
        flagbit_client_free(clients[index]);
    }
}

/* A grandchild, and a child that frees and opens: nothing hangs on locks of threads that are gone. */
static void a_child_may_fork_free_and_open(const char *path) {
    write_file(path, FIRST);
    flagbit_client *client = open_file(path, 1, NULL);
    REQUIRE(client != NULL);
    const pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        check_failures = 0;
        const pid_t grandchild = fork();
        if (grandchild == 0) {
            flagbit_client_free(client);
            client = open_file(path, 1, NULL);
            CHECK(flagbit_is_enabled(client, "a", NULL, false));
            flagbit_client_free(client);
            _exit(check_failures != 0);
        }
        int status = -1;
        CHECK(waitpid(grandchild, &status, 0) == grandchild);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        CHECK_OK(flagbit_client_refresh(client, NULL));
        _exit(check_failures != 0);
    }
    int status = -1;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(flagbit_is_enabled(client, "a", NULL, false));
    flagbit_client_free(client);
}

int main(void) {
    char path[] = "/tmp/flagbit-XXXXXX";
    REQUIRE(mkstemp(path) >= 0);
    alarm(60); /* a hang is a failure, too */
    children_follow_the_file_and_close_alone(path);
    a_child_may_fork_free_and_open(path);
    threads_that_are_gone_are_not_in_the_way(path);
    CHECK(remove(path) == 0);
    return check_finish("fork");
}
