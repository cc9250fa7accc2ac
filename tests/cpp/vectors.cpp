// The shared vectors of tests/fixtures (its README has the format), through the C++ API.
#include <flagbit.hpp>

#include "../c/check.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using flagbit::Attributes;
using flagbit::Client;
using flagbit::Context;
using flagbit::Evaluation;
using Json = nlohmann::json;

static constexpr int least_cases = 1900;

static std::string text(const Json &json) {
    return json.get<std::string>();
}

// Sets `[name, kind, text]`. Without `odd`, what counts as absent is left out.
static void set(Attributes &attributes, const Json &attribute, bool odd) {
    const std::string name = text(attribute[0]), kind = text(attribute[1]), value = text(attribute[2]);
    if (kind == "string") {
        attributes.set(name, value);
    } else if (kind == "integer" && value[0] == '-') {
        attributes.set(name, std::stoll(value));
    } else if (kind == "integer") {
        attributes.set(name, std::stoull(value));
    } else if (kind == "boolean") {
        attributes.set(name, value == "true");
    } else if (kind == "number") {
        const double number = std::strtod(value.c_str(), nullptr);
        if (odd || number - number == 0) {
            attributes.set(name, number);
        }
    } else if (kind == "unsupported" && odd) {
        attributes.set(name, static_cast<const char *>(nullptr));
    }
}

static bool matches(const Evaluation &found, const Json &expected) {
    const Json rule = found.rule_index ? Json(*found.rule_index) : Json();
    const Json code = found.error_code ? Json(name(*found.error_code)) : Json();
    return found.enabled == expected["enabled"].get<bool>() && text(expected["reason"]) == found.reason_name() &&
           rule == expected["rule_index"] && code == expected["error_code"];
}

template <class User>
static bool run_case(const Client &client, const Json &expected, const User &user) {
    const std::string key = text(expected["flag"]);
    const bool by_default = expected["default"].get<bool>();
    bool in_all = false, all_match = true;
    for (const auto &[flag, evaluation] : client.evaluate_all(user, by_default)) {
        if (flag == key) {
            in_all = true;
            all_match = matches(evaluation, expected);
        }
    }
    return CHECK(matches(client.evaluate(key, user, by_default), expected)) &&
           CHECK(client.is_enabled(key, user, by_default) == expected["enabled"].get<bool>()) && CHECK(all_match) &&
           CHECK(in_all == (expected["error_code"] != "FLAG_NOT_FOUND"));
}

static bool run_case(const Client &client, const Json &expected) {
    Attributes packed, supported;
    for (const Json &attribute : expected["context"]) {
        set(packed, attribute, true);
        set(supported, attribute, false);
    }
    return run_case(client, expected, packed) && run_case(client, expected, Context::create(supported).value());
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
