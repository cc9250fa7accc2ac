/* A small HTTP server on the loopback for the tests of clients over the network: a thread for each connection. */
#ifndef HTTP_H
#define HTTP_H

#include "check.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
#include <atomic>
using std::atomic_int;
#else
#include <stdatomic.h>
#endif

typedef struct http_server {
    int listener;
    int port;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock;
    int status;     /* what it answers with; 0 hangs until the client goes */
    char body[512]; /* the snapshot */
    char etag[64];
    char request[2048]; /* the last one */
    atomic_int requests;
    atomic_int not_modified;
    atomic_int delay_ms; /* between the head of an answer and its body */
    atomic_int open;
} http_server;

static inline void http_sleep(int milliseconds) {
    struct timespec time;
    time.tv_sec = milliseconds / 1000;
    time.tv_nsec = milliseconds % 1000 * 1000000L;
    nanosleep(&time, NULL);
}

static inline void http_send(int connection, const char *text) {
    size_t length = strlen(text);
    while (length > 0) {
        const ssize_t sent = send(connection, text, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        text += sent;
        length -= (size_t)sent;
    }
}

static inline void http_answer(http_server *server, int connection) {
    char request[2048] = "", answer[1024], tag[96];
    size_t length = 0;
    while (strstr(request, "\r\n\r\n") == NULL && length + 1 < sizeof request) {
        const ssize_t received = recv(connection, request + length, sizeof request - 1 - length, 0);
        if (received <= 0) {
            return;
        }
        length += (size_t)received;
        request[length] = '\0';
    }
    pthread_mutex_lock(&server->lock);
    const int status = server->status;
    memcpy(server->request, request, sizeof request);
    snprintf(tag, sizeof tag, "\"%s\"", server->etag);
    if (status == 200 && strstr(request, tag) != NULL) {
        snprintf(answer, sizeof answer, "HTTP/1.1 304 Not Modified\r\nETag: %s\r\nConnection: close\r\n\r\n", tag);
        server->not_modified++;
    } else {
        const char *body = status == 200 ? server->body : "{\"error\": {\"code\": \"TEST\", \"message\": \"as told\"}}";
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 %d Told\r\nContent-Type: application/json\r\nETag: %s\r\nConnection: close\r\n"
                 "Content-Length: %zu\r\n\r\n%s",
                 status, tag, strlen(body), body);
    }
    pthread_mutex_unlock(&server->lock);
    server->requests++;
    if (status == 0) {
        char byte;
        while (recv(connection, &byte, 1, 0) > 0) {
        }
        return;
    }
    char *const body = strstr(answer, "\r\n\r\n");
    if (server->delay_ms > 0) {
        *body = '\0';
        http_send(connection, answer);
        http_sleep(server->delay_ms);
        *body = '\r';
    }
    http_send(connection, server->delay_ms > 0 ? body : answer);
}

typedef struct http_connection {
    http_server *server;
    int connection;
} http_connection;

static inline void *http_serve(void *argument) {
    http_connection one = *(http_connection *)argument;
    free(argument);
    http_answer(one.server, one.connection);
    close(one.connection);
    one.server->open--;
    return NULL;
}

static inline void *http_run(void *argument) {
    http_server *server = (http_server *)argument;
    for (;;) {
        http_connection *one = (http_connection *)malloc(sizeof *one);
        REQUIRE(one != NULL);
        one->server = server;
        one->connection = accept(server->listener, NULL, NULL);
        pthread_t thread;
        if (one->connection < 0) {
            free(one);
            return NULL;
        }
        server->open++;
        REQUIRE(pthread_create(&thread, NULL, http_serve, one) == 0);
        pthread_detach(thread);
    }
}

static inline void http_set(http_server *server, int status, const char *etag, const char *body) {
    pthread_mutex_lock(&server->lock);
    server->status = status;
    snprintf(server->etag, sizeof server->etag, "%s", etag);
    snprintf(server->body, sizeof server->body, "%s", body);
    pthread_mutex_unlock(&server->lock);
}

static inline void http_start(http_server *server, int status, const char *etag, const char *body) {
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    socklen_t length = sizeof address;
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    pthread_mutex_init(&server->lock, NULL);
    server->requests = 0;
    server->not_modified = 0;
    server->delay_ms = 0;
    server->open = 0;
    http_set(server, status, etag, body);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(bind(server->listener, (const struct sockaddr *)&address, sizeof address) == 0);
    REQUIRE(listen(server->listener, 16) == 0);
    REQUIRE(getsockname(server->listener, (struct sockaddr *)&address, &length) == 0);
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", server->port);
    REQUIRE(pthread_create(&server->thread, NULL, http_run, server) == 0);
}

/* Stops a server whose clients are closed. */
static inline void http_stop(http_server *server) {
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    while (server->open > 0) {
        http_sleep(1);
    }
    close(server->listener);
    pthread_mutex_destroy(&server->lock);
}

#endif
