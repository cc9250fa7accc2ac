// A client of a server in C++: opening, being told of changes, refreshing, and what is refused.
#include <flagbit.hpp>

#include "../c/check.h"
#include "../c/kit.h"

#include <future>

using namespace std::chrono_literals;
using flagbit::Client;
using flagbit::State;

static const char *const ON = R"([{"key": "a", "enabled": true, "default_enabled": true}])";
static const char *const OFF = R"([{"key": "a", "enabled": false}])";

static kit_stub server;

static void fetched_and_told_of_changes() {
    kit_serve(&server, ON);
    const auto client = Client::server(server.url, "fbsrv_secret");
    REQUIRE(client);
    CHECK(client->wait_until_ready(20s));
    CHECK(client->is_enabled("a"));
    CHECK(client->status().state == State::ready);

    std::promise<flagbit::Changes> told;
    auto change = told.get_future();
    const auto subscription = client->on_change([&](const flagbit::Changes &changes) { told.set_value(changes); });
    kit_serve(&server, OFF);
    CHECK(client->refresh(20s));
    CHECK(change.get().keys == std::vector<std::string>{"a"});
    CHECK(!client->is_enabled("a", {}, true));
}

static void told_of_states() {
    flagbit::Options options;
    CHECK(options.set(FLAGBIT_OPTION_URL, server.url));
    CHECK(options.set(FLAGBIT_OPTION_SERVER_KEY, "fbsrv_secret"));
    CHECK(options.set(FLAGBIT_OPTION_STALE_AFTER_MS, 300));
    kit_serve(&server, ON);
    const auto client = Client::open(options);
    REQUIRE(client);
    CHECK(client->wait_until_ready(20s));
    std::promise<State> stale, ready;
    std::vector<State> heard;
    const auto subscription = client->on_state_change([&](const flagbit::Status &status) {
        heard.push_back(status.state);
        if (heard.size() <= 2) {
            (heard.size() == 1 ? stale : ready).set_value(status.state);
        }
    });
    CHECK(stale.get_future().get() == State::stale); // nothing happens but that time passes
    CHECK(client->refresh(20s));
    CHECK(ready.get_future().get() == State::ready);
}

static void refused() {
    kit_tell(&server, 403);
    const auto client = Client::server(server.url, "fbsrv_secret");
    REQUIRE(client);
    CHECK(!client->wait_until_ready(20s)); // at once
    CHECK(client->status().state == State::error);
    const auto refreshed = client->refresh(20s);
    CHECK(!refreshed && refreshed.error().status == FLAGBIT_STATUS_REFUSED);

    const auto none = Client::server("ftp://example", "fbsrv_secret");
    CHECK(!none && none.error().status == FLAGBIT_STATUS_INVALID_ARGUMENT);
    CHECK(!none && none.error().message.find("secret") == std::string::npos);
}

int main() {
    kit_start(&server);
    kit_serve(&server, ON);
    fetched_and_told_of_changes();
    told_of_states();
    refused();
    kit_stop(&server);
    return check_finish("server (C++)");
}
