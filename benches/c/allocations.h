/* Counts what the process allocates; glibc only. */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stddef.h>

/* How often the process has allocated. */
extern size_t allocations;

#endif
