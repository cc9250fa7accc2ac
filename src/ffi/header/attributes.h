#ifndef FLAGBIT_ATTRIBUTES_H
#define FLAGBIT_ATTRIBUTES_H

/* Packing attributes into a buffer of one's own: no call into the library, no allocation.
 *
 * A buffer (of at least 8 bytes) that turns out too small is not written beyond its end: the library then refuses it
 * with FLAGBIT_STATUS_MALFORMED_CONTEXT. flagbit_attributes_ok tells before. Since: 0.1
 */

// The size of a packed buffer without attributes.
#define FLAGBIT_ATTRIBUTES_HEADER 8

// Attributes on their way into a caller's buffer. Threads: one at a time.
typedef struct flagbit_attributes {
    // What is passed to flagbit_evaluate_with, flagbit_context_new and the like.
    uint8_t *buffer;
    // The buffer's size in bytes.
    size_t capacity;
    // The size of what is packed so far; 0 once something did not fit.
    size_t length;
} flagbit_attributes;

// Writes the length of a packed buffer into its header; 0 there is no length that the library accepts.
static inline void flagbit_attributes_set_length(flagbit_attributes *attributes, size_t length) {
    attributes->length = length;
    if (attributes->buffer != NULL && attributes->capacity >= 4) {
        for (int byte = 0; byte < 4; byte++) {
            attributes->buffer[byte] = (uint8_t)(length >> (8 * byte));
        }
    }
}

// Begins a context without attributes in a buffer of at least FLAGBIT_ATTRIBUTES_HEADER bytes.
static inline flagbit_attributes flagbit_attributes_begin(uint8_t *buffer, size_t capacity) {
    flagbit_attributes attributes = {buffer, capacity, 0};
    if (buffer != NULL && capacity >= FLAGBIT_ATTRIBUTES_HEADER) {
        buffer[4] = 1;
        buffer[5] = buffer[6] = buffer[7] = 0;
        flagbit_attributes_set_length(&attributes, FLAGBIT_ATTRIBUTES_HEADER);
    } else {
        flagbit_attributes_set_length(&attributes, 0);
    }
    return attributes;
}

// Whether everything fitted.
static inline bool flagbit_attributes_ok(const flagbit_attributes *attributes) {
    return attributes->length != 0;
}

// Appends an attribute of any kind; the other functions call this one.
static inline void flagbit_attributes_append(flagbit_attributes *attributes, uint8_t kind, const char *name,
                                             size_t name_length, const void *value, size_t value_length) {
    const size_t at = attributes->length, room = attributes->capacity - at;
    if (at == 0 || name_length > UINT32_MAX - 9 || value_length > UINT32_MAX - 9 - name_length ||
        room < 9 + name_length + value_length || at + 9 + name_length + value_length > UINT32_MAX) {
        flagbit_attributes_set_length(attributes, 0);
        return;
    }
    uint8_t *out = attributes->buffer + at;
    *out++ = kind;
    for (int byte = 0; byte < 4; byte++) {
        *out++ = (uint8_t)(name_length >> (8 * byte));
    }
    if (name_length > 0) {
        memcpy(out, name, name_length);
        out += name_length;
    }
    for (int byte = 0; byte < 4; byte++) {
        *out++ = (uint8_t)(value_length >> (8 * byte));
    }
    if (value_length > 0) {
        memcpy(out, value, value_length);
    }
    flagbit_attributes_set_length(attributes, at + 9 + name_length + value_length);
}

// Appends 8 bytes, little-endian.
static inline void flagbit_attributes_append_bits(flagbit_attributes *attributes, uint8_t kind, const char *name,
                                                  uint64_t bits) {
    uint8_t value[8];
    for (int byte = 0; byte < 8; byte++) {
        value[byte] = (uint8_t)(bits >> (8 * byte));
    }
    flagbit_attributes_append(attributes, kind, name, strlen(name), value, sizeof value);
}

// Appends a string. Name and value end with NUL; see flagbit_attributes_append for texts with a length.
static inline void flagbit_attributes_string(flagbit_attributes *attributes, const char *name, const char *value) {
    flagbit_attributes_append(attributes, FLAGBIT_ATTRIBUTE_KIND_STRING, name, strlen(name), value, strlen(value));
}

// Appends an integer.
static inline void flagbit_attributes_integer(flagbit_attributes *attributes, const char *name, int64_t value) {
    flagbit_attributes_append_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_INTEGER, name, (uint64_t)value);
}

// Appends an integer, also one above INT64_MAX.
static inline void flagbit_attributes_unsigned(flagbit_attributes *attributes, const char *name, uint64_t value) {
    flagbit_attributes_append_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_UNSIGNED, name, value);
}

// Appends a number. NaN and the infinities count as absent.
static inline void flagbit_attributes_number(flagbit_attributes *attributes, const char *name, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    flagbit_attributes_append_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_NUMBER, name, bits);
}

// Appends a boolean.
static inline void flagbit_attributes_boolean(flagbit_attributes *attributes, const char *name, bool value) {
    const uint8_t byte = value ? 1 : 0;
    flagbit_attributes_append(attributes, FLAGBIT_ATTRIBUTE_KIND_BOOLEAN, name, strlen(name), &byte, 1);
}

#endif /* FLAGBIT_ATTRIBUTES_H */
