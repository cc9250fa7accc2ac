// Any bytes as the body of a request to the server: what its reader accepts comes back from the database as it was.
#include <stddef.h>
#include <stdint.h>

void flagbit_fuzz_body(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    flagbit_fuzz_body(data, size);
    return 0;
}
