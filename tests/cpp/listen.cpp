// Listeners: their arguments, and their end, whether a listener stops itself, is stopped, or outlives its client.
#include <flagbit.hpp>

#include "../c/check.h"

#include <condition_variable>
#include <mutex>

using namespace std::chrono_literals;
using flagbit::Changes;
using flagbit::Client;
using flagbit::Subscription;

// The arguments that a callback was called with.
class Heard {
  public:
    void operator()(const Changes &changes) {
        const std::lock_guard<std::mutex> lock(mutex_);
        keys_.insert(keys_.end(), changes.keys.begin(), changes.keys.end());
        calls_++;
        heard_.notify_all();
    }
    // Waits for a key; false where it does not come.
    bool has(const std::string &key) {
        std::unique_lock<std::mutex> lock(mutex_);
        return heard_.wait_for(lock, 20s, [&] {
            for (const std::string &heard : keys_) {
                if (heard == key) {
                    return true;
                }
            }
            return false;
        });
    }
    int calls() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return calls_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable heard_;
    std::vector<std::string> keys_;
    int calls_ = 0;
};

static Client client_of(const char *key) {
    return Client::from_snapshot(std::string(R"([{"key": ")") + key + R"(", "enabled": true}])").value();
}

static bool within(std::chrono::milliseconds limit, const std::function<void()> &call) {
    const auto start = std::chrono::steady_clock::now();
    call();
    return std::chrono::steady_clock::now() - start < limit;
}

static void what_changes_is_heard() {
    const Client client = client_of("a");
    Heard heard;
    const Subscription listening = client.on_change(std::ref(heard));
    CHECK(client.load(R"([{"key": "a", "enabled": false}])")); // at once: no change is lost
    CHECK(heard.has("a"));
    CHECK(client.load(R"([{"key": "b", "enabled": true}])"));
    CHECK(heard.has("b"));
    const int calls = heard.calls();
    CHECK(!client.load("[7]")); // refused: a line in the log, and no change
    const auto held = client.override_flags({{"c", true}}).value();
    CHECK(heard.has("c"));
    CHECK(heard.calls() == calls + 1);
}

static void a_listener_stops_while_the_client_stays_open() {
    const Client client = client_of("a");
    Heard heard;
    {
        std::optional<Subscription> listening = client.on_change(std::ref(heard));
        CHECK(within(10s, [&] { listening.reset(); }));
    }
    CHECK(client.load("[]"));
    std::this_thread::sleep_for(120ms);
    CHECK(heard.calls() == 0);
    Subscription stopped = client.on_change(std::ref(heard));
    stopped.stop();
    stopped.stop();
}

static void closing_ends_listening() {
    const Client client = client_of("a");
    Heard heard;
    const Subscription listening = client.on_change(std::ref(heard));
    client.close();
    const Subscription late = client.on_change(std::ref(heard));
    CHECK(heard.calls() == 0);
}

static void a_subscription_may_outlive_its_client() {
    Heard heard;
    std::optional<Client> client = client_of("a");
    Subscription listening = client->on_change(std::ref(heard));
    client.reset();
    listening = client_of("b").on_change(std::ref(heard)); // replaces a listener, of a client that is gone at once
    CHECK(heard.calls() == 0);
}

static void a_callback_may_stop_its_own_listener() {
    const Client client = client_of("a");
    auto heard = std::make_shared<Heard>();
    std::optional<Subscription> listening;
    std::mutex set;
    {
        const std::lock_guard<std::mutex> lock(set);
        listening = client.on_change([heard, &set, &listening](const Changes &changes) {
            {
                const std::lock_guard<std::mutex> wait(set);
                listening->stop();
            }
            (*heard)(changes);
        });
    }
    CHECK(client.load(R"([{"key": "b", "enabled": true}])"));
    CHECK(heard->has("b"));
    CHECK(client.load(R"([{"key": "c", "enabled": true}])"));
    std::this_thread::sleep_for(120ms);
    CHECK(heard->calls() == 1);
    const std::lock_guard<std::mutex> lock(set);
}

static void many_listeners_hear_the_same() {
    const Client client = client_of("a");
    std::array<Heard, 4> heard;
    std::vector<Subscription> listening;
    for (Heard &each : heard) {
        listening.push_back(client.on_change(std::ref(each)));
    }
    CHECK(client.load(R"([{"key": "z", "enabled": true}])"));
    for (Heard &each : heard) {
        CHECK(each.has("z"));
    }
}

int main() {
    what_changes_is_heard();
    a_listener_stops_while_the_client_stays_open();
    closing_ends_listening();
    a_subscription_may_outlive_its_client();
    a_callback_may_stop_its_own_listener();
    many_listeners_hear_the_same();
    return check_finish("listen");
}
