// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/record_bytes.hpp>

#include <array>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::recordBytes;

struct Plain {
    int a;
    double b;
};
struct Tweet {
    std::string user;
    std::string text;
};

}  // namespace

template <>
struct dstream::HeldBytes<Tweet> {
    static std::size_t of(const Tweet& tweet) { return HeldBytes<std::string>::of(tweet.user) + HeldBytes<std::string>::of(tweet.text); }
};

namespace {

const std::string longText(100, 'x');
const std::size_t longHeld = longText.capacity();

TEST_CASE("record_bytes: what holds nothing is as large as it is") {
    CHECK(recordBytes(1) == sizeof(int));
    CHECK(recordBytes(Plain{}) == sizeof(Plain));
    CHECK(recordBytes(std::string_view("a view of something")) == sizeof(std::string_view));
    CHECK(recordBytes(std::array<int, 5>{}) == 5 * sizeof(int));
}

TEST_CASE("record_bytes: text that lies within its string, and text that does not") {
    CHECK(recordBytes(std::string()) == sizeof(std::string));
    CHECK(recordBytes(std::string("short")) == sizeof(std::string));
    CHECK(recordBytes(longText) == sizeof(std::string) + longHeld);
    CHECK(recordBytes(std::u32string(50, U'x')) >= sizeof(std::u32string) + 200);
}

TEST_CASE("record_bytes: containers and what their elements hold") {
    std::vector<int> numbers;
    CHECK(recordBytes(numbers) == sizeof numbers);
    numbers.reserve(10);
    CHECK(recordBytes(numbers) == sizeof numbers + 10 * sizeof(int));
    const std::vector<std::string> texts{longText, "short"};
    CHECK(recordBytes(texts) == sizeof texts + 2 * sizeof(std::string) + longHeld);
    const std::list<std::string> list{longText};
    CHECK(recordBytes(list) == sizeof list + sizeof(std::string) + 2 * sizeof(void*) + longHeld);
    const std::map<int, std::string> map{{1, longText}, {2, ""}};
    CHECK(recordBytes(map) == sizeof map + 2 * (sizeof(std::pair<const int, std::string>) + 2 * sizeof(void*)) + longHeld);
    CHECK(recordBytes(std::vector<bool>(100)) > sizeof(std::vector<bool>));
}

TEST_CASE("record_bytes: pairs, tuples, arrays, optionals and smart pointers") {
    const std::pair<std::string, int> pair{longText, 1};
    CHECK(recordBytes(pair) == sizeof pair + longHeld);
    const std::tuple<int, std::string, std::string> tuple{1, longText, longText};
    CHECK(recordBytes(tuple) == sizeof tuple + 2 * longHeld);
    const std::array<std::string, 2> array{longText, "short"};
    CHECK(recordBytes(array) == sizeof array + longHeld);
    std::optional<std::string> optional;
    CHECK(recordBytes(optional) == sizeof optional);
    optional = longText;
    CHECK(recordBytes(optional) == sizeof optional + longHeld);
    std::unique_ptr<std::string> pointer;
    CHECK(recordBytes(pointer) == sizeof pointer);
    pointer = std::make_unique<std::string>(longText);
    CHECK(recordBytes(pointer) == sizeof pointer + sizeof(std::string) + longHeld);
}

TEST_CASE("record_bytes: a type of the user's own says what it holds, also within others") {
    const Tweet tweet{longText, longText};
    CHECK(recordBytes(tweet) == sizeof tweet + 2 * longHeld);
    CHECK(recordBytes(std::pair{1, tweet}) == sizeof(std::pair<int, Tweet>) + 2 * longHeld);
}

}  // namespace
