// Any bytes as what a server, a cache file or a variable says: the client's own readers, behind no exported function.
#include <stddef.h>
#include <stdint.h>

void flagbit_fuzz_network(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    flagbit_fuzz_network(data, size);
    return 0;
}
