// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/hash.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

/// A program that hashes arrays by itself already goes on doing so.
template <>
struct std::hash<std::array<short, 3>> {
  std::size_t operator()(const std::array<short, 3>& key) const { return static_cast<std::size_t>(key[0]); }
};

namespace {

using namespace dstream;
using namespace std::string_view_literals;

enum class Colour : std::uint8_t { Red = 7 };

TEST_CASE("partitionHash: golden values, since state and other machines rely on them") {
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> golden{
      {partitionHash(0), 0x42bc986dc5eec4d3ULL},
      {partitionHash(1), 0xf97eca4602a2d12aULL},
      {partitionHash(-1), 0x33214c455b46f3a5ULL},
      {partitionHash(42U), 0x6ce8e3dbab1fb49dULL},
      {partitionHash(std::int64_t{1} << 40), 0xe7a9a96ab2bc7a40ULL},
      {partitionHash(true), 0xf97eca4602a2d12aULL},
      {partitionHash('a'), 0x08ed1bb3dbb8fb8aULL},
      {partitionHash(0.0), 0x42bc986dc5eec4d3ULL},
      {partitionHash(1.5), 0xb3a91d86b146915cULL},
      {partitionHash(""sv), 0x42bc986dc5eec4d3ULL},
      {partitionHash("a"sv), 0x6cf84e5a2465e867ULL},
      {partitionHash("abc"sv), 0xb4808df22d44ffcfULL},
      {partitionHash("Dulcinea"sv), 0xcd473ae93e029389ULL},
      {partitionHash("abcd"sv), 0x8cd6fedc542c39e1ULL},
      {partitionHash("abcdefg"sv), 0xce8a19cc22fbe893ULL},
      {partitionHash("\xc3\xb1"sv), 0xbcd321fc7b06f10eULL},
      {partitionHash("abcdefghijklmno"sv), 0x0b4153cef1f30b07ULL},
      {partitionHash("abcdefghijklmnop"sv), 0x4ff3b52ca1e858d2ULL},
      {partitionHash("abcdefghijklmnopq"sv), 0x8cd5a4ce274cdc75ULL},
      {partitionHash("abcdefghijklmnopqrstuvwxyzabcdef"sv), 0x5d34090349877d62ULL},
      {partitionHash("abcdefghijklmnopqrstuvwxyzabcdefg"sv), 0x3953e0911a9467f1ULL},
      {partitionHash(std::pair{"key"sv, 1}), 0xfa3a354a67ef5a31ULL},
      {partitionHash(std::pair{1, 2}), 0xc843f80f8e9563c8ULL},
      {partitionHash(std::tuple{1, "key"sv, 2}), 0x2e150c346f42beb4ULL},
      {partitionHash(std::optional{1}), 0x28d4a8af5ef5ad4dULL},
      {partitionHash(std::optional<int>{}), 0x42bc986dc5eec4d3ULL},
      {partitionHash(std::vector{1, 2}), 0x3fe4b70110ccd124ULL},
  };
  for (const auto& [hash, expected] : golden) CHECK(hash == expected);
}

TEST_CASE("partitionHash: equal numbers of different width are equal keys' hashes") {
  CHECK(partitionHash(5) == partitionHash(5L));
  CHECK(partitionHash(-5) == partitionHash(-5L));
  CHECK(partitionHash(static_cast<short>(-5)) == partitionHash(std::int64_t{-5}));
  CHECK(partitionHash(Colour::Red) == partitionHash(7));
}

TEST_CASE("hash: equal floats, equal hashes") {
  CHECK(partitionHash(0.0) == partitionHash(-0.0));
  CHECK(partitionHash(0.5F) == partitionHash(0.5));
  CHECK(partitionHash(1.0) != partitionHash(2.0));
}

TEST_CASE("hash: text in all its forms") {
  for (std::size_t size : {0U, 1U, 3U, 4U, 7U, 8U, 15U, 16U, 17U, 31U, 32U, 33U, 100U}) {
    const std::string text(size, 'q');
    CHECK(partitionHash(text) == partitionHash(std::string_view(text)));
    CHECK(KeyHash<std::string>::hash(text, 9) == KeyHash<std::string_view>::hash(text, 9));
  }
  CHECK(partitionHash("a\0b"sv) != partitionHash("a"sv));
}

/// A key and its kept form must hash alike, and so must what the next loop gets to see.
template <class Key>
bool alike(const Key& key, std::uint64_t seed) {
  const Kept<Key> kept = Owned<Key>::own(key);
  return KeyHash<Key>::hash(key, seed) == KeyHash<Key>::hash(Owned<Key>::look(kept), seed)
         && KeyHash<Key>::hash(key, seed) == KeyHash<Kept<Key>>::hash(kept, seed);
}

TEST_CASE("hash: a key and its kept form hash alike") {
  const std::string text = "a text of more than sixteen bytes";
  const std::string_view view = text;
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    CHECK(alike(7, seed));
    CHECK(alike(view, seed));
    CHECK(alike(view.substr(0, 5), seed));
    CHECK(alike(std::pair{view, 1}, seed));
    CHECK(alike(std::pair{1, std::pair{view, view}}, seed));
    CHECK(alike(std::tuple{view, 1, view}, seed));
    CHECK(alike(std::optional{view}, seed));
    CHECK(alike(std::optional<std::string_view>{}, seed));
    CHECK(alike(std::vector{view, view.substr(2)}, seed));
    CHECK(alike(std::vector<int>{}, seed));
  }
}

TEST_CASE("hash: the order and the borders of members count") {
  CHECK(partitionHash(std::pair{1, 2}) != partitionHash(std::pair{2, 1}));
  CHECK(partitionHash(std::pair{"ab"sv, "c"sv}) != partitionHash(std::pair{"a"sv, "bc"sv}));
  CHECK(partitionHash(std::vector{1, 2}) != partitionHash(std::vector{2, 1}));
  CHECK(partitionHash(std::vector{0}) != partitionHash(std::vector{0, 0}));
  CHECK(partitionHash(std::vector<int>{}) != partitionHash(std::vector{0}));
  CHECK(partitionHash(std::optional<int>{}) != partitionHash(std::optional{0}));
  CHECK(partitionHash(std::string(1, '\0')) != partitionHash(std::string()));
  CHECK(partitionHash(std::string(3, '\0')) != partitionHash(std::string(4, '\0')));
}

TEST_CASE("hash: each byte of a text counts, at every length") {
  for (std::size_t size = 1; size <= 80; ++size) {
    std::string text(size, 'x');
    std::unordered_set<std::uint64_t> hashes{partitionHash(text)};
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = 'y';
      hashes.insert(partitionHash(text));
      text[at] = 'x';
    }
    CAPTURE(size);
    CHECK(hashes.size() == size + 1);
  }
}

TEST_CASE("hash: reads nothing outside the text") {
  for (std::size_t size = 0; size <= 100; ++size) {
    const std::unique_ptr<char[]> bytes(new char[size]);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 26);
    const std::string_view exact(bytes.get(), size);
    CHECK(partitionHash(exact) == partitionHash(std::string(exact)));
  }
}

TEST_CASE("hash: small numbers spread over partitions and over 32-bit halves") {
  for (const std::uint64_t partitions : {2U, 7U, 8U, 64U}) {
    std::vector<int> sizes(partitions, 0);
    for (int key = 0; key < 6400; ++key) ++sizes[partitionHash(key) % partitions];
    const int fair = 6400 / static_cast<int>(partitions);
    for (const int size : sizes) CHECK((size > fair / 2 && size < fair * 2));
  }
  std::unordered_set<std::uint64_t> lows;
  std::unordered_set<std::uint64_t> highs;
  for (int key = 0; key < 10000; ++key) {
    lows.insert(partitionHash(key) & 0xffffffffU);
    highs.insert(partitionHash(key) >> 32);
  }
  CHECK(lows.size() > 9990);
  CHECK(highs.size() > 9990);
}

TEST_CASE("hash: the seed matters") {
  CHECK(KeyHash<int>::hash(1, 0) != KeyHash<int>::hash(1, 1));
  CHECK(KeyHash<std::string>::hash("key", 0) != KeyHash<std::string>::hash("key", 1));
}

struct Unhashable {
  int value;
  bool operator==(const Unhashable&) const = default;
};
static_assert(Hashable<int> && Hashable<std::string> && Hashable<std::string_view>);
static_assert(Hashable<Colour> && Hashable<double> && Hashable<bool>);
static_assert(Hashable<std::pair<std::string_view, int>> && Hashable<std::tuple<int, char>>);
static_assert(Hashable<std::array<int, 3>> && Hashable<std::array<std::string_view, 2>> && !Hashable<std::array<Unhashable, 2>>);
static_assert(Hashable<std::chrono::seconds> && Hashable<std::pair<std::string, std::chrono::sys_seconds>>);
static_assert(!Hashable<Unhashable> && !Hashable<std::pair<int, Unhashable>>);
static_assert(!Hashable<std::optional<Unhashable>> && !Hashable<std::vector<Unhashable>>);
static_assert(partitionHash(1) == partitionHash(1L), "constexpr");

TEST_CASE("hash: arrays, durations and moments are keys") {
  CHECK(partitionHash(std::array<short, 3>{1, 2, 3}) == partitionHash(std::array<short, 3>{1, 5, 7}));
  using namespace std::chrono_literals;
  CHECK(partitionHash(std::array{1, 2}) != partitionHash(std::array{2, 1}));
  CHECK(partitionHash(1s) == partitionHash(std::int64_t{1}));
  CHECK(partitionHash(std::chrono::sys_seconds(5s)) == partitionHash(5s));

  using Session = std::pair<std::chrono::sys_seconds, std::array<std::string_view, 2>>;
  const std::vector<Session> sessions{{std::chrono::sys_seconds(1s), {"a", "b"}}, {std::chrono::sys_seconds(2s), {"a", "b"}}, {std::chrono::sys_seconds(1s), {"a", "b"}}};
  const auto counts = sessions | countByValue() | sortBy([](const auto& entry) { return entry.second; }) | collect();
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].first.first == std::chrono::sys_seconds(2s));
  CHECK(counts[1].second == 2);

  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::array<double, 2>> pairs(9, {nan, 1});
  CHECK((pairs | countByValue() | collect()).size() == 1);
  const std::vector<std::pair<int, std::chrono::duration<double>>> durations(9, {1, std::chrono::duration<double>(nan)});
  CHECK((durations | countByValue() | collect()).size() == 1);
}

struct Caseless {
  std::string text;
  operator std::string_view() const { return text; }
  bool operator==(const Caseless& other) const { return text.size() == other.text.size(); }
};
struct Tagged : std::string {
  using std::string::string;
};
static_assert(!Hashable<Caseless>, "it compares by a rule of its own, which no hash of its text fits");
static_assert(Hashable<Tagged>);

}  // namespace
