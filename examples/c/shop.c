/* Evaluates every flag of a small shop for three users: shop [SNAPSHOT].
 *
 *     cc -std=c11 -Iinclude examples/c/shop.c -Lbuild/lib -lflagbit -Wl,-rpath,$PWD/build/lib -o shop
 */
#include <flagbit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prints the error and ends: an example can do nothing else. */
static void stop_on(flagbit_error *error) {
    if (error != NULL) {
        fprintf(stderr, "%s\n", flagbit_error_message(error));
        flagbit_error_free(error);
        exit(1);
    }
}

static flagbit_client *open_file(const char *path) {
    flagbit_options *options = NULL;
    flagbit_client *client = NULL;
    flagbit_error *error = NULL;
    flagbit_options_new(&options);
    flagbit_options_set_string(options, FLAGBIT_OPTION_FILE, path, strlen(path), &error);
    stop_on(error);
    flagbit_client_open(options, &client, &error);
    stop_on(error);
    flagbit_options_free(options);
    return client;
}

static flagbit_context *context_of(const flagbit_attributes *attributes) {
    flagbit_context *context = NULL;
    flagbit_error *error = NULL;
    flagbit_context_new(attributes->buffer, attributes->length, &context, &error);
    stop_on(error);
    return context;
}

static flagbit_context *ana(void) {
    uint8_t buffer[512];
    flagbit_attributes user = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&user, "user_id", "usr_1001");
    flagbit_attributes_string(&user, "plan", "pro");
    flagbit_attributes_string(&user, "country", "DE");
    flagbit_attributes_integer(&user, "age", 34);
    flagbit_attributes_boolean(&user, "beta", true);
    flagbit_attributes_string(&user, "app_version", "2.4.1");
    flagbit_attributes_string(&user, "email", "ana@shop.example");
    return context_of(&user);
}

static flagbit_context *ben(void) {
    uint8_t buffer[512];
    flagbit_attributes user = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&user, "user_id", "usr_1002");
    flagbit_attributes_string(&user, "plan", "free");
    flagbit_attributes_string(&user, "country", "US");
    flagbit_attributes_integer(&user, "age", 17);
    flagbit_attributes_boolean(&user, "beta", false);
    flagbit_attributes_number(&user, "cart_total", 129.5);
    return context_of(&user);
}

static flagbit_context *guest(void) {
    uint8_t buffer[512];
    flagbit_attributes user = flagbit_attributes_begin(buffer, sizeof buffer);
    flagbit_attributes_string(&user, "country", "FR");
    flagbit_attributes_string(&user, "session_id", "s-77aa");
    return context_of(&user);
}

static void print_evaluation(const flagbit_client *client, const char *flag, const char *name,
                             const flagbit_context *user) {
    flagbit_evaluation evaluation = {.struct_size = sizeof evaluation};
    flagbit_text variant, value;
    char texts[256]; /* Longer values would be BUFFER_TOO_SMALL. */
    size_t needed = 0;
    if (flagbit_evaluate_value(client, flag, strlen(flag), user, &evaluation, &variant, &value, texts, sizeof texts,
                               &needed) != FLAGBIT_STATUS_OK) {
        return;
    }
    printf("%s\t%s\t%s\t%s\t", flag, name, texts + variant.offset, flagbit_reason_name(evaluation.reason));
    if (evaluation.rule_index < 0) {
        puts("-");
    } else {
        printf("%d\n", evaluation.rule_index);
    }
}

int main(int count, char **arguments) {
    flagbit_client *client = open_file(count > 1 ? arguments[1] : "examples/flags.json");
    const char *names[] = {"ana", "ben", "guest"};
    flagbit_context *users[] = {ana(), ben(), guest()};

    flagbit_text_list *flags = NULL;
    flagbit_client_flags(client, &flags);
    for (size_t flag = 0; flag < flags->count; flag++) {
        for (size_t user = 0; user < 3; user++) {
            print_evaluation(client, flags->text + flags->items[flag].offset, names[user], users[user]);
        }
    }

    flagbit_text_list_free(flags);
    for (size_t user = 0; user < 3; user++) {
        flagbit_context_free(users[user]);
    }
    flagbit_client_free(client);
    return 0;
}
