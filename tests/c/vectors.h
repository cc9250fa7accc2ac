/* The attributes of the shared vectors, in the forms that calls take: packed and borrowed. */
#ifndef VECTORS_H
#define VECTORS_H

#include "support.h"

#include <errno.h>
#include <json-c/json.h>

static inline json_object *field(json_object *object, const char *name) {
    json_object *value = NULL;
    json_object_object_get_ex(object, name, &value);
    return value;
}

static inline const char *text_field(json_object *object, const char *name) {
    return json_object_get_string(field(object, name));
}

static inline size_t length_of(json_object *text) {
    return (size_t)json_object_get_string_len(text);
}

/* A value as it is packed. */
typedef struct packed_value {
    uint8_t kind;
    const void *bytes;
    size_t length;
    union {
        uint64_t bits;
        uint8_t byte;
    } room;
} packed_value;

/* Reads `kind` and `text`, of a scalar; null and what no rule can match are unsupported. Values are little-endian, as
 * is every machine that this test runs on. */
static inline void read_scalar(packed_value *value, const char *kind, json_object *text) {
    const char *characters = json_object_get_string(text);
    *value = (packed_value){.kind = FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED};
    if (strcmp(kind, "string") == 0) {
        value->kind = FLAGBIT_ATTRIBUTE_KIND_STRING;
        value->bytes = characters, value->length = length_of(text);
    } else if (strcmp(kind, "moment") == 0) {
        /* C has no type for moments that FlagBit takes: the third word is the text. */
        value->kind = FLAGBIT_ATTRIBUTE_KIND_STRING;
        value->bytes = strrchr(characters, ' ') + 1, value->length = strlen(strrchr(characters, ' ') + 1);
    } else if (strcmp(kind, "integer") == 0) {
        errno = 0;
        value->room.bits = (uint64_t)strtoll(characters, NULL, 10);
        value->kind = FLAGBIT_ATTRIBUTE_KIND_INTEGER;
        if (errno == ERANGE) {
            value->room.bits = strtoull(characters, NULL, 10);
            value->kind = FLAGBIT_ATTRIBUTE_KIND_UNSIGNED;
        }
        value->bytes = &value->room, value->length = 8;
    } else if (strcmp(kind, "number") == 0) {
        const double real = strtod(characters, NULL);
        memcpy(&value->room.bits, &real, sizeof real);
        value->kind = FLAGBIT_ATTRIBUTE_KIND_NUMBER;
        value->bytes = &value->room, value->length = 8;
    } else if (strcmp(kind, "boolean") == 0) {
        value->room.byte = strcmp(characters, "true") == 0;
        value->kind = FLAGBIT_ATTRIBUTE_KIND_BOOLEAN;
        value->bytes = &value->room, value->length = 1;
    } else {
        CHECK(strcmp(kind, "null") == 0 || strcmp(kind, "unsupported") == 0);
    }
}

static inline const char *kind_of(json_object *pair, size_t index) {
    return json_object_get_string(json_object_array_get_idx(pair, index));
}

/* Returns whether a rule can match the value: `pair` has its kind at `index` and its text behind it. */
static inline bool is_supported(json_object *pair, size_t index) {
    const char *kind = kind_of(pair, index);
    json_object *text = json_object_array_get_idx(pair, index + 1);
    if (strcmp(kind, "list") == 0) {
        bool supported = json_object_array_length(text) <= 1000;
        for (size_t element = 0; element < json_object_array_length(text); element++) {
            json_object *each = json_object_array_get_idx(text, element);
            supported = supported && strcmp(kind_of(each, 0), "list") != 0 && is_supported(each, 0);
        }
        return supported;
    }
    const double real = strcmp(kind, "number") == 0 ? strtod(json_object_get_string(text), NULL) : 0;
    return strcmp(kind, "null") != 0 && strcmp(kind, "unsupported") != 0 && real - real == 0;
}

/* Appends one `[name, kind, text]`. Without `odd`, what counts as absent is left out. A list in a list cannot be
 * packed: the binding says that the attribute is unsupported. */
static inline void append(flagbit_attributes *attributes, json_object *attribute, bool odd) {
    json_object *name = json_object_array_get_idx(attribute, 0), *text = json_object_array_get_idx(attribute, 2);
    const char *kind = kind_of(attribute, 1);
    packed_value value;
    if (strcmp(kind, "null") == 0 || !(odd || is_supported(attribute, 1))) {
        return;
    }
    if (strcmp(kind, "list") != 0) {
        read_scalar(&value, kind, text);
        flagbit_attributes_append(attributes, value.kind, json_object_get_string(name), length_of(name), value.bytes,
                                  value.length);
        return;
    }
    flagbit_attributes_append(attributes, FLAGBIT_ATTRIBUTE_KIND_LIST, json_object_get_string(name), length_of(name),
                              NULL, 0);
    for (size_t index = 0; index < json_object_array_length(text); index++) {
        json_object *element = json_object_array_get_idx(text, index);
        if (strcmp(kind_of(element, 0), "list") == 0) {
            flagbit_attributes_append_item(attributes, FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, NULL, 0);
            continue;
        }
        read_scalar(&value, kind_of(element, 0), json_object_array_get_idx(element, 1));
        flagbit_attributes_append_item(attributes, value.kind, value.bytes, value.length);
    }
}

/* The most that an attribute can take: each element of a list is written longer as JSON than packed, but for numbers.
 */
static inline size_t room_for(json_object *attribute) {
    json_object *text = json_object_array_get_idx(attribute, 2);
    const bool list = json_object_is_type(text, json_type_array);
    const size_t elements = list ? 16 * json_object_array_length(text) : 8;
    return 9 + length_of(json_object_array_get_idx(attribute, 0)) + elements +
           (list ? strlen(json_object_to_json_string(text)) : length_of(text));
}

/* Packs a context into memory of just its size, so that a sanitizer sees a read beyond it. The caller frees it. */
static inline uint8_t *pack(json_object *context, bool odd, size_t *length) {
    const size_t count = json_object_array_length(context);
    size_t capacity = FLAGBIT_ATTRIBUTES_HEADER;
    for (size_t index = 0; index < count; index++) {
        capacity += room_for(json_object_array_get_idx(context, index));
    }
    uint8_t *buffer = malloc(capacity);
    REQUIRE(buffer != NULL);
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, capacity);
    for (size_t index = 0; index < count; index++) {
        append(&attributes, json_object_array_get_idx(context, index), odd);
    }
    REQUIRE(flagbit_attributes_ok(&attributes));
    *length = attributes.length;
    return realloc(buffer, attributes.length);
}

/* A struct of a program that has more in it than an attribute. */
typedef struct wide_attribute {
    flagbit_attribute attribute;
    uint64_t other[3];
} wide_attribute;

typedef struct borrowed_context {
    wide_attribute *attributes;
    size_t count;
} borrowed_context;

/* The arguments for a borrowed context. */
#define BORROWED(context) &(context)->attributes->attribute, (context)->count, sizeof(wide_attribute)

/* Memory of just the size that is needed, which nobody set to zero. */
static inline wide_attribute *wide_attributes(size_t count) {
    wide_attribute *made = malloc((count == 0 ? 1 : count) * sizeof *made);
    REQUIRE(made != NULL);
    memset(made, 0xA5, count * sizeof *made);
    return made;
}

/* Reads `kind` and `text` of a scalar. A null is absent. */
static inline flagbit_attribute borrow_scalar(json_object *name, const char *kind, json_object *text) {
    packed_value value;
    flagbit_attribute made = flagbit_attribute_of_kind(NULL, FLAGBIT_ATTRIBUTE_KIND_NONE);
    if (strcmp(kind, "list") == 0) { /* in a list */
        made.kind = FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, made.reason = FLAGBIT_UNSUPPORTED_REASON_NESTED_LIST;
        return made;
    }
    read_scalar(&value, kind, text);
    made.name = name == NULL ? NULL : json_object_get_string(name);
    made.name_length = name == NULL ? 0 : length_of(name);
    made.kind = strcmp(kind, "null") == 0 ? FLAGBIT_ATTRIBUTE_KIND_NONE : value.kind;
    switch (made.kind) {
        case FLAGBIT_ATTRIBUTE_KIND_STRING:
            made.text = value.bytes, made.length = value.length;
            break;
        case FLAGBIT_ATTRIBUTE_KIND_NUMBER:
            memcpy(&made.number, &value.room.bits, sizeof made.number);
            break;
        case FLAGBIT_ATTRIBUTE_KIND_BOOLEAN:
            made.integer = value.room.byte;
            break;
        default:
            made.integer = value.kind == FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED ? 0 : value.room.bits;
    }
    return made;
}

/* Borrows one `[name, kind, text]`. */
static inline flagbit_attribute borrow_one(json_object *attribute) {
    json_object *name = json_object_array_get_idx(attribute, 0), *text = json_object_array_get_idx(attribute, 2);
    if (strcmp(kind_of(attribute, 1), "list") != 0) {
        return borrow_scalar(name, kind_of(attribute, 1), text);
    }
    const size_t count = json_object_array_length(text);
    wide_attribute *items = wide_attributes(count);
    for (size_t index = 0; index < count; index++) {
        json_object *element = json_object_array_get_idx(text, index);
        items[index].attribute = borrow_scalar(NULL, kind_of(element, 0), json_object_array_get_idx(element, 1));
    }
    flagbit_attribute list = flagbit_attribute_list(NULL, &items->attribute, count);
    list.name = json_object_get_string(name), list.name_length = length_of(name);
    return list;
}

/* Borrows a context. Without `odd`, what counts as absent is left out. */
static inline borrowed_context borrow(json_object *context, bool odd) {
    const size_t count = json_object_array_length(context);
    borrowed_context made = {wide_attributes(count), 0};
    for (size_t index = 0; index < count; index++) {
        json_object *attribute = json_object_array_get_idx(context, index);
        if (odd || is_supported(attribute, 1)) {
            made.attributes[made.count++].attribute = borrow_one(attribute);
        }
    }
    return made;
}

static inline void free_borrowed(borrowed_context *context) {
    for (size_t index = 0; index < context->count; index++) {
        if (context->attributes[index].attribute.kind == FLAGBIT_ATTRIBUTE_KIND_LIST) {
            free((void *)(uintptr_t)context->attributes[index].attribute.items);
        }
    }
    free(context->attributes);
}

#endif
