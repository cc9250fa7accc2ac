#ifndef FLAGBIT_ATTRIBUTES_H
#define FLAGBIT_ATTRIBUTES_H

/* These functions pack attributes into your own buffer. They do not call the library and do not allocate.
 *
 * They never write beyond the end of the buffer, which needs at least 8 bytes. If the attributes do not fit, the
 * library refuses the buffer with FLAGBIT_STATUS_MALFORMED_CONTEXT; flagbit_attributes_ok tells you before. Since: 0.1
 */

// The size of a packed buffer without attributes.
#define FLAGBIT_ATTRIBUTES_HEADER 8

// The state of packing attributes into a buffer. Threads: one at a time.
typedef struct flagbit_attributes {
    // The buffer to pass to flagbit_evaluate_with, flagbit_context_new and similar functions.
    uint8_t *buffer;
    // The buffer's size in bytes.
    size_t capacity;
    // The number of bytes packed so far; 0 as soon as something did not fit.
    size_t length;
    // The offset of the length of the last list; 0 if no list is open.
    size_t list;
} flagbit_attributes;

// Writes a 32-bit length.
static inline void flagbit_attributes_write_length(uint8_t *out, size_t length) {
    for (int byte = 0; byte < 4; byte++) {
        out[byte] = (uint8_t)(length >> (8 * byte));
    }
}

// Writes the length of a packed buffer into its header. The library refuses a buffer with the length 0.
static inline void flagbit_attributes_set_length(flagbit_attributes *attributes, size_t length) {
    attributes->length = length;
    if (attributes->buffer != NULL && attributes->capacity >= 4) {
        flagbit_attributes_write_length(attributes->buffer, length);
    }
}

// Begins a context without attributes in a buffer of at least FLAGBIT_ATTRIBUTES_HEADER bytes.
static inline flagbit_attributes flagbit_attributes_begin(uint8_t *buffer, size_t capacity) {
    flagbit_attributes attributes = {buffer, capacity, 0, 0};
    if (buffer != NULL && capacity >= FLAGBIT_ATTRIBUTES_HEADER) {
        buffer[4] = 1;
        buffer[5] = buffer[6] = buffer[7] = 0;
        flagbit_attributes_set_length(&attributes, FLAGBIT_ATTRIBUTES_HEADER);
    } else {
        flagbit_attributes_set_length(&attributes, 0);
    }
    return attributes;
}

// Returns whether everything fitted into the buffer.
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
    flagbit_attributes_write_length(out, name_length);
    out += 4;
    if (name_length > 0) {
        memcpy(out, name, name_length);
        out += name_length;
    }
    flagbit_attributes_write_length(out, value_length);
    if (value_length > 0) {
        memcpy(out + 4, value, value_length);
    }
    attributes->list = kind == FLAGBIT_ATTRIBUTE_KIND_LIST ? at + 5 + name_length : 0;
    flagbit_attributes_set_length(attributes, at + 9 + name_length + value_length);
}

// Appends an element of any kind except LIST to the last list; the other functions call this one.
static inline void flagbit_attributes_append_item(flagbit_attributes *attributes, uint8_t kind, const void *value,
                                                  size_t value_length) {
    const size_t at = attributes->length, list = attributes->list, room = attributes->capacity - at;
    if (at == 0 || list == 0 || value_length > UINT32_MAX - 5 || room < 5 + value_length ||
        at + 5 + value_length > UINT32_MAX) {
        flagbit_attributes_set_length(attributes, 0);
        return;
    }
    uint8_t *out = attributes->buffer + at;
    *out++ = kind;
    flagbit_attributes_write_length(out, value_length);
    if (value_length > 0) {
        memcpy(out + 4, value, value_length);
    }
    flagbit_attributes_write_length(attributes->buffer + list, at + 5 + value_length - list - 4);
    flagbit_attributes_set_length(attributes, at + 5 + value_length);
}

// Writes 8 bytes, little-endian.
static inline void flagbit_attributes_write_bits(uint8_t out[8], uint64_t bits) {
    for (int byte = 0; byte < 8; byte++) {
        out[byte] = (uint8_t)(bits >> (8 * byte));
    }
}

// Appends 8 bytes, little-endian.
static inline void flagbit_attributes_append_bits(flagbit_attributes *attributes, uint8_t kind, const char *name,
                                                  uint64_t bits) {
    uint8_t value[8];
    flagbit_attributes_write_bits(value, bits);
    flagbit_attributes_append(attributes, kind, name, strlen(name), value, sizeof value);
}

// Appends a string. Name and value end with NUL; flagbit_attributes_append takes texts with a length.
static inline void flagbit_attributes_string(flagbit_attributes *attributes, const char *name, const char *value) {
    flagbit_attributes_append(attributes, FLAGBIT_ATTRIBUTE_KIND_STRING, name, strlen(name), value, strlen(value));
}

// Appends an integer.
static inline void flagbit_attributes_integer(flagbit_attributes *attributes, const char *name, int64_t value) {
    flagbit_attributes_append_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_INTEGER, name, (uint64_t)value);
}

// Appends an unsigned integer, which may be above INT64_MAX.
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

// Begins an empty list. The flagbit_attributes_item_* functions append to it until the next attribute.
static inline void flagbit_attributes_list(flagbit_attributes *attributes, const char *name) {
    flagbit_attributes_append(attributes, FLAGBIT_ATTRIBUTE_KIND_LIST, name, strlen(name), NULL, 0);
}

// Appends 8 bytes to the list, little-endian.
static inline void flagbit_attributes_append_item_bits(flagbit_attributes *attributes, uint8_t kind, uint64_t bits) {
    uint8_t value[8];
    flagbit_attributes_write_bits(value, bits);
    flagbit_attributes_append_item(attributes, kind, value, sizeof value);
}

// Appends a string to the list; it ends with NUL.
static inline void flagbit_attributes_item_string(flagbit_attributes *attributes, const char *value) {
    flagbit_attributes_append_item(attributes, FLAGBIT_ATTRIBUTE_KIND_STRING, value, strlen(value));
}

// Appends an integer to the list.
static inline void flagbit_attributes_item_integer(flagbit_attributes *attributes, int64_t value) {
    flagbit_attributes_append_item_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_INTEGER, (uint64_t)value);
}

// Appends an unsigned integer to the list; it may be above INT64_MAX.
static inline void flagbit_attributes_item_unsigned(flagbit_attributes *attributes, uint64_t value) {
    flagbit_attributes_append_item_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_UNSIGNED, value);
}

// Appends a number to the list. If it is NaN or an infinity, the whole list counts as absent.
static inline void flagbit_attributes_item_number(flagbit_attributes *attributes, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    flagbit_attributes_append_item_bits(attributes, FLAGBIT_ATTRIBUTE_KIND_NUMBER, bits);
}

// Appends a boolean to the list.
static inline void flagbit_attributes_item_boolean(flagbit_attributes *attributes, bool value) {
    const uint8_t byte = value ? 1 : 0;
    flagbit_attributes_append_item(attributes, FLAGBIT_ATTRIBUTE_KIND_BOOLEAN, &byte, 1);
}

/* These functions make one attribute that the library borrows, for an array that you pass to flagbit_is_enabled_of and
 * similar functions. They copy no text: name, value and elements must stay as they are until the call returns. An
 * element of a list has the name NULL. Since: ABI 1.3
 */

// An attribute of a kind, without a value.
static inline flagbit_attribute flagbit_attribute_of_kind(const char *name, int32_t kind) {
    flagbit_attribute attribute = {NULL, 0, 0, 0, NULL, NULL, 0, 0, 0};
    attribute.name = name;
    attribute.name_length = name == NULL ? 0 : strlen(name);
    attribute.kind = kind;
    return attribute;
}

// A string with a length in bytes, which may contain NUL.
static inline flagbit_attribute flagbit_attribute_text(const char *name, const char *value, size_t length) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_STRING);
    attribute.text = value;
    attribute.length = length;
    return attribute;
}

// A string that ends with NUL. If it is NULL, the attribute is absent.
static inline flagbit_attribute flagbit_attribute_string(const char *name, const char *value) {
    return value == NULL ? flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_NONE)
                         : flagbit_attribute_text(name, value, strlen(value));
}

// An integer.
static inline flagbit_attribute flagbit_attribute_integer(const char *name, int64_t value) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_INTEGER);
    attribute.integer = (uint64_t)value;
    return attribute;
}

// An unsigned integer, which may be above INT64_MAX.
static inline flagbit_attribute flagbit_attribute_unsigned(const char *name, uint64_t value) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_UNSIGNED);
    attribute.integer = value;
    return attribute;
}

// A number. NaN and the infinities count as absent.
static inline flagbit_attribute flagbit_attribute_number(const char *name, double value) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_NUMBER);
    attribute.number = value;
    return attribute;
}

// A boolean.
static inline flagbit_attribute flagbit_attribute_boolean(const char *name, bool value) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_BOOLEAN);
    attribute.integer = value ? 1 : 0;
    return attribute;
}

// A list of at most 1,000 elements.
static inline flagbit_attribute flagbit_attribute_list(const char *name, const flagbit_attribute *items, size_t count) {
    flagbit_attribute attribute = flagbit_attribute_of_kind(name, FLAGBIT_ATTRIBUTE_KIND_LIST);
    attribute.items = items;
    attribute.length = count;
    return attribute;
}

#endif /* FLAGBIT_ATTRIBUTES_H */
