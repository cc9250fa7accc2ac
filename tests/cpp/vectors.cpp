// The shared vectors of tests/fixtures (its README has the format), through the C++ API.
#include <flagbit.hpp>

#include "../c/check.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <list>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

using flagbit::Attributes;
using flagbit::Client;
using flagbit::Context;
using flagbit::Evaluation;
using flagbit::Kind;
using flagbit::TypedEvaluation;
using flagbit::Value;
using Json = nlohmann::json;

static constexpr int least_cases = 7000;

static std::string text(const Json &json) {
    return json.get<std::string>();
}

// Reads "SECONDS NANOSECONDS TEXT" as a moment.
static Value moment(const std::string &words) {
    using std::chrono::seconds, std::chrono::microseconds, std::chrono::nanoseconds, std::chrono::system_clock;
    std::int64_t second = 0, rest = 0;
    std::istringstream(words) >> second >> rest;
    const std::chrono::time_point<system_clock, seconds> whole{seconds(second)};
    if (rest == 0) {
        return whole;
    }
    // Nanoseconds in 64 bits would not reach the years 0 and 9999.
    return rest % 1000 == 0 ? Value(whole + microseconds(rest / 1000)) : Value(whole + nanoseconds(rest));
}

// Reads `[kind, text]` as a value; `value` keeps the text. A null and a value that no rule can match are unsupported.
static Value scalar(const Json &kind, const std::string &value) {
    if (kind == "string") {
        return value;
    }
    if (kind == "integer") {
        return value[0] == '-' ? Value(std::stoll(value)) : Value(std::stoull(value));
    }
    if (kind == "moment") {
        return moment(value);
    }
    if (kind == "boolean") {
        return value == "true";
    }
    return kind == "number" ? Value(std::strtod(value.c_str(), nullptr)) : Value(static_cast<const char *>(nullptr));
}

static bool is_supported(const Json &kind, const Json &value) {
    if (kind == "list") {
        const auto scalars = [](const Json &one) { return one[0] != "list" && is_supported(one[0], one[1]); };
        return value.size() <= 1000 && std::all_of(value.begin(), value.end(), scalars);
    }
    const double number = kind == "number" ? std::strtod(text(value).c_str(), nullptr) : 0;
    return kind != "unsupported" && kind != "null" && number - number == 0;
}

// Sets `[name, kind, text]`. Without `odd`, what counts as absent is left out.
static void set(Attributes &attributes, const Json &attribute, bool odd) {
    const std::string name = text(attribute[0]);
    const Json &kind = attribute[1], &value = attribute[2];
    if (kind == "null" || !(odd || is_supported(kind, value))) {
        return;
    }
    if (kind != "list") {
        const std::string kept = text(value);
        attributes.set(name, scalar(kind, kept));
        return;
    }
    std::vector<std::string> texts;
    for (const Json &element : value) {
        texts.push_back(element[1].is_string() ? text(element[1]) : std::string());
    }
    std::vector<Value> list;
    for (std::size_t index = 0; index < texts.size(); index++) {
        list.push_back(scalar(value[index][0], texts[index]));
    }
    attributes.set(name, list);
}

static std::string text_or_none(const Json &json) {
    return json.is_null() ? std::string() : text(json);
}

static const std::map<std::string, Kind> KINDS = {{"", Kind::none},
                                                  {"boolean", Kind::boolean},
                                                  {"string", Kind::string},
                                                  {"number", Kind::number},
                                                  {"json", Kind::json}};

// The integer in decimal, and the same as 64 bits without a sign; null where there is none.
static bool integer_matches(const Evaluation &found, const Json &expected) {
    const auto entry = expected.find("integer");
    const std::string decimal = entry == expected.end() ? std::string() : text_or_none(*entry);
    const bool negative = !decimal.empty() && decimal[0] == '-';
    const bool fits = negative || decimal.size() < 19 || (decimal.size() == 19 && decimal <= "9223372036854775807");
    return found.integer.has_value() == (!decimal.empty() && fits) &&
           found.unsigned_integer.has_value() == (!decimal.empty() && !negative) &&
           (!found.integer || std::to_string(*found.integer) == decimal) &&
           (!found.unsigned_integer || std::to_string(*found.unsigned_integer) == decimal);
}

static bool matches(const Evaluation &found, const Json &expected) {
    const Json rule = found.rule_index ? Json(*found.rule_index) : Json();
    const Json code = found.error_code ? Json(name(*found.error_code)) : Json();
    return found.enabled == expected["enabled"].get<bool>() && text(expected["reason"]) == found.reason_name() &&
           rule == expected["rule_index"] && code == expected["error_code"] &&
           KINDS.at(text_or_none(expected["kind"])) == found.kind && integer_matches(found, expected);
}

static bool matches(const TypedEvaluation &found, const Json &expected) {
    const bool number = found.kind == Kind::number;
    return matches(static_cast<const Evaluation &>(found), expected) &&
           found.value == text_or_none(expected["value"]) && found.variant == text_or_none(expected["variant"]) &&
           found.number == (number ? std::strtod(found.value.c_str(), nullptr) : 0) &&
           (found.variant_id != 0) == (found.kind > Kind::boolean);
}

// Asks for a number of each type; -7 and 7 stand in for a value of another type.
template <class User>
static bool asked_by_type(const Client &client, const Json &expected, const User &user) {
    const std::string key = text(expected["flag"]);
    const auto found = client.evaluate(key, user);
    return client.integer_value(key, user, -7) == found.integer.value_or(-7) &&
           client.unsigned_value(key, user, 7) == found.unsigned_integer.value_or(7) &&
           client.number_value(key, user, 0.125) == (found.kind == Kind::number ? found.number : 0.125);
}

template <class User>
static bool run_case(const Client &client, const Json &expected, const User &user) {
    const std::string key = text(expected["flag"]);
    const bool by_default = expected["default"].get<bool>();
    const bool boolean = expected["kind"].is_null() || expected["kind"] == "boolean";
    bool in_all = false, all_match = true;
    for (const auto &[flag, evaluation] : client.evaluate_all(user, by_default)) {
        if (flag == key) {
            in_all = true;
            all_match = matches(evaluation, expected);
        }
    }
    auto flag = client.flag(key).value();
    return CHECK(matches(client.evaluate(key, user, by_default), expected)) &&
           CHECK(matches(flag.evaluate(user, by_default), expected)) &&
           CHECK(flag.is_enabled(user, by_default) == client.is_enabled(key, user, by_default)) &&
           CHECK(matches(client.value(key, user, by_default), expected)) &&
           CHECK(asked_by_type(client, expected, user)) &&
           CHECK(client.is_enabled(key, user, by_default) ==
                 (boolean ? expected["enabled"].get<bool>() : by_default)) &&
           CHECK(all_match) && CHECK(in_all == (expected["error_code"] != "FLAG_NOT_FOUND"));
}

// A context that is borrowed, with the texts and lists that it borrows.
struct Borrowed {
    std::vector<flagbit::Attribute> attributes;
    std::list<std::string> texts;
    std::list<std::vector<Value>> lists;
};

static void borrow(Borrowed &borrowed, const Json &attribute, bool odd) {
    const auto kept = [&](const Json &json) -> const std::string & {
        return borrowed.texts.emplace_back(json.is_string() ? text(json) : std::string());
    };
    const Json &kind = attribute[1], &value = attribute[2];
    if (kind == "null" || !(odd || is_supported(kind, value))) {
        return;
    }
    const std::string &name = kept(attribute[0]);
    if (kind != "list") {
        borrowed.attributes.emplace_back(name, scalar(kind, kept(value)));
        return;
    }
    std::vector<Value> &list = borrowed.lists.emplace_back();
    for (const Json &element : value) {
        list.push_back(scalar(element[0], kept(element[1])));
    }
    borrowed.attributes.emplace_back(name, flagbit::List(list));
}

static bool run_case(const Client &client, const Json &expected) {
    Attributes packed, supported;
    Borrowed borrowed, built;
    for (const Json &attribute : expected["context"]) {
        set(packed, attribute, true);
        set(supported, attribute, false);
        borrow(borrowed, attribute, true);
        borrow(built, attribute, false);
    }
    return run_case(client, expected, packed) && run_case(client, expected, Context::create(supported).value()) &&
           run_case(client, expected, borrowed.attributes) &&
           run_case(client, expected, Context::create(built.attributes).value());
}

static int run_group(const Json &group) {
    auto client = Client::from_snapshot(text(group["snapshot"]));
    if (!group["refused"].is_null()) {
        CHECK(!client);
        CHECK_STATUS(client.error().status, FLAGBIT_STATUS_SNAPSHOT_REFUSED);
        if (const auto place = group["refused"].find("place"); place != group["refused"].end()) {
            CHECK(client.error().message.rfind(text(*place) + ": ", 0) == 0);
        }
        return 1;
    }
    REQUIRE(client);
    CHECK(client->flags() == group["flags"].get<std::vector<std::string>>());
    CHECK(client->warnings().size() == group["set_aside"].size());
    const auto revision = client->status().revision;
    CHECK((revision ? Json(*revision) : Json()) == group["revision"]);
    for (const Json &expected : group["cases"]) {
        if (!run_case(*client, expected)) {
            std::fprintf(stderr, "    in %s / %s\n", text(group["name"]).c_str(), text(expected["name"]).c_str());
        }
    }
    return static_cast<int>(group["cases"].size());
}

int main(int count, char **arguments) {
    int cases = 0;
    for (const auto &entry : std::filesystem::directory_iterator(count > 1 ? arguments[1] : "tests/fixtures")) {
        if (entry.path().extension() == ".json") {
            std::ifstream file(entry.path());
            const Json groups = Json::parse(file)["groups"];
            for (const Json &group : groups) {
                cases += run_group(group);
            }
        }
    }
    std::printf("    vectors: %d cases\n", cases);
    CHECK(cases >= least_cases);
    return check_finish("vectors");
}
