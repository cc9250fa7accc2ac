// What must hold: libFuzzer keeps the input of a run that ends by abort.
#ifndef FUZZ_CHECK_H
#define FUZZ_CHECK_H

#include <stdbool.h>
#include <stdlib.h>

static inline void check(bool holds) {
    if (!holds) {
        abort();
    }
}

#endif
