// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/codec.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace own {
struct Point {
  int x = 0;
  int y = 0;
  bool operator==(const Point&) const = default;
};
struct Nothing {
  bool operator==(const Nothing&) const = default;
};
}  // namespace own

template <>
struct dstream::Codec<own::Point> {
  static void encode(const own::Point& point, std::string& out) { Codec<std::pair<int, int>>::encode({point.x, point.y}, out); }
  static own::Point decode(std::string_view& in) {
    const auto [x, y] = Codec<std::pair<int, int>>::decode(in);
    return {x, y};
  }
};
template <>
struct dstream::Codec<own::Nothing> {
  static void encode(const own::Nothing&, std::string&) {}
  static own::Nothing decode(std::string_view&) { return {}; }
};

namespace {

using dstream::Codable;
using dstream::Codec;
using dstream::DecodeError;

template <class T>
std::string bytesOf(const T& value) {
  std::string bytes;
  Codec<T>::encode(value, bytes);
  return bytes;
}
template <class T>
T decoded(std::string_view bytes) {
  return Codec<T>::decode(bytes);
}

// What is encoded is decoded, to the last byte, and no shorter text is one.
template <class T>
void comesBack(const T& value) {
  const std::string bytes = bytesOf(value);
  std::string_view in = bytes;
  CHECK(Codec<T>::decode(in) == value);
  CHECK(in.empty());
  for (std::size_t length = 0; length < bytes.size(); ++length) CHECK_THROWS_AS(decoded<T>(std::string_view(bytes).substr(0, length)), DecodeError);
}

struct NoCodec {};
static_assert(!Codable<NoCodec> && !Codable<std::vector<NoCodec>> && !Codable<std::pair<int, NoCodec>> && !Codable<int*>);
static_assert(Codable<own::Point> && Codable<std::vector<own::Point>> && Codable<const std::string&> && Codable<std::string_view>);

struct Visit {
  std::string page;
  std::optional<own::Point> at;
  std::vector<int> steps;
  std::array<int, 2> pair{};
  bool operator==(const Visit&) const = default;
};
struct PointsAway {
  int* to;
};
struct Seventeen {
  char a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q;
};
// What it says of a value it may also say of an error, which a byte for "no value" would lose.
template <class Value>
struct Expected {
  using value_type = Value;
  Expected() = default;
  [[nodiscard]] bool has_value() const { return true; }
  [[nodiscard]] const std::string& error() const { return reason; }
  const Value& operator*() const { return value; }
  void reset() {}
  Value value{};
  std::string reason;
};
template <class Value>
struct NeverEmpty : Expected<Value> {
  NeverEmpty() = default;
  void reset() = delete;
  void error() = delete;
};
static_assert(!Codable<Expected<int>> && !Codable<NeverEmpty<int>> && !Codable<std::vector<Expected<int>>>);
static_assert(Codable<Visit> && Codable<std::vector<Visit>>);
static_assert(!Codable<PointsAway> && !Codable<Seventeen>);

enum class Colour : std::uint16_t { Red = 1, Green = 515 };
enum class Answer : bool { No, Yes };

TEST_CASE("codec: every kind of value comes back") {
  comesBack(true);
  comesBack('c');
  comesBack(std::int8_t{-1});
  comesBack(std::numeric_limits<std::int64_t>::min());
  comesBack(std::numeric_limits<unsigned long long>::max());
  comesBack(1.5F);
  comesBack(-0.1);
  comesBack(Colour::Green);
  comesBack(Answer::Yes);
  comesBack(std::chrono::milliseconds(-7));
  comesBack(std::string("with a \0 in it", 14));
  comesBack(std::string());
  comesBack(std::optional<int>());
  comesBack(std::optional<std::string>("x"));
  comesBack(std::pair{std::string("key"), 3L});
  comesBack(std::tuple{1, 2.0, std::string("three")});
  comesBack(std::array<short, 3>{1, 2, 3});
  comesBack(std::array<unsigned char, 2048>{1, 2, 3});
  comesBack(std::vector<bool>{true, false, true});
  comesBack(std::vector<std::vector<std::string>>{{"a", ""}, {}, {"b"}});
  comesBack(std::map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}});
  comesBack(std::set<int>{3, 1, 2});
  comesBack(own::Point{1, -2});
  comesBack(Visit{"home", own::Point{3, 4}, {1, 2}, {5, 6}});
  comesBack(std::chrono::system_clock::time_point(std::chrono::seconds(5)));
}

TEST_CASE("codec: the layout is fixed") {
  CHECK(bytesOf(std::int32_t{0x01020304}) == "\x04\x03\x02\x01");
  CHECK(bytesOf(1L).size() == 8);
  CHECK(bytesOf(std::string("ab")) == std::string("\x02\0\0\0ab", 6));
  CHECK(bytesOf(std::optional<char>('x')) == "\x01x");
  CHECK(bytesOf(std::pair{'a', 'b'}) == "ab");
  CHECK(bytesOf(Visit{"", {}, {}, {1, 2}}) == std::string("\0\0\0\0\0\0\0\0\0\1\0\0\0\2\0\0\0", 17));
  CHECK(bytesOf(std::vector<char>{'a', 'b'}) == std::string("\x02\0\0\0ab", 6));
}

TEST_CASE("codec: numbers of each width, wherever in the bytes they stand") {
  for (std::size_t before = 0; before < 9; ++before) {
    std::string bytes(before, 'x');
    Codec<std::uint8_t>::encode(0x12, bytes);
    Codec<std::int16_t>::encode(-2, bytes);
    Codec<std::uint32_t>::encode(0x12345678, bytes);
    Codec<std::int64_t>::encode(-0x123456789abcdef, bytes);
    Codec<double>::encode(1.5, bytes);
    CHECK(bytes == std::string(before, 'x') + std::string("\x12\xfe\xff\x78\x56\x34\x12\x11\x32\x54\x76\x98\xba\xdc\xfe\0\0\0\0\0\0\xf8\x3f", 23));
    std::string_view in = std::string_view(bytes).substr(before);
    CHECK(Codec<std::uint8_t>::decode(in) == 0x12);
    CHECK(Codec<std::int16_t>::decode(in) == -2);
    CHECK(Codec<std::uint32_t>::decode(in) == 0x12345678);
    CHECK(Codec<std::int64_t>::decode(in) == -0x123456789abcdef);
    CHECK(Codec<double>::decode(in) == 1.5);
    CHECK(in.empty());
  }
}

TEST_CASE("codec: elements of no bytes are counted, and believed no further than there are bytes") {
  comesBack(std::tuple<>());
  comesBack(std::vector<std::tuple<>>(3));
  comesBack(std::pair{std::vector<std::tuple<>>(3), 7});
  comesBack(std::set<std::tuple<>>{{}});
  comesBack(std::vector<own::Nothing>(2));
  comesBack(std::vector<std::array<std::tuple<>, 2>>(2));
  CHECK(bytesOf(std::vector<own::Nothing>(2)) == std::string("\x02\0\0\0\1\1", 6));
  CHECK_THROWS_AS(decoded<std::vector<own::Nothing>>(std::string_view("\x02\0\0\0\1\2", 6)), DecodeError);
}

TEST_CASE("codec: a variant is its index and that alternative") {
  using Event = std::variant<std::monostate, int, std::string, std::vector<std::variant<char, double>>>;
  STATIC_REQUIRE(dstream::Codable<Event>);
  STATIC_REQUIRE_FALSE(dstream::Codable<std::variant<int, int*>>);
  STATIC_REQUIRE(dstream::detail::isVariant<Event>);
  for (const Event& event : {Event(), Event(5), Event("text"), Event(std::vector<std::variant<char, double>>{'c', 0.5})}) {
    std::string bytes;
    dstream::Codec<Event>::encode(event, bytes);
    CHECK(bytes.at(0) == static_cast<char>(event.index()));
    CHECK(bytes.size() == std::vector<std::size_t>{1, 5, 9, 1 + 4 + 2 + 9}.at(event.index()));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      std::string_view cut = std::string_view(bytes).substr(0, size);
      CHECK_THROWS_AS(dstream::Codec<Event>::decode(cut), dstream::DecodeError);
    }
    bytes += "more";
    std::string_view in = bytes;
    CHECK(dstream::Codec<Event>::decode(in) == event);
    CHECK(in == "more");
  }
  std::string_view other("\4");
  CHECK_THROWS_AS(dstream::Codec<Event>::decode(other), dstream::DecodeError);
  using Same = std::variant<int, int>;
  std::string bytes;
  dstream::Codec<Same>::encode(Same(std::in_place_index<1>, 7), bytes);
  std::string_view in = bytes;
  CHECK(dstream::Codec<Same>::decode(in).index() == 1);
}

TEST_CASE("codec: a decoded view points into the bytes") {
  const std::string bytes = bytesOf(std::string("text"));
  std::string_view in = bytes;
  const auto view = Codec<std::string_view>::decode(in);
  CHECK(view == "text");
  CHECK(view.data() == bytes.data() + 4);
}

TEST_CASE("codec: bytes of something else are an error, and nothing is allocated on a count's word") {
  CHECK_THROWS_AS(decoded<bool>("\x02"), DecodeError);
  CHECK_THROWS_AS(decoded<Answer>("\x02"), DecodeError);
  CHECK_THROWS_AS(decoded<std::optional<int>>("\x07"), DecodeError);
  CHECK_THROWS_AS(decoded<std::vector<std::string>>("\xff\xff\xff\xff"), DecodeError);
  CHECK_THROWS_AS(decoded<std::string>("\xff\xff\xff\xffxyz"), DecodeError);
  CHECK_THROWS_AS(decoded<std::vector<std::tuple<>>>("\xff\xff\xff\xff"), DecodeError);
  support::Random random(3);
  using Deep = std::vector<std::pair<std::string, std::optional<std::vector<int>>>>;
  for (int round = 0; round < 2000; ++round) {
    const std::string noise = random.text(random.below(64), std::string_view("\0\0\0\0\x01\x02\x03\xff", 8));
    try {
      static_cast<void>(decoded<Deep>(noise));
    } catch (const DecodeError&) {
    }
  }
}

}  // namespace
