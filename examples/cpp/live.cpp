// Follows a flag of a server: FLAGBIT_SERVER_KEY=fbsrv_... live http://127.0.0.1:8080 FLAG
//
// Asks as often as a program that draws frames, and prints each change of the text that it would show.
#include <flagbit.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

using namespace std::chrono_literals;

int main(int count, char **arguments) {
    const char *key = std::getenv("FLAGBIT_SERVER_KEY");
    if (count != 3 || key == nullptr) {
        std::cerr << "usage: live URL FLAG, with the server key in FLAGBIT_SERVER_KEY\n";
        return 2;
    }
    flagbit::Options options;
    for (const flagbit::Done &set :
         {options.set(FLAGBIT_OPTION_URL, arguments[1]), options.set(FLAGBIT_OPTION_SERVER_KEY, key),
          options.set(FLAGBIT_OPTION_STREAM, 1), options.set(FLAGBIT_OPTION_STALE_AFTER_MS, 1000)}) {
        if (!set) {
            std::cerr << set.error().message << '\n';
            return 1;
        }
    }
    const auto client = flagbit::Client::open(options);
    if (!client) {
        std::cerr << client.error().message << '\n';
        return 1;
    }
    static_cast<void>(client->wait_until_ready(10s));

    flagbit::Attributes ben;
    ben.set("user_id", "usr_1002");
    ben.set("plan", "free");
    std::string shown;
    for (;;) {
        const std::string answer = client->is_enabled(arguments[2], ben) ? "on" : "off";
        const std::string line = answer + ' ' + flagbit::name(client->status().state);
        if (line != shown) {
            std::cout << line << std::endl;
            shown = line;
        }
        std::this_thread::sleep_for(10ms);
    }
}
