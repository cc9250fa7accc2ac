// Evaluates every flag of a small shop for three users: shop [SNAPSHOT].
//
//     c++ -std=c++17 -Iinclude examples/cpp/shop.cpp -Lbuild/lib -lflagbit -Wl,-rpath,$PWD/build/lib -o shop
#include <flagbit.hpp>

#include <iostream>

int main(int count, char **arguments) {
    const auto opened = flagbit::Client::from_file(count > 1 ? arguments[1] : "examples/flags.json");
    if (!opened) {
        std::cerr << opened.error().message << '\n';
        return 1;
    }
    const flagbit::Client &client = *opened;

    const auto ana = flagbit::Context::create({{"user_id", "usr_1001"},
                                               {"plan", "pro"},
                                               {"country", "DE"},
                                               {"age", 34},
                                               {"beta", true},
                                               {"app_version", "2.4.1"},
                                               {"email", "ana@shop.example"}});
    const auto ben = flagbit::Context::create({{"user_id", "usr_1002"},
                                               {"plan", "free"},
                                               {"country", "US"},
                                               {"age", 17},
                                               {"beta", false},
                                               {"cart_total", 129.5}});
    const auto guest = flagbit::Context::create({{"country", "FR"}, {"session_id", "s-77aa"}});
    const std::pair<const char *, const flagbit::Context &> users[] = {{"ana", *ana}, {"ben", *ben}, {"guest", *guest}};

    for (const std::string &flag : client.flags()) {
        for (const auto &[name, user] : users) {
            const flagbit::TypedEvaluation evaluation = client.value(flag, user);
            std::cout << flag << '\t' << name << '\t' << evaluation.variant << '\t' << evaluation.reason_name() << '\t'
                      << (evaluation.rule_index ? std::to_string(*evaluation.rule_index) : "-") << '\n';
        }
    }
}
