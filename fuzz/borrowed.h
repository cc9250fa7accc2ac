// Packed attributes as an array of structs, to ask the same question in both forms.
#ifndef FUZZ_BORROWED_H
#define FUZZ_BORROWED_H

#include "check.h"
#include <flagbit.h>

enum { MOST_ROWS = 1024 };

// The rows of one context: first its attributes, then the elements of its lists.
typedef struct {
    flagbit_attribute rows[MOST_ROWS];
    size_t count;
    size_t used;
} borrowed;

typedef struct {
    const uint8_t *at;
    size_t left;
} cursor;

static inline uint32_t little_endian(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

// Takes a text with its length; false if it is cut short.
static inline bool take_text(cursor *from, const uint8_t **text, size_t *length) {
    if (from->left < 4) {
        return false;
    }
    *length = little_endian(from->at);
    *text = from->at + 4;
    if (*length > from->left - 4) {
        return false;
    }
    from->at += 4 + *length;
    from->left -= 4 + *length;
    return true;
}

// Sets the value of a row that is no list; false for one that a struct cannot have.
static inline bool set_value(flagbit_attribute *row, uint8_t kind, const uint8_t *value, size_t length) {
    uint64_t bits = 0;
    row->kind = kind;
    switch (kind) {
        case FLAGBIT_ATTRIBUTE_KIND_STRING:
            row->text = (const char *)value, row->length = length;
            return true;
        case FLAGBIT_ATTRIBUTE_KIND_INTEGER:
        case FLAGBIT_ATTRIBUTE_KIND_UNSIGNED:
        case FLAGBIT_ATTRIBUTE_KIND_NUMBER:
            if (length != sizeof bits) {
                return false;
            }
            memcpy(&bits, value, sizeof bits);
            row->integer = bits;
            memcpy(&row->number, &bits, sizeof bits);
            return true;
        case FLAGBIT_ATTRIBUTE_KIND_BOOLEAN:
            row->integer = length == 1 ? *value : 2;
            return length == 1;
        case FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED:
            row->reason = length > 0 ? *value : 0;
            return true;
        default:
            return kind != FLAGBIT_ATTRIBUTE_KIND_NONE && kind != FLAGBIT_ATTRIBUTE_KIND_LIST;
    }
}

static inline bool set_list(borrowed *made, flagbit_attribute *row, cursor list) {
    row->kind = FLAGBIT_ATTRIBUTE_KIND_LIST;
    row->items = made->rows + made->used;
    while (list.left > 0) {
        const uint8_t kind = *list.at++, *value;
        size_t length;
        list.left--;
        if (!take_text(&list, &value, &length) || made->used == MOST_ROWS) {
            return false;
        }
        flagbit_attribute *item = &made->rows[made->used++];
        *item = flagbit_attribute_of_kind(NULL, 0);
        if (!set_value(item, kind, value, length)) {
            return false;
        }
        row->length++;
    }
    return true;
}

// Makes structs of a packed buffer; false for one that is cut short, has something that structs cannot have, or is
// large.
static inline bool borrow(borrowed *made, const uint8_t *data, size_t size) {
    cursor attributes = {data + FLAGBIT_ATTRIBUTES_HEADER, size - FLAGBIT_ATTRIBUTES_HEADER};
    cursor values[MOST_ROWS / 2];
    made->count = 0;
    if (size < FLAGBIT_ATTRIBUTES_HEADER || little_endian(data) != size || little_endian(data + 4) != 1) {
        return false;
    }
    while (attributes.left > 0) {
        const uint8_t kind = *attributes.at++, *name, *value;
        size_t name_length, length;
        attributes.left--;
        if (made->count == MOST_ROWS / 2 || !take_text(&attributes, &name, &name_length) ||
            !take_text(&attributes, &value, &length)) {
            return false;
        }
        flagbit_attribute *row = &made->rows[made->count];
        *row = flagbit_attribute_of_kind(NULL, kind);
        row->name = (const char *)name, row->name_length = name_length;
        values[made->count++] = (cursor){value, length};
    }
    made->used = made->count;
    for (size_t index = 0; index < made->count; index++) {
        flagbit_attribute *row = &made->rows[index];
        const bool list = row->kind == FLAGBIT_ATTRIBUTE_KIND_LIST;
        if (!(list ? set_list(made, row, values[index])
                   : set_value(row, (uint8_t)row->kind, values[index].at, values[index].left))) {
            return false;
        }
    }
    return true;
}

#endif
