// The objects that a sequence of calls uses, a few of each type, and the texts it begins with.
#ifndef FUZZ_OBJECTS_H
#define FUZZ_OBJECTS_H

#include "input.h"

enum { SLOTS = 4 };

typedef struct {
    flagbit_client *client;
    // Only the calls of the sequence change its flags: no file, no server.
    bool in_memory;
    bool closed;
} client_slot;

static client_slot clients[SLOTS];
static flagbit_context *contexts[SLOTS];
static flagbit_options *options[SLOTS];
// Whether the options name a file or a server.
static bool options_outside[SLOTS];
static flagbit_error *errors[SLOTS];
static flagbit_text_list *lists[SLOTS];
static flagbit_evaluations *evaluations[SLOTS];
typedef struct {
    flagbit_flag *flag;
    // The key, and the client unless it is freed.
    char key[8];
    const client_slot *of;
} flag_slot;
static flag_slot flags[SLOTS];
static uint64_t overrides[SLOTS];

static const char *const KEYS[] = {"f", "t", "j", "s", "aside", "missing", ""};

static const char *const SNAPSHOTS[] = {
    "{\"revision\": 7, \"segments\": {\"beta\": {\"rules\": [{\"attribute\": \"plan\", \"operator\": \"in\", "
    "\"value\": "
    "[\"pro\"]}]}}, \"flags\": [{\"key\": \"f\", \"enabled\": true, \"rules\": [{\"attribute\": \"plan\", "
    "\"operator\": "
    "\"eq\", \"value\": \"pro\"}, {\"operator\": \"percent\", \"value\": 50}]},"
    "{\"key\": \"t\", \"enabled\": true, \"variants\": {\"a\": 1, \"b\": 2.5}, \"default\": \"a\", \"rules\": "
    "[{\"conditions\": [{\"operator\": \"in_segment\", \"value\": \"beta\"}, {\"operator\": \"flag_is\", "
    "\"attribute\": \"f\", \"value\": true}], \"value\": {\"split\": [[\"a\", 50], [\"b\", 50]]}}]},"
    "{\"key\": \"j\", \"enabled\": true, \"variants\": {\"a\": {\"x\": [1, null]}, \"b\": {}}, \"default\": \"a\"},"
    "{\"key\": \"s\", \"enabled\": false, \"variants\": {\"a\": \"dark\", \"b\": \"\"}, \"default\": \"a\", \"off\": "
    "\"b\"},"
    "{\"key\": \"aside\", \"enabled\": true, \"rules\": [{\"operator\": \"like\"}]}]}",
    "[{\"key\": \"f\", \"enabled\": true}]",
    "[{\"key\": \"f\", \"enabled\": false}, {\"key\": \"s\", \"enabled\": true}]",
    "{\"flags\": []}",
    "{\"flags\": [{\"key\": \"f\"}, {\"key\": \"f\"}]}",
    "{",
};

static const char *const VALUES[] = {
    "{\"f\": true}", "{\"s\": \"light\", \"f\": false}", "{\"t\": 3, \"j\": [1]}", "{\"new\": {}}", "{}", "[]"};

// Packed attributes: of a user, malformed, or without a value that a rule can match.
static inline text next_packed(input *in) {
    const uint8_t choice = next_byte(in);
    if (choice % 4 == 3) {
        return next_bytes(in);
    }
    uint8_t buffer[256];
    flagbit_attributes user = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&user, "user_id", choice & 16 ? "usr_1" : "usr_2");
    flagbit_attributes_string(&user, "plan", choice & 32 ? "pro" : "free");
    if (choice & 64) {
        flagbit_attributes_list(&user, "roles");
        flagbit_attributes_item_string(&user, "admin");
    }
    if (choice & 128) {
        flagbit_attributes_append(&user, FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED, "x", 1, NULL, 0);
    }
    return (text){copy(buffer, user.length), user.length};
}

// Packed attributes for the calls that read their length from their header: the header is true, or there are none.
static inline const uint8_t *next_self_sized(input *in) {
    const text packed = next_packed(in);
    if (packed.length < FLAGBIT_ATTRIBUTES_HEADER) {
        return NULL;
    }
    flagbit_attributes_write_length((uint8_t *)packed.at, packed.length);
    return (const uint8_t *)packed.at;
}

typedef struct {
    flagbit_attribute *first;
    size_t count;
    size_t size;
} attributes;
#define ATTRIBUTES(given) (given).first, (given).count, (given).size

// The value of an attribute in a struct: of any kind, mostly well formed.
static inline void next_value(input *in, flagbit_attribute *made, bool in_list) {
    const uint8_t choice = next_byte(in);
    memset(made, 0, sizeof *made);
    made->kind = choice % 9;
    made->reason = choice;
    made->integer = choice % 9 == FLAGBIT_ATTRIBUTE_KIND_BOOLEAN ? choice / 9 % 2 : (uint64_t)next_integer(in);
    made->number = (double)next_integer(in) / choice;
    if (made->kind == FLAGBIT_ATTRIBUTE_KIND_STRING || made->kind == FLAGBIT_ATTRIBUTE_KIND_UNSUPPORTED) {
        static const char *const TEXTS[] = {"pro", "free", "usr_1", ""};
        const text value = NEXT_OF(in, TEXTS);
        made->text = value.at, made->length = value.length;
    } else if (made->kind == FLAGBIT_ATTRIBUTE_KIND_LIST && !in_list) {
        flagbit_attribute items[4];
        made->length = choice / 9 % 4;
        for (size_t index = 0; index < made->length; index++) {
            next_value(in, &items[index], true);
        }
        made->items = copy(items, made->length * sizeof *items);
    }
}

// Up to three attributes in structs.
static inline attributes next_attributes(input *in) {
    static const char *const NAMES[] = {"plan", "user_id", "a_long_attribute_name", ""};
    flagbit_attribute made[4];
    const uint8_t choice = next_byte(in);
    const size_t count = choice % 4;
    for (size_t index = 0; index < count; index++) {
        next_value(in, &made[index], false);
        const text name = NEXT_OF(in, NAMES);
        made[index].name = name.at, made[index].name_length = name.length;
    }
    const size_t size = choice / 4 % 32 == 31 ? 8 : sizeof *made;
    return (attributes){choice / 4 % 32 == 30 ? NULL : copy(made, count * sizeof *made), count, size};
}

static inline client_slot *next_client(input *in) {
    return &clients[next_byte(in) % SLOTS];
}

static inline flagbit_context *next_context(input *in) {
    return contexts[next_byte(in) % SLOTS];
}

// The place of an error, or NULL for a caller who wants none. The earlier error of the place is freed.
static inline flagbit_error **next_error(input *in) {
    const uint8_t choice = next_byte(in);
    if (choice % 8 == 7) {
        return NULL;
    }
    flagbit_error **place = &errors[choice % SLOTS];
    flagbit_error_free(*place);
    *place = NULL;
    return place;
}

static inline flagbit_text_list **next_list(input *in) {
    flagbit_text_list **place = &lists[next_byte(in) % SLOTS];
    flagbit_text_list_free(*place);
    *place = NULL;
    return next_rare(in) ? NULL : place;
}

static inline void free_client(client_slot *slot) {
    flagbit_client_free(slot->client);
    for (int index = 0; index < SLOTS; index++) {
        flags[index].of = flags[index].of == slot ? NULL : flags[index].of;
    }
    *slot = (client_slot){0};
}

static inline void free_objects(void) {
    for (int slot = 0; slot < SLOTS; slot++) {
        free_client(&clients[slot]);
        flagbit_context_free(contexts[slot]);
        contexts[slot] = NULL;
        flagbit_options_free(options[slot]);
        options[slot] = NULL;
        options_outside[slot] = false;
        flagbit_error_free(errors[slot]);
        errors[slot] = NULL;
        flagbit_text_list_free(lists[slot]);
        lists[slot] = NULL;
        flagbit_evaluations_free(evaluations[slot]);
        evaluations[slot] = NULL;
        overrides[slot] = 0;
        flagbit_flag_free(flags[slot].flag);
        flags[slot] = (flag_slot){0};
    }
}

#endif
