// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/unfused.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using testing::detail::Between;
using testing::detail::HandOn;
using testing::detail::unfused;
using Batches = std::vector<std::vector<int>>;

Between<const int&> numbers(Batches batches) { return {std::move(batches), 1s}; }

TEST_CASE("unfused: records are handed on as the loop hands them on") {
    using View = std::string_view;
    STATIC_REQUIRE(std::is_same_v<HandOn<View>::Stored, std::string>);
    STATIC_REQUIRE(std::is_same_v<HandOn<View>::Record, View>);
    STATIC_REQUIRE(std::is_same_v<HandOn<const View&>::Record, View>);
    STATIC_REQUIRE(std::is_same_v<HandOn<std::pair<View, long>>::Record, std::pair<View, long>>);
    STATIC_REQUIRE(std::is_same_v<HandOn<const std::string&>::Record, const std::string&>);
    STATIC_REQUIRE(std::is_same_v<HandOn<std::string>::Record, std::string>);
    STATIC_REQUIRE(std::is_same_v<HandOn<int>::Record, int>);
    const auto words = unfused(flatMap(splitWords) | filter([](View word) { return word != "b"; }) | map([](auto word) {
                                   STATIC_REQUIRE(std::is_same_v<decltype(word), View>);
                                   word.remove_prefix(1);
                                   return word;
                               }),
                               Between<const std::string&>{{{"aa b", "cc"}, {}}, 1s});
    CHECK(words.batches == std::vector<std::vector<std::string>>{{"a", "c"}, {}});
}

TEST_CASE("unfused: each operator ends before the next begins") {
    std::string order;
    const auto noting = [&order](char name) {
        return map([&order, name](int n) {
            order += name;
            return n;
        });
    };
    const auto grouped = (noting('a') | noting('b')) | (noting('c') | noting('d'));
    CHECK(unfused(grouped, numbers({{1, 2}, {3}})).batches == Batches{{1, 2}, {3}});
    CHECK(order == "aaabbbcccddd");
}

TEST_CASE("unfused: a slide is the interval of what follows") {
    const auto sums = unfused(window(3s, 2s) | reduce(plus) | window(4s) | map([](int n) { return n; }), numbers({{1}, {2}, {3}, {4}, {5}, {6}}));
    CHECK(sums.slide == 2s);
    CHECK(sums.batches == Batches{{3}, {3, 9}, {9, 15}});
    CHECK(unfused(window(2s, 2s) | window(4s, 4s) | count(), numbers({{1}, {2}, {3}, {4}, {5}})).slide == 4s);
}

TEST_CASE("unfused: what an operator throws passes through") {
    const auto failing = map([](int n) -> int { throw n; });
    CHECK_THROWS_AS(unfused(failing, numbers({{1}})), int);
    CHECK(unfused(failing, numbers({{}})).batches == Batches{{}});
}

}  // namespace
