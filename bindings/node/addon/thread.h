/* The threads and locks of POSIX and of Windows that the addon needs. SPDX-License-Identifier: Apache-2.0 */
#ifndef FLAGBIT_NODE_THREAD_H
#define FLAGBIT_NODE_THREAD_H

#include <stdbool.h>
#include <stddef.h>

/* The library's blocking calls need little stack; a listener's thread sleeps all its life. */
#define THREAD_STACK ((size_t)1024 * 1024)

#ifdef _WIN32
#include <process.h>
#include <windows.h>

typedef SRWLOCK mutex;
static inline void mutex_init(mutex *lock) {
    InitializeSRWLock(lock);
}
static inline void mutex_destroy(mutex *lock) {
    (void)lock;
}
static inline void mutex_lock(mutex *lock) {
    AcquireSRWLockExclusive(lock);
}
static inline void mutex_unlock(mutex *lock) {
    ReleaseSRWLockExclusive(lock);
}

#define THREAD_FUNCTION(name, argument) static unsigned __stdcall name(void *argument)
#define THREAD_END return 0
typedef unsigned(__stdcall *thread_function)(void *);

/* Starts a thread that is never joined. */
static inline bool thread_start(thread_function function, void *argument) {
    const uintptr_t thread = _beginthreadex(NULL, (unsigned)THREAD_STACK, function, argument, 0, NULL);
    return thread != 0 && CloseHandle((HANDLE)thread);
}
#else
#include <pthread.h>
#include <signal.h>

typedef pthread_mutex_t mutex;
static inline void mutex_init(mutex *lock) {
    pthread_mutex_init(lock, NULL);
}
static inline void mutex_destroy(mutex *lock) {
    pthread_mutex_destroy(lock);
}
static inline void mutex_lock(mutex *lock) {
    pthread_mutex_lock(lock);
}
static inline void mutex_unlock(mutex *lock) {
    pthread_mutex_unlock(lock);
}

#define THREAD_FUNCTION(name, argument) static void *name(void *argument)
#define THREAD_END return NULL
typedef void *(*thread_function)(void *);

/* Starts a thread that is never joined and takes none of the process's signals. */
static inline bool thread_start(thread_function function, void *argument) {
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0) {
        return false;
    }
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&thread, &attributes, function, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failed == 0;
}
#endif

#endif
