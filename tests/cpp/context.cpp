// Attributes and contexts: what values are taken as, and what is refused.
#include <flagbit.hpp>

#include "../c/check.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <map>

using flagbit::Attribute;
using flagbit::Attributes;
using flagbit::AttributesView;
using flagbit::Client;
using flagbit::Context;
using flagbit::List;
using flagbit::Value;

// These uses must not compile, or must not copy.
static_assert(!std::is_constructible_v<Value, char>, "a letter or a number?");
static_assert(!std::is_constructible_v<Value, std::nullptr_t>);
static_assert(!std::is_constructible_v<Value, void *>, "a pointer is no boolean");
static_assert(!std::is_constructible_v<Value, int *>);
static_assert(!std::is_copy_constructible_v<Context> && std::is_nothrow_move_constructible_v<Context>);
static_assert(!std::is_copy_constructible_v<Attributes> && !std::is_move_constructible_v<Attributes>);

// Returns whether a rule sees the value as this text.
static bool reads_as(const Value &value, const std::string &text) {
    const std::string snapshot = R"([{"key": "f", "enabled": true, "rules": [{"attribute": "a", "operator": "eq",)"
                                 R"("value": ")" +
                                 text + R"("}]}])";
    const Client client = Client::from_snapshot(snapshot).value();
    Attributes attributes;
    attributes.set("a", value);
    const Context context = Context::create(attributes).value();
    CHECK(client.is_enabled("f", context) == client.is_enabled("f", attributes));
    CHECK(client.is_enabled("f", context) == client.is_enabled("f", {{"a", value}}));
    CHECK(client.is_enabled("f", context) == client.is_enabled("f", Context::create({{"a", value}}).value()));
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

static void moments_are_text_in_utc() {
    using namespace std::chrono;
    const auto at = [](std::int64_t second) { return system_clock::time_point(seconds(second)); };
    CHECK(reads_as(at(0), "1970-01-01T00:00:00Z"));
    CHECK(reads_as(at(-1), "1969-12-31T23:59:59Z"));
    CHECK(reads_as(at(951782400), "2000-02-29T00:00:00Z"));
    CHECK(reads_as(at(951868800), "2000-03-01T00:00:00Z"));
    CHECK(reads_as(at(1798761599), "2026-12-31T23:59:59Z"));
    CHECK(reads_as(at(-2203891200), "1900-03-01T00:00:00Z"));
    CHECK(reads_as(at(-2203891201), "1900-02-28T23:59:59Z"));
    CHECK(reads_as(at(4107542400), "2100-03-01T00:00:00Z"));
    CHECK(reads_as(at(1709210096) + milliseconds(5), "2024-02-29T12:34:56.005Z"));
    CHECK(reads_as(at(0) - microseconds(1), "1969-12-31T23:59:59.999999Z"));

    // Clocks of other steps, which reach further.
    using Seconds = time_point<system_clock, seconds>;
    CHECK(reads_as(Seconds(seconds(-62167219200)), "0000-01-01T00:00:00Z"));
    CHECK(reads_as(Seconds(seconds(-62167219200 + 59 * 86400)), "0000-02-29T00:00:00Z"));
    CHECK(reads_as(Seconds(seconds(-62167219200 + 60 * 86400)), "0000-03-01T00:00:00Z"));
    CHECK(reads_as(Seconds(seconds(253402300799)), "9999-12-31T23:59:59Z"));
    CHECK(reads_as(time_point<system_clock, hours>(hours(24 * 365)), "1971-01-01T00:00:00Z"));
    for (const std::int64_t outside : {-62167219201LL, 253402300800LL, -9000000000000000LL, 9000000000000000LL}) {
        Attributes attributes;
        CHECK_STATUS(Context::create(attributes.set("a", Seconds(seconds(outside)))).error().status,
                     FLAGBIT_STATUS_UNSUPPORTED_VALUE);
    }

    const Client client =
        Client::from_snapshot(R"([{"key": "f", "enabled": true, "rules": [{"attribute": "a", "operator": "before",)"
                              R"("value": "2026-07-01T14:00:00+02:00"}]}])")
            .value();
    CHECK(client.is_enabled("f", {{"a", at(1782907199)}}) && !client.is_enabled("f", {{"a", at(1782907200)}}));
}

// Returns whether a list shares an element with the rule's value.
static bool has(const Attributes &attributes, const std::string &json) {
    const Client client = Client::from_snapshot(R"([{"key": "f", "enabled": true, "rules": [{"attribute": "a",)"
                                                R"("operator": "has", "value": )" +
                                                json + "}]}]")
                              .value();
    const auto context = Context::create(attributes);
    CHECK(!context || client.is_enabled("f", context.value()) == client.is_enabled("f", attributes));
    return client.is_enabled("f", attributes);
}

template <class... List>
static bool list_has(const std::string &json, const List &...list) {
    Attributes attributes;
    (attributes.set("before", 1).set("a", list), ...);
    return has(attributes, json);
}

static void lists_of_every_type() {
    Attributes mixed;
    mixed.set("a", {"text", 7, -1, 0.5, true, std::string("owned"), std::string_view("view"), 18446744073709551615ULL})
        .set("after", "here");
    for (const char *element : {R"("text")", "7", "-1", "0.5", "true", R"("owned")", R"("view")",
                                "18446744073709551615", R"(["none", "view"])"}) {
        CHECK(has(mixed, element));
    }
    CHECK(!has(mixed, R"("none")") && !has(mixed, "false"));
    Attributes one, none, moment;
    CHECK(has(one.set("a", {"text"}), R"("text")"));
    CHECK(!has(none.set("a", {}), R"("text")") && Context::create(none));
    CHECK(has(moment.set("a", {std::chrono::system_clock::time_point()}), R"("1970-01-01T00:00:00Z")"));
    CHECK(list_has(R"("b")", std::vector<std::string>{"a", "b"}));
    CHECK(list_has(R"("b")", std::vector<std::string_view>{"b"}) && list_has(R"("b")", std::vector<const char *>{"b"}));
    CHECK(list_has("3", std::vector<int>{1, 2, 3}) && list_has("0.5", std::vector<double>{0.5}));
    CHECK(list_has("true", std::vector<bool>{false, true}) && !list_has("true", std::vector<bool>{false}));
    CHECK(list_has(R"("x")", std::vector<Value>{1, "x"}) && !list_has(R"("x")", std::vector<Value>{}));
}

// A list that no rule can match is absent as a whole, and is named.
static void lists_with_anything_else() {
    const char *missing = nullptr;
    for (const Value &odd : {Value(missing), Value(std::nan("")), Value(HUGE_VAL)}) {
        Attributes attributes;
        CHECK(!has(attributes.set("a", {Value("x"), odd}), R"("x")"));
        CHECK_STATUS(Context::create(attributes).error().status, FLAGBIT_STATUS_UNSUPPORTED_VALUE);
    }
    CHECK(list_has("7", std::vector<int>(1000, 7)));
    CHECK(!list_has("7", std::vector<int>(1001, 7)));
}

static void what_no_rule_can_match_is_named() {
    const char *missing = nullptr;
    const std::string not_finite = "a number that is not finite; give a finite number";
    const auto late =
        std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>(std::chrono::seconds(1LL << 40));
    const std::pair<Value, std::string> cases[] = {
        {missing, "a null; leave it out"},
        {std::nan(""), not_finite},
        {HUGE_VAL, not_finite},
        {-HUGE_VAL, not_finite},
        {late, "a moment that is invalid or outside the years 0 to 9999 in UTC; give another one"},
    };
    for (const auto &[odd, problem] : cases) {
        Attributes listed;
        const auto in_list = Context::create(listed.set("odd", {Value(1), odd}));
        CHECK_TEXT(in_list.error().message.c_str(),
                   ("the attribute \"odd\" has, at [1] of its list, " + problem).c_str());
        Attributes attributes;
        attributes.set("odd", odd).set("plan", "pro");
        const auto refused = Context::create(attributes);
        CHECK(!refused);
        CHECK_STATUS(refused.error().status, FLAGBIT_STATUS_UNSUPPORTED_VALUE);
        CHECK_TEXT(refused.error().message.c_str(), ("the attribute \"odd\" has " + problem).c_str());
        // In a call it counts as absent and is counted.
        const Client client =
            Client::from_snapshot(R"([{"key": "f", "enabled": true, "rules": [{"attribute": "odd", "operator": "neq",)"
                                  R"("value": "x"}]}])")
                .value();
        CHECK(client.is_enabled("f", attributes));
        CHECK(client.status().unsupported_values == 1);
        CHECK(client.is_enabled("f", {{"odd", odd}, {"plan", "pro"}}));
        CHECK(client.status().unsupported_values == 2);
        CHECK_TEXT(Context::create({{"odd", odd}}).error().message.c_str(), refused.error().message.c_str());
    }
    const auto twice = Context::create({{"a", 1}, {"a", 2}});
    CHECK_TEXT(twice.error().message.c_str(), "the attribute \"a\" is given twice");
    const auto bad = Context::create({{"a", "\xFF"}});
    CHECK_STATUS(bad.error().status, FLAGBIT_STATUS_INVALID_UTF8);
    CHECK_TEXT(bad.error().message.c_str(), "the attribute \"a\" has a string that is not Unicode text; replace lone "
                                            "surrogates and bytes that are not UTF-8");
}

// Every form of an argument, each copied or not, gives the same answer.
static void attributes_in_every_form() {
    using namespace std::chrono;
    const Client client =
        Client::from_snapshot(R"([{"key": "f", "enabled": true, "rules": [{"conditions": [)"
                              R"({"attribute": "plan", "operator": "eq", "value": "pro"},)"
                              R"({"attribute": "roles", "operator": "has", "value": "admin"},)"
                              R"({"attribute": "roles", "operator": "has", "value": 7},)"
                              R"({"attribute": "none", "operator": "exists"},)"
                              R"({"attribute": "since", "operator": "before", "value": "1980-01-01T00:00:00Z"}]}]}])")
            .value();
    const system_clock::time_point since{};
    const std::string plan = "pro";
    CHECK(client.is_enabled("f", {{"plan", plan}, {"roles", List{"admin", 7}}, {"none", List{}}, {"since", since}}));
    CHECK(!client.is_enabled("f", {}, true) && !client.is_enabled("f") && !client.is_enabled("f", AttributesView()));
    const std::vector<Value> roles{"admin", 7};
    const Attribute array[] = {{"plan", "pro"}, {"roles", List(roles)}, {"none", List{}}, {"since", since}};
    CHECK(client.is_enabled("f", array));
    // A moment is in the object itself, which may move.
    std::vector<Attribute> many;
    for (const Attribute &attribute : array) {
        many.insert(many.begin(), attribute);
    }
    std::swap(many[0], many[1]);
    CHECK(client.is_enabled("f", many) && client.is_enabled("f", Context::create(many).value()));
    CHECK(client.is_enabled("f", Context::create(array).value()));
    CHECK(client.evaluate("f", array).rule_index == 0 && client.value("f", array).value == "true");
    CHECK(client.explain("f", array) == client.explain("f", Context::create(array).value()));
    CHECK(client.evaluate_all(array)[0].evaluation.enabled);
    Attributes packed{{"plan", "pro"}, {"roles", List{"admin", 7}}, {"none", List{}}, {"since", since}};
    CHECK(client.is_enabled("f", packed));
    CHECK_TEXT(Context::create(packed.set("a", List{Value(List{})})).error().message.c_str(),
               "the attribute \"a\" has, at [0] of its list, a list; a list holds single values only");
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
    moments_are_text_in_utc();
    lists_of_every_type();
    lists_with_anything_else();
    what_no_rule_can_match_is_named();
    attributes_in_every_form();
    attributes_of_any_size();
    attributes_from_a_container();
    a_context_is_moved_and_shared();
    return check_finish("context");
}
