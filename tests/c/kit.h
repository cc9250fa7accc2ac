/* A stub server for the tests of clients over the network: a process of the kit in tests/kit, which ends with the test.
 * The tests run in the repository's root folder. */
#ifndef KIT_H
#define KIT_H

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The tests count their own checks, not those of the kit. */
#define KIT_NEEDS(condition)                                                                                           \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: the kit needs: %s\n", __FILE__, __LINE__, #condition);                             \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

typedef struct kit_stub {
    pid_t process;
    FILE *commands;
    FILE *answers;
    char url[64];
} kit_stub;

static inline void kit_sleep(int milliseconds) {
    struct timespec time;
    time.tv_sec = milliseconds / 1000;
    time.tv_nsec = milliseconds % 1000 * 1000000L;
    nanosleep(&time, NULL);
}

/* Sends a command with further fields, which begin with a comma, and reads the answer into a buffer; fails on an error.
 */
static inline void kit_ask(const kit_stub *stub, const char *command, const char *fields, char *answer, size_t size) {
    KIT_NEEDS(fprintf(stub->commands, "{\"do\": \"%s\"%s}\n", command, fields) > 0);
    KIT_NEEDS(fflush(stub->commands) == 0);
    KIT_NEEDS(fgets(answer, (int)size, stub->answers) != NULL);
    if (strncmp(answer, "{\"ok\": ", 7) != 0) {
        fprintf(stderr, "%s: the kit's command %s: %s", __FILE__, command, answer);
        exit(1);
    }
}

/* Does the same, and returns the number in the answer, or 0. */
static inline int kit_do(const kit_stub *stub, const char *command, const char *fields) {
    char answer[256];
    kit_ask(stub, command, fields, answer, sizeof answer);
    return atoi(answer + 7);
}

/* Writes a text as a string of JSON. */
static inline const char *kit_quoted(const char *text, char *into, size_t size) {
    size_t length = 0;
    into[length++] = '"';
    for (; *text != '\0'; text++) {
        KIT_NEEDS(length + 8 < size);
        const unsigned char byte = (unsigned char)*text;
        length += (size_t)(byte < ' ' || byte == '"' || byte == '\\' ? snprintf(into + length, 8, "\\u%04x", byte)
                                                                     : snprintf(into + length, 8, "%c", byte));
    }
    into[length] = '"';
    into[length + 1] = '\0';
    return into;
}

/* Answers with a status from now on, until it is 200 again; 0 is no answer at all. */
static inline void kit_tell(const kit_stub *stub, int status) {
    char fields[64];
    snprintf(fields, sizeof fields, ", \"status\": %d", status);
    kit_do(stub, "status", fields);
}

/* Serves a snapshot from now on. */
static inline void kit_serve(const kit_stub *stub, const char *snapshot) {
    char text[1024], fields[1100];
    snprintf(fields, sizeof fields, ", \"text\": %s", kit_quoted(snapshot, text, sizeof text));
    kit_do(stub, "snapshot", fields);
    kit_tell(stub, 200);
}

/* How many requests had this in their head ("" for all) and were answered with this status (0 for all). */
static inline int kit_count(const kit_stub *stub, const char *head, int status) {
    char text[256], fields[320];
    int length = snprintf(fields, sizeof fields, ", \"head\": %s", kit_quoted(head, text, sizeof text));
    if (status != 0) {
        snprintf(fields + length, sizeof fields - (size_t)length, ", \"status\": %d", status);
    }
    return kit_do(stub, "count", fields);
}

static inline void kit_pipe(int ends[2]) {
    KIT_NEEDS(pipe(ends) == 0);
    KIT_NEEDS(fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0);
}

static inline void kit_start(kit_stub *stub) {
    int commands[2], answers[2];
    kit_pipe(commands);
    kit_pipe(answers);
    posix_spawn_file_actions_t actions;
    KIT_NEEDS(posix_spawn_file_actions_init(&actions) == 0);
    KIT_NEEDS(posix_spawn_file_actions_adddup2(&actions, commands[0], STDIN_FILENO) == 0);
    KIT_NEEDS(posix_spawn_file_actions_adddup2(&actions, answers[1], STDOUT_FILENO) == 0);
    char python[] = "python3", program[] = "tests/kit/kit.py";
    char *const arguments[] = {python, program, NULL};
    KIT_NEEDS(posix_spawnp(&stub->process, python, &actions, NULL, arguments, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(commands[0]);
    close(answers[1]);
    stub->commands = fdopen(commands[1], "w");
    stub->answers = fdopen(answers[0], "r");
    KIT_NEEDS(stub->commands != NULL && stub->answers != NULL);
    char answer[256];
    kit_ask(stub, "stub", "", answer, sizeof answer);
    const char *url = strstr(answer, "http://");
    KIT_NEEDS(url != NULL && sscanf(url, "%63[^\"]", stub->url) == 1);
}

static inline void kit_stop(const kit_stub *stub) {
    fclose(stub->commands);
    fclose(stub->answers);
    int status = -1;
    KIT_NEEDS(waitpid(stub->process, &status, 0) == stub->process && status == 0);
}

#endif
