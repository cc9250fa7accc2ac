// Attributes and contexts: what values are taken as, and what is refused.
#include <flagbit.hpp>

#include "../c/check.h"

#include <cmath>
#include <limits>
#include <map>

using flagbit::Attributes;
using flagbit::Client;
using flagbit::Context;
using flagbit::Value;

// What must not compile, or not copy.
static_assert(!std::is_constructible_v<Value, char>, "a letter or a number?");
static_assert(!std::is_constructible_v<Value, std::nullptr_t>);
static_assert(!std::is_constructible_v<Value, void *>, "a pointer is no boolean");
static_assert(!std::is_constructible_v<Value, int *>);
static_assert(!std::is_copy_constructible_v<Context> && std::is_nothrow_move_constructible_v<Context>);
static_assert(!std::is_copy_constructible_v<Attributes> && !std::is_move_constructible_v<Attributes>);

// Whether a rule sees the value as this text.
static bool reads_as(const Value &value, const std::string &text) {
    const std::string snapshot = R"([{"key": "f", "enabled": true, "rules": [{"attribute": "a", "operator": "eq",)"
                                 R"("value": ")" +
                                 text + R"("}]}])";
    const Client client = Client::from_snapshot(snapshot).value();
    Attributes attributes;
    attributes.set("a", value);
    const Context context = Context::create(attributes).value();
    CHECK(client.is_enabled("f", context) == client.is_enabled("f", attributes));
    return client.is_enabled("f", context);
}

static void values_of_every_type() {
    const std::string owned = "text";
    const char *literal = "text";
    CHECK(reads_as(owned, "text"));
    CHECK(reads_as(literal, "text"));
    CHECK(reads_as("text", "text"));
    CHECK(reads_as(std::string_view("text and more").substr(0, 4), "text"));
    CHECK(reads_as("", ""));
    CHECK(reads_as(std::string_view("a\0b", 3), "a\\u0000b"));
    CHECK(reads_as(true, "true"));
    CHECK(reads_as(false, "false"));
    CHECK(reads_as(-1, "-1"));
    CHECK(reads_as(static_cast<signed char>(-5), "-5"));
    CHECK(reads_as(static_cast<std::uint8_t>(200), "200"));
    CHECK(reads_as(static_cast<short>(-300), "-300"));
    CHECK(reads_as(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808"));
    CHECK(reads_as(std::numeric_limits<std::uint64_t>::max(), "18446744073709551615"));
    CHECK(reads_as(34L, "34"));
    CHECK(reads_as(34UL, "34"));
    CHECK(reads_as(34LL, "34"));
    CHECK(reads_as(1.0, "1"));
    CHECK(reads_as(-0.0, "0"));
    CHECK(reads_as(1e21, "1e+21"));
    CHECK(reads_as(0.5F, "0.5"));
    CHECK(reads_as(0.25L, "0.25"));
}

static void what_no_rule_can_match_is_named() {
    const char *missing = nullptr;
    for (const Value &odd : {Value(missing), Value(std::nan("")), Value(HUGE_VAL), Value(-HUGE_VAL)}) {
        Attributes attributes;
        attributes.set("odd", odd).set("plan", "pro");
        const auto refused = Context::create(attributes);
        CHECK(!refused);
        CHECK_STATUS(refused.error().status, FLAGBIT_STATUS_UNSUPPORTED_VALUE);
        CHECK_TEXT(refused.error().message.c_str(),
                   "the attribute \"odd\" has an unsupported value: give a string, a boolean or a finite number");
        // In a call it counts as absent and is counted.
        const Client client =
            Client::from_snapshot(R"([{"key": "f", "enabled": true, "rules": [{"attribute": "odd", "operator": "neq",)"
                                  R"("value": "x"}]}])")
                .value();
        CHECK(client.is_enabled("f", attributes));
        CHECK(client.status().unsupported_values == 1);
    }
    const auto twice = Context::create({{"a", 1}, {"a", 2}});
    CHECK_TEXT(twice.error().message.c_str(), "the attribute \"a\" is there twice");
    const auto bad = Context::create({{"a", "\xFF"}});
    CHECK_STATUS(bad.error().status, FLAGBIT_STATUS_INVALID_UTF8);
}

// The buffer on the stack is left for the heap without losing what is there, at whatever size that happens.
static void attributes_of_any_size() {
    for (std::size_t length = 0; length < 3 * Attributes::inline_size; length += 7) {
        Attributes attributes;
        const std::string filler(length, 'x');
        attributes.set("before", 1).set("filler", filler).set("after", "here");
        CHECK(attributes.size() == FLAGBIT_ATTRIBUTES_HEADER + (9 + 6 + 8) + (9 + 6 + length) + (9 + 5 + 4));
        const Client client =
            Client::from_snapshot(R"([{"key": "f", "enabled": true, "rules": [{"conditions": [)"
                                  R"({"attribute": "before", "operator": "eq", "value": 1},)"
                                  R"({"attribute": "filler", "operator": "eq", "value": ")" +
                                  filler + R"("}, {"attribute": "after", "operator": "eq", "value": "here"}]}]}])")
                .value();
        CHECK(client.is_enabled("f", attributes));
    }
    Attributes many;
    for (int index = 0; index < 1000; index++) {
        many.set("name" + std::to_string(index), index);
    }
    CHECK(Context::create(many));
}

static void attributes_from_a_container() {
    const std::map<std::string, std::string> user = {{"plan", "pro"}, {"country", "DE"}};
    Attributes attributes;
    for (const auto &[name, value] : user) {
        attributes.set(name, value);
    }
    const Client client = Client::from_snapshot(R"([{"key": "f", "enabled": true, "rules": [{"attribute": "plan",)"
                                                R"("operator": "eq", "value": "pro"}]}])")
                              .value();
    CHECK(client.is_enabled("f", attributes));
}

static void a_context_is_moved_and_shared() {
    Context first = Context::create({{"plan", "pro"}}).value();
    Context second = Context::create({}).value();
    second = std::move(first);
    const char *snapshot = R"([{"key": "f", "enabled": true, "rules": [{"attribute": "plan", "operator": "eq",)"
                           R"("value": "pro"}]}])";
    const Client one = Client::from_snapshot(snapshot).value(), other = Client::from_snapshot(snapshot).value();
    CHECK(one.is_enabled("f", second) && other.is_enabled("f", second));
}

int main() {
    values_of_every_type();
    what_no_rule_can_match_is_named();
    attributes_of_any_size();
    attributes_from_a_container();
    a_context_is_moved_and_shared();
    return check_finish("context");
}
