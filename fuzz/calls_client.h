// The calls that open, change, report and free clients.
#ifndef FUZZ_CALLS_CLIENT_H
#define FUZZ_CALLS_CLIENT_H

#include "calls_objects.h"

static void call_client_open(input *in) {
    client_slot *slot = next_client(in);
    free_client(slot);
    const uint8_t from = next_byte(in) % SLOTS;
    flagbit_error **error = next_error(in);
    const flagbit_status status = flagbit_client_open(options[from], next_rare(in) ? NULL : &slot->client, error);
    check_error(status, error);
    check((status == FLAGBIT_STATUS_OK) == (slot->client != NULL));
    slot->in_memory = !options_outside[from];
}

static void call_client_from_snapshot(input *in) {
    client_slot *slot = next_client(in);
    free_client(slot);
    const text snapshot = NEXT_OF(in, SNAPSHOTS);
    flagbit_error **error = next_error(in);
    check_error(flagbit_client_from_snapshot(snapshot.at, snapshot.length, &slot->client, error), error);
    slot->in_memory = true;
}

static void call_client_load(input *in) {
    const client_slot *slot = next_client(in);
    const text snapshot = NEXT_OF(in, SNAPSHOTS);
    flagbit_error **error = next_error(in);
    const flagbit_status status = flagbit_client_load(slot->client, snapshot.at, snapshot.length, error);
    check_error(status, error);
    check(!slot->closed || status == FLAGBIT_STATUS_CLOSED);
}

static void call_client_refresh(input *in) {
    const client_slot *slot = next_client(in);
    flagbit_error **error = next_error(in);
    // It may wait 30 seconds for a server.
    const bool waits = slot->client != NULL && !slot->in_memory && !slot->closed;
    check_error(flagbit_client_refresh(waits ? NULL : slot->client, error), error);
}

static void call_client_refresh_within(input *in) {
    const client_slot *slot = next_client(in);
    flagbit_error **error = next_error(in);
    check_error(flagbit_client_refresh_within(slot->client, next_byte(in) % 4, error), error);
}

static void call_client_wait_until_ready(input *in) {
    const client_slot *slot = next_client(in);
    const flagbit_status status = flagbit_client_wait_until_ready(slot->client, next_byte(in) % 4);
    check(status != FLAGBIT_STATUS_PANIC && (!slot->closed || status == FLAGBIT_STATUS_CLOSED));
}

static void call_client_wait(input *in) {
    const client_slot *slot = next_client(in);
    uint64_t event = 0;
    const uint64_t seen = (uint64_t)next_integer(in);
    const flagbit_status status =
        flagbit_client_wait(slot->client, seen, next_byte(in) % 4, next_rare(in) ? NULL : &event);
    check(status != FLAGBIT_STATUS_PANIC && (status != FLAGBIT_STATUS_OK || event != seen));
}

static void call_client_wake(input *in) {
    const client_slot *slot = next_client(in);
    check((flagbit_client_wake(slot->client) == FLAGBIT_STATUS_OK) == (slot->client != NULL));
}

static void call_client_changes(input *in) {
    const client_slot *slot = next_client(in);
    flagbit_text_list **list = next_list(in);
    bool all = false;
    uint64_t generation = 0;
    const uint64_t since = (uint64_t)next_integer(in);
    const flagbit_status status =
        flagbit_client_changes(slot->client, since, list, &all, next_rare(in) ? NULL : &generation);
    check_list(status, list);
    check(status != FLAGBIT_STATUS_OK || !all || (*list)->count == 0);
}

static void call_client_take_log(input *in) {
    const client_slot *slot = next_client(in);
    flagbit_text_list **list = next_list(in);
    check_list(flagbit_client_take_log(slot->client, list), list);
}

static void call_client_flags(input *in) {
    const client_slot *slot = next_client(in);
    flagbit_text_list **list = next_list(in);
    check_list(flagbit_client_flags(slot->client, list), list);
}

static void call_client_warnings(input *in) {
    const client_slot *slot = next_client(in);
    flagbit_text_list **list = next_list(in);
    check_list(flagbit_client_warnings(slot->client, list), list);
}

static void call_client_revision(input *in) {
    const client_slot *slot = next_client(in);
    buffer made = next_buffer(in);
    const uint64_t generation = (uint64_t)next_integer(in);
    check_buffer(flagbit_client_revision(slot->client, generation, made.at, made.capacity, &made.needed), made);
}

static void call_client_error_message(input *in) {
    const client_slot *slot = next_client(in);
    const text key = NEXT_OF(in, KEYS);
    const int32_t code = (int32_t)next_integer(in) % 8;
    buffer made = next_buffer(in);
    check_buffer(
        flagbit_client_error_message(slot->client, key.at, key.length, code, made.at, made.capacity, &made.needed),
        made);
}

static void call_client_status(input *in) {
    const client_slot *slot = next_client(in);
    flagbit_client_report *report = copy(&(flagbit_client_report){0}, sizeof *report);
    report->struct_size = next_rare(in) ? next_byte(in) % sizeof *report : sizeof *report;
    buffer made = next_buffer(in);
    const flagbit_status status = flagbit_client_status(slot->client, report, made.at, made.capacity, &made.needed);
    check_buffer(status, made);
    check(status != FLAGBIT_STATUS_OK || (report->state == FLAGBIT_STATE_CLOSED) == slot->closed);
}

static void call_client_close(input *in) {
    client_slot *slot = next_client(in);
    check((flagbit_client_close(slot->client) == FLAGBIT_STATUS_OK) == (slot->client != NULL));
    slot->closed = slot->client != NULL;
}

static void call_client_free(input *in) {
    free_client(next_client(in));
}

#endif
