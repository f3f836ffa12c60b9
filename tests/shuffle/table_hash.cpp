// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/table_hash.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace table_hash_cases {
struct Point {
  int x, y;
  friend bool operator==(const Point&, const Point&) = default;
};
/// Names of one length are equal, and its hash hides the one that it inherits.
struct Name {
  std::string text;
  operator std::string_view() const { return text; }
  friend bool operator==(const Name& left, const Name& right) { return left.text.size() == right.text.size(); }
};
}  // namespace table_hash_cases

template <>
struct dstream::KeyHash<table_hash_cases::Name> : dstream::KeyHash<std::string> {
  static std::uint64_t hash(const table_hash_cases::Name& name, std::uint64_t seed) { return KeyHash<std::size_t>::hash(name.text.size(), seed); }
};

template <>
struct dstream::KeyHash<table_hash_cases::Point> {
  static std::uint64_t hash(const table_hash_cases::Point& point, std::uint64_t seed) {
    return KeyHash<int>::hash(point.y, KeyHash<int>::hash(point.x, seed));
  }
};

namespace {

using namespace dstream;
using detail::HashSeed;
using detail::tableHash;

template <class Key, class Make>
void checkSpread(const Make& make) {
  constexpr std::uint64_t count = 4'000;
  for (const std::uint64_t seed : {std::uint64_t{0x9e3779b97f4a7c15}, std::uint64_t{1}}) {
    std::unordered_set<std::uint64_t> all;
    std::unordered_set<std::uint64_t> low;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t hash = tableHash<Key>(make(i), HashSeed(seed));
      all.insert(hash);
      low.insert(hash % (4 * count));
    }
    CHECK(all.size() == count);
    CHECK(low.size() > count / 4 * 3);  // by chance 88 %
  }
}

std::string bytesOf(std::uint64_t word) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &word, 8);
  return bytes;
}

TEST_CASE("table_hash: keys made of the factors that KeyHash multiplies by are spread like any others") {
  for (const std::uint64_t known : {detail::secret0, detail::secret1, ~detail::secret0, ~detail::secret1, std::uint64_t{0}, ~std::uint64_t{0}}) {
    CAPTURE(known);
    for (std::size_t size = 16; size <= 72; size += 8)
      for (std::size_t place = 0; place < size; place += 8)
        checkSpread<std::string_view>([&](std::uint64_t i) {
          std::string text(size, 'a');
          text.replace(place == 0 ? size - 8 : 0, 8, bytesOf(i * 0x0101010101010101));
          text.replace(place, 8, bytesOf(known));
          return text;
        });
    using Pair = std::pair<std::uint64_t, std::uint64_t>;
    checkSpread<Pair>([&](std::uint64_t i) { return Pair(i, known); });
    checkSpread<Pair>([&](std::uint64_t i) { return Pair(known, i); });
    using Triple = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;
    checkSpread<Triple>([&](std::uint64_t i) { return Triple(i, known, 7); });
    checkSpread<std::vector<std::uint64_t>>([&](std::uint64_t i) { return std::vector<std::uint64_t>{i, known, known}; });
    checkSpread<std::array<std::uint64_t, 2>>([&](std::uint64_t i) { return std::array<std::uint64_t, 2>{i, known}; });
  }
}

TEST_CASE("table_hash: keys with a pattern are spread") {
  checkSpread<std::uint64_t>([](std::uint64_t i) { return i; });
  checkSpread<std::uint64_t>([](std::uint64_t i) { return i << 40; });
  checkSpread<std::int32_t>([](std::uint64_t i) { return -static_cast<std::int32_t>(i); });
  checkSpread<double>([](std::uint64_t i) { return static_cast<double>(i); });
  checkSpread<std::string_view>([](std::uint64_t i) { return std::to_string(i); });
  checkSpread<std::optional<std::uint64_t>>([](std::uint64_t i) { return std::optional(i); });
  checkSpread<std::chrono::seconds>([](std::uint64_t i) { return std::chrono::seconds(i); });
  checkSpread<table_hash_cases::Point>([](std::uint64_t i) { return table_hash_cases::Point{static_cast<int>(i), 3}; });
}

TEST_CASE("table_hash: a hash of the user's is asked, whatever it inherits") {
  using table_hash_cases::Name;
  const HashSeed seed(5);
  CHECK(tableHash<Name>(Name{"abc"}, seed) == tableHash<Name>(Name{"xyz"}, seed));
  CHECK(tableHash<std::pair<Name, int>>(std::pair(Name{"abc"}, 1), seed) == tableHash<std::pair<Name, int>>(std::pair(Name{"xyz"}, 1), seed));
  CHECK(tableHash<Name>(Name{"abc"}, seed) != tableHash<Name>(Name{"abcd"}, seed));
}

TEST_CASE("table_hash: equal keys in any form, each seed another hash") {
  const HashSeed seed(5);
  const std::string key = "a key of more than sixteen bytes";
  CHECK(tableHash<std::string>(key, seed) == tableHash<std::string_view>(std::string_view(key), seed));
  CHECK(tableHash<std::pair<std::string, int>>(std::pair(key, 1), seed) == tableHash<std::pair<std::string, int>>(std::pair<const std::string&, int>(key, 1), seed));
  CHECK(tableHash<std::vector<std::string>>(std::vector{key}, seed) == tableHash<std::vector<std::string>>(std::vector{std::string_view(key)}, seed));
  CHECK(tableHash<double>(0.0, seed) == tableHash<double>(-0.0, seed));
  for (const std::string& text : {std::string(), std::string("a"), std::string("abcd"), std::string("abcdefgh"), key, key + key})
    CHECK(tableHash<std::string>(text, seed) != tableHash<std::string>(text, HashSeed(6)));
  CHECK(tableHash<int>(3, seed) != tableHash<int>(3, HashSeed(6)));
  CHECK(tableHash<std::optional<int>>(std::optional<int>(), seed) != tableHash<std::optional<int>>(std::optional(0), seed));
  CHECK(tableHash<table_hash_cases::Point>(table_hash_cases::Point{1, 2}, seed) != tableHash<table_hash_cases::Point>(table_hash_cases::Point{1, 2}, HashSeed(6)));
  CHECK(tableHash<std::string>(std::string(3, '\0'), seed) != tableHash<std::string>(std::string(4, '\0'), seed));
}

}  // namespace
