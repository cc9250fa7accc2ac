/* Reads each of the given snapshots and asks it everything that takes time: an answer, an explanation, the warnings,
 * and the keys that changed. Callgrind writes down how many instructions each takes, in a dump with the file's name. */
#include <flagbit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

static char text[8 << 20];

static size_t read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    return length;
}

static void ask(size_t length, const flagbit_context *context) {
    flagbit_client *client = NULL;
    if (flagbit_client_from_snapshot(text, length, &client, NULL) != FLAGBIT_STATUS_OK) {
        return;
    }
    flagbit_is_enabled(client, "f", context, false);
    size_t needed = 0;
    flagbit_explain(client, "f", 1, context, NULL, 0, &needed);
    flagbit_text_list *list = NULL;
    flagbit_client_warnings(client, &list);
    flagbit_text_list_free(list);
    /* Another attribute, so that all rules are new. */
    for (char *name = text; (name = strstr(name, "\"attr\"")) != NULL; name++) {
        memcpy(name, "\"ATTR\"", 6);
    }
    flagbit_client_load(client, text, length, NULL);
    flagbit_client_free(client);
}

int main(int count, char **paths) {
    uint8_t buffer[512];
    flagbit_attributes attributes = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&attributes, "attr", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    flagbit_context *context = NULL;
    if (flagbit_context_new(buffer, attributes.length, &context, NULL) != FLAGBIT_STATUS_OK) {
        return 1;
    }
    for (int index = 1; index < count; index++) {
        memset(text, 0, sizeof text);
        size_t length = read_file(paths[index]);
        CALLGRIND_ZERO_STATS;
        ask(length, context);
        CALLGRIND_DUMP_STATS_AT(paths[index]);
    }
    flagbit_context_free(context);
    return 0;
}
