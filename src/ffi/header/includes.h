#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Windows finds the symbols of a DLL faster with this declaration. Define FLAGBIT_STATIC to link statically. */
#if defined(_WIN32) && !defined(FLAGBIT_STATIC)
#define FLAGBIT_API __declspec(dllimport)
#else
#define FLAGBIT_API
#endif
