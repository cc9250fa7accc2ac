// A client of a server in C++: opening, being told of changes, refreshing, and what is refused.
#include <flagbit.hpp>

#include "../c/http.h"

#include <future>

using namespace std::chrono_literals;
using flagbit::Client;
using flagbit::State;

static const char *const ON = R"([{"key": "a", "enabled": true, "default_enabled": true}])";
static const char *const OFF = R"([{"key": "a", "enabled": false}])";

static http_server server;

static void fetched_and_told_of_changes() {
    http_set(&server, 200, "one", ON);
    const auto client = Client::server(server.url, "fbsrv_secret");
    REQUIRE(client);
    CHECK(client->wait_until_ready(20s));
    CHECK(client->is_enabled("a"));
    CHECK(client->status().state == State::ready);

    std::promise<flagbit::Changes> told;
    auto change = told.get_future();
    const auto subscription = client->on_change([&](const flagbit::Changes &changes) { told.set_value(changes); });
    http_set(&server, 200, "two", OFF);
    CHECK(client->refresh(20s));
    CHECK(change.get().keys == std::vector<std::string>{"a"});
    CHECK(!client->is_enabled("a", {}, true));
}

static void refused() {
    http_set(&server, 403, "", "");
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
    http_start(&server, 200, "one", ON);
    fetched_and_told_of_changes();
    refused();
    http_stop(&server);
    return check_finish("server (C++)");
}
