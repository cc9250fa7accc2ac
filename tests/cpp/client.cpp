// The client in C++: opening, evaluating, overriding, what it tells, and how its parts end.
#include <flagbit.hpp>

#include "../c/check.h"

#include <clocale>
#include <cstdio>
#include <limits>

using namespace std::chrono_literals;
using flagbit::Client;
using flagbit::Context;
using flagbit::ErrorCode;
using flagbit::Kind;
using flagbit::Reason;
using flagbit::State;

static_assert(!std::is_copy_constructible_v<Client> && std::is_nothrow_move_constructible_v<Client>);
static_assert(!std::is_copy_constructible_v<flagbit::Override> && !std::is_copy_constructible_v<flagbit::Subscription>);
static_assert(noexcept(std::declval<Client>().is_enabled("", std::declval<Context>(), true)));
static_assert(noexcept(std::declval<Client>().evaluate("", std::declval<Context>(), true)));
static_assert(noexcept(std::declval<Client>().number_value("", std::declval<Context>(), 1)));
static_assert(noexcept(std::declval<Client>().integer_value("", std::declval<Context>(), 1)));
static_assert(!std::is_constructible_v<flagbit::FlagValue, const char *, char>, "a letter or a number?");
static_assert(!std::is_constructible_v<flagbit::FlagValue, const char *, std::nullptr_t>);

static const char *const SNAPSHOT =
    R"({"revision": 42, "flags": [{"key": "off", "enabled": false}, {"key": "odd", "enabled": 1},)"
    R"({"key": "pro", "enabled": true, "rules": [{"attribute": "country", "operator": "eq", "value": "DE"},)"
    R"({"attribute": "plan", "operator": "eq", "value": "pro"}]}]})";

static Client snapshot_client() {
    return Client::from_snapshot(SNAPSHOT).value();
}

static void every_form_of_asking() {
    const Client client = snapshot_client();
    const Context user = Context::create({{"plan", "pro"}}).value();
    flagbit::Attributes attributes;
    attributes.set("plan", "pro");
    CHECK(client.is_enabled("pro", user));
    CHECK(client.is_enabled("pro", attributes));
    CHECK(client.is_enabled("pro", {{"plan", "pro"}}));
    CHECK(!client.is_enabled("pro", {{"plan", "free"}, {"age", 34}}, true));
    CHECK(!client.is_enabled("pro"));
    CHECK(!client.is_enabled("pro", {}, true));
    CHECK(client.is_enabled("unknown", user, true) && !client.is_enabled("unknown", user));
    CHECK(client.is_enabled(std::string("pro"), user));
    CHECK(client.is_enabled(std::string_view("prop").substr(0, 3), user));
}

static void evaluations() {
    const Client client = snapshot_client();
    const auto match = client.evaluate("pro", {{"plan", "pro"}});
    CHECK(match.enabled && match.reason == Reason::targeting_match && match.rule_index == 1U && !match.error_code);
    CHECK(match.generation == 1);
    CHECK_TEXT(match.reason_name(), "targeting_match");
    const auto unmatched = client.evaluate("pro", Context::create({}).value(), true);
    CHECK(!unmatched.enabled && unmatched.reason == Reason::by_default && !unmatched.rule_index);
    const auto off = client.evaluate("off", {}, true);
    CHECK(!off.enabled && off.reason == Reason::disabled);

    const auto unknown = client.evaluate("unknown", {}, true);
    CHECK(unknown.enabled && unknown.reason == Reason::error && unknown.error_code == ErrorCode::flag_not_found);
    CHECK_TEXT(flagbit::name(*unknown.error_code), "FLAG_NOT_FOUND");
    CHECK(client.error_message("unknown", *unknown.error_code) == "no flag \"unknown\" among the 3 in force");
    const auto odd = client.evaluate("odd");
    CHECK(!odd.enabled && odd.error_code == ErrorCode::parse_error);
    const std::string long_key(1000, 'k');
    CHECK(client.error_message(long_key, ErrorCode::flag_not_found).size() > 1000); // beyond the first buffer

    // Calls that are not well formed are evaluations without an answer.
    CHECK(client.evaluate("\xFF", {}, true).enabled);
    CHECK(client.evaluate("\xFF").error_code == ErrorCode::general);
    CHECK(client.evaluate("pro", {{"plan", "\xFF"}}, true).error_code == ErrorCode::general);
}

static void all_at_once() {
    const Client client = snapshot_client();
    const auto all = client.evaluate_all({{"plan", "pro"}}, true);
    const auto same = client.evaluate_all(Context::create({{"plan", "pro"}}).value(), true);
    CHECK(all.size() == 3 && same.size() == 3);
    CHECK(all[0].key == "odd" && all[1].key == "off" && all[2].key == "pro");
    CHECK(all[0].evaluation.enabled && all[0].evaluation.error_code == ErrorCode::parse_error); // the default
    CHECK(!all[1].evaluation.enabled && all[2].evaluation.enabled);
    for (const auto &[key, evaluation] : same) {
        CHECK(evaluation.enabled == client.evaluate(key, {{"plan", "pro"}}, true).enabled);
    }
    CHECK(client.evaluate_all().size() == 3);
}

static const char *const TYPED =
    R"([{"key": "theme", "enabled": true, "variants": {"light": "#fff", "dark": "#000"}, "default": "light", "rules": [)"
    R"({"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": "dark"}]},)"
    R"({"key": "limit", "enabled": true, "variants": {"few": 10, "many": 1e3}, "default": "few", "rules": [)"
    R"({"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": "many"}]},)"
    R"({"key": "ratio", "enabled": true, "variants": {"half": 0.5, "huge": 9223372036854775808}, "default": "half",)"
    R"("rules": [{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": "huge"}]},)"
    R"({"key": "config", "enabled": false, "variants": {"on": {"a": [1, null]}, "off": []}, "default": "on",)"
    R"("off": "off"}, {"key": "plain", "enabled": true}, {"key": "odd", "enabled": true, "variants": 7}])";

static void typed_evaluations() {
    const Client client = Client::from_snapshot(TYPED).value();
    const Context pro = Context::create({{"plan", "pro"}}).value();
    const auto dark = client.value("theme", pro), same = client.value("theme", {{"plan", "pro"}});
    CHECK(dark.kind == Kind::string && dark.variant == "dark" && dark.value == "#000" && dark.number == 0);
    CHECK(dark.enabled && dark.reason == Reason::targeting_match && dark.rule_index == 0U && !dark.error_code);
    CHECK(same.value == dark.value && same.variant_id == dark.variant_id && dark.variant_id != 0);
    const auto few = client.evaluate("limit");
    CHECK(few.kind == Kind::number && few.number == 10 && few.enabled && few.variant_id != dark.variant_id);
    CHECK(client.value("limit", pro).value == "1000");
    const auto off = client.value("config", {}, true);
    CHECK(!off.enabled && off.reason == Reason::disabled && off.kind == Kind::json && off.value == "[]");
    const auto plain = client.value("plain");
    CHECK(plain.kind == Kind::boolean && plain.variant == "off" && plain.value == "false" && plain.variant_id == 0);
    const auto unknown = client.value("unknown", {}, true);
    CHECK(unknown.enabled && unknown.kind == Kind::none && unknown.variant.empty() && unknown.value.empty());
    CHECK(unknown.error_code == ErrorCode::flag_not_found);
    CHECK(client.value("\xFF").error_code == ErrorCode::general);
    // A typed flag is no boolean.
    CHECK(client.is_enabled("theme", pro, true) && !client.is_enabled("theme", pro));
    for (const auto &[key, evaluation] : client.evaluate_all(pro)) {
        const auto one = client.value(key, pro);
        CHECK(evaluation.kind == one.kind && evaluation.variant == one.variant && evaluation.value == one.value);
        CHECK(evaluation.variant_id == one.variant_id && evaluation.number == one.number);
    }
}

static void values_by_type() {
    const Client client = Client::from_snapshot(TYPED).value();
    const Context pro = Context::create({{"plan", "pro"}}).value();
    CHECK(client.string_value("theme") == "#fff" && client.string_value("theme", pro, "x") == "#000");
    CHECK(client.json_value("config", {}, "{}") == "[]");
    CHECK(client.number_value("limit") == 10 && client.number_value("ratio", {}, 7) == 0.5);
    CHECK(client.integer_value("limit", {{"plan", "pro"}}) == 1000);
    CHECK(client.integer_value("ratio", {}, 7) == 7);  // a fraction
    CHECK(client.integer_value("ratio", pro, 7) == 7); // beyond the integers
    CHECK(client.number_value("ratio", pro) == 0x1p63 && client.unsigned_value("ratio", pro) == std::uint64_t{1} << 63);
    CHECK(client.unsigned_value("limit") == 10 && client.unsigned_value("ratio", {}, 7) == 7);
    for (const char *key : {"limit", "config", "plain", "odd", "unknown", "\xFF"}) {
        CHECK(client.string_value(key, {}, "x") == "x");
    }
    for (const char *key : {"theme", "limit", "plain", "odd", "unknown"}) {
        CHECK(client.json_value(key, pro, "{}") == "{}" && client.json_value(key).empty());
    }
    for (const char *key : {"theme", "config", "plain", "odd", "unknown"}) {
        CHECK(client.number_value(key, {}, 7.5) == 7.5 && client.integer_value(key, pro, 7) == 7);
    }
}

static void integers_are_exact() {
    const auto least = std::numeric_limits<std::int64_t>::min();
    const auto most = std::numeric_limits<std::uint64_t>::max();
    const Client client = Client::for_testing({{"least", least}, {"most", most}, {"whole", 12.0}}).value();
    CHECK(client.integer_value("least") == least && client.unsigned_value("least", {}, 7) == 7);
    CHECK(client.unsigned_value("most") == most && client.integer_value("most", {}, 7) == 7);
    CHECK(client.integer_value("whole") == 12 && client.value("most").value == "18446744073709551615");
    CHECK(client.evaluate("most").unsigned_integer == most && !client.evaluate("most").integer);
}

static void long_values_come_out_whole() {
    const std::string text(60000, 'x');
    const Client client = Client::for_testing({{"long", text}}).value();
    CHECK(client.string_value("long") == text && client.value("long").variant == "override");
    CHECK(client.evaluate_all()[0].evaluation.value == text);
}

static void explanations() {
    const Client client = Client::from_snapshot(TYPED).value();
    const std::string found = client.explain("theme", {{"plan", "free"}});
    CHECK(found == client.explain("theme", Context::create({{"plan", "free"}}).value()));
    CHECK(found.find(R"("outcome":"not_matched")") != std::string::npos);
    CHECK(found.find(R"("found":"free")") != std::string::npos);
    CHECK(client.explain("unknown").find("FLAG_NOT_FOUND") != std::string::npos);
    CHECK(client.explain("\xFF").empty() && client.explain("theme", {{"plan", "\xFF"}}).empty());
}

static void what_a_client_tells() {
    const Client client = snapshot_client();
    CHECK((client.flags() == std::vector<std::string>{"odd", "off", "pro"}));
    CHECK((client.warnings() == std::vector<std::string>{"flags[1].enabled: expected a boolean, found 1"}));
    CHECK(client.take_log().size() == 1 && client.take_log().empty());
    CHECK(client.revision(1) == "42" && client.revision(2).empty());
    auto status = client.status();
    CHECK(status.state == State::ready && status.flags == 3 && status.flags_set_aside == 1 && status.source == "text");
    CHECK(status.revision == "42" && !status.last_error && status.consecutive_failures == 0);
    CHECK(status.last_success && std::chrono::system_clock::now() - *status.last_success < 1min);
    CHECK(client.wait_until_ready(0ms) && client.wait_until_ready(-1s));

    const auto refused = client.load("[7]");
    CHECK(!refused);
    CHECK_STATUS(refused.error().status, FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    CHECK(refused.error().message == "[0]: expected a flag, found 7");
    status = client.status();
    CHECK(status.last_error == refused.error().message && status.generation == 1);
    CHECK(client.load(R"([{"key": "pro", "enabled": false}])"));
    CHECK(client.changes(1).generation == 2 && !client.changes(1).all);
    CHECK((client.changes(1).keys == std::vector<std::string>{"odd", "off", "pro"}));
    CHECK(client.changes(0).all && client.changes(2).keys.empty());
    CHECK(client.refresh());
}

static void files() {
    const auto missing = Client::from_file("/nonexistent/flags.json");
    CHECK(!missing);
    CHECK_STATUS(missing.error().status, FLAGBIT_STATUS_IO);
    CHECK(missing.error().message == "cannot read /nonexistent/flags.json: No such file or directory (os error 2)");
    const Client watching = Client::from_file("/nonexistent/flags.json", true).value();
    CHECK(watching.status().state == State::error && watching.status().last_error && !watching.status().last_success);
    CHECK(!watching.wait_until_ready(1ms));
    CHECK(watching.evaluate("a").error_code == ErrorCode::provider_not_ready);
    const Client read = Client::from_file("examples/flags.json").value();
    CHECK(read.flags().size() > 25 && read.warnings().empty());
    const std::string source = read.status().source, relative = "examples/flags.json"; /* told as an absolute path */
    CHECK(source.compare(0, 6, "file /") == 0 && source.size() > relative.size());
    CHECK(source.compare(source.size() - relative.size(), relative.size(), relative) == 0);

    flagbit::Options options;
    CHECK(options.set(FLAGBIT_OPTION_SNAPSHOT, "[]") && options.set(FLAGBIT_OPTION_MAX_SNAPSHOT_BYTES, 1));
    CHECK_STATUS(Client::open(options).error().status, FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    const flagbit::Error wrong = options.set(FLAGBIT_OPTION_WATCH, 7).error();
    CHECK_STATUS(wrong.status, FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK(wrong.message == "FLAGBIT_OPTION_WATCH takes 0 or 1, not 7");
}

static void keys_of_every_kind_in_tests_and_overrides() {
    const std::string odd = std::string("quote\" back\\ \n\t\x01\x1f \xC3\xBC ") + '\0' + " end";
    const Client client = Client::for_testing({{odd, true}, {"off", false}}).value();
    CHECK(client.is_enabled(odd) && !client.is_enabled("off", {}, true) && client.flags().back() == odd);
    const std::vector<flagbit::FlagValue> values = {{"off", true}, {odd, false}};
    {
        const auto held = client.override_flags(values).value();
        CHECK(client.is_enabled("off") && !client.is_enabled(odd, {}, true));
    }
    CHECK(!client.is_enabled("off", {}, true) && client.is_enabled(odd));

    CHECK(client.override_flags({{"", true}}).error().message == "flags[\"\"]: an empty key");
    CHECK_STATUS(Client::for_testing({{"a", true}, {"a", true}}).error().status, FLAGBIT_STATUS_SNAPSHOT_REFUSED);
    CHECK(!Client::for_testing({{"\xFF", true}}));
    CHECK(!Client::for_testing({{"a", std::numeric_limits<double>::infinity()}}));
    CHECK(!Client::for_testing({{"a", flagbit::Json{"1, \"a\": 2"}}}) &&
          !Client::for_testing({{"a", flagbit::Json{}}}));
    CHECK(Client::for_testing({}).value().flags().empty());
}

static void overrides_of_every_type() {
    // Even if the locale writes numbers with a comma, JSON does not.
    std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
    const std::string owned = "line\n";
    const Client client = Client::for_testing({{"text", "dark"},
                                               {"owned", owned},
                                               {"view", std::string_view("dark", 2)},
                                               {"integer", -7},
                                               {"huge", 18446744073709551615ULL},
                                               {"number", 0.1},
                                               {"small", -1.5e-300},
                                               {"json", flagbit::Json{R"({"a": [1]})"}}})
                              .value();
    std::setlocale(LC_NUMERIC, "C");
    CHECK(client.string_value("text") == "dark" && client.string_value("owned") == owned);
    CHECK(client.string_value("view") == "da" && client.integer_value("integer") == -7);
    CHECK(client.number_value("huge") == 0x1p64 && client.number_value("number") == 0.1);
    CHECK(client.number_value("small") == -1.5e-300 && client.json_value("json") == R"({"a":[1]})");
    const auto held = client.override_flags({{"text", 7}, {"json", true}}).value();
    CHECK(client.integer_value("text") == 7 && client.is_enabled("json"));
    CHECK(client.value("text").reason == Reason::by_default);
}

static void overrides_end_when_they_are_left_or_replaced() {
    const Client client = Client::for_testing({{"a", false}, {"b", false}}).value();
    auto held = client.override_flags({{"a", true}}).value();
    CHECK(client.is_enabled("a"));
    held = client.override_flags({{"b", true}}).value();
    CHECK(!client.is_enabled("a", {}, true) && client.is_enabled("b"));
    { auto moved = std::move(held); }
    CHECK(!client.is_enabled("b", {}, true));

    auto outliving = Client::for_testing({{"a", false}}).value().override_flags({{"a", true}});
    CHECK(outliving); // its client is gone, and it may go later
}

static void a_client_is_moved_closed_and_replaced() {
    Client first = snapshot_client();
    Client second = std::move(first);
    CHECK(second.is_enabled("pro", {{"plan", "pro"}}));
    // One that was moved from answers as a closed one does.
    CHECK(first.native() == nullptr && first.is_enabled("pro", {}, true) && first.flags().empty());
    CHECK(first.evaluate("pro").error_code == ErrorCode::provider_not_ready && first.evaluate_all().empty());
    CHECK(first.status().state == State::closed && !first.status().last_success && !first.load("[]"));
    first = Client::for_testing({{"a", true}}).value();
    CHECK(first.is_enabled("a"));
    first.close();
    first.close();
    CHECK(!first.is_enabled("a") && first.status().state == State::closed && !first.wait_until_ready(1h));
    CHECK_STATUS(first.refresh().error().status, FLAGBIT_STATUS_CLOSED);
    CHECK_STATUS(first.override_flags({{"a", true}}).error().status, FLAGBIT_STATUS_CLOSED);
    CHECK(flagbit_client_close(second.native()) == FLAGBIT_STATUS_OK); // the C functions are at hand
}

static void a_flag_is_resolved_once() {
    Client client = snapshot_client();
    auto flag = client.flag("pro").value();
    CHECK(flag.is_enabled({{"plan", "pro"}}) && !flag.is_enabled({}, true) && !flag.is_enabled());
    flagbit::Attributes packed;
    CHECK(flag.is_enabled(packed.set("plan", "pro")));
    CHECK(flag.evaluate({{"plan", "pro"}}).reason == Reason::targeting_match);
    {
        const auto held = client.override_flags({{"pro", true}}).value();
        CHECK(flag.is_enabled());
    }
    CHECK(!flag.is_enabled() && client.load("[]") && flag.is_enabled({}, true));
    CHECK(flag.evaluate().error_code == ErrorCode::flag_not_found);
    CHECK_STATUS(client.flag("\xFF").error().status, FLAGBIT_STATUS_INVALID_UTF8);

    auto other = Client::for_testing({{"a", true}}).value().flag("a").value();
    CHECK(other.is_enabled()); // it keeps its client
    flag = std::move(other);
    CHECK(flag.is_enabled() && other.native() == nullptr && other.is_enabled({}, true));
    client.close();
    CHECK(client.flag("pro").value().evaluate().error_code == ErrorCode::provider_not_ready);
}

int main() {
    a_flag_is_resolved_once();
    every_form_of_asking();
    evaluations();
    all_at_once();
    typed_evaluations();
    values_by_type();
    integers_are_exact();
    long_values_come_out_whole();
    explanations();
    what_a_client_tells();
    files();
    keys_of_every_kind_in_tests_and_overrides();
    overrides_of_every_type();
    overrides_end_when_they_are_left_or_replaced();
    a_client_is_moved_closed_and_replaced();
    return check_finish("client");
}
