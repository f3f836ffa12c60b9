// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/combine_table.hpp>

#include <cstdint>
#include <memory>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/transform.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

/// All of these collide; the tag tells nothing.
struct Colliding {
  int value;
  bool operator==(const Colliding&) const = default;
};

/// Equal in the lower half, which chooses the slot, not in the tag.
struct SameSlot {
  int value;
  bool operator==(const SameSlot&) const = default;
};

}  // namespace

template <>
struct dstream::KeyHash<Colliding> {
  static std::uint64_t hash(Colliding, std::uint64_t) { return 0xffffffffffffffffULL; }
};
template <>
struct dstream::KeyHash<SameSlot> {
  static std::uint64_t hash(SameSlot key, std::uint64_t) {
    return static_cast<std::uint64_t>(key.value) << 32 | 0xffffffffU;
  }
};

namespace {

using namespace dstream;
using namespace std::string_view_literals;

template <class Key, class K, class Value>
void add(CombineTable<Key, Value>& table, K&& key, Value value) {
  table.combine(
      std::forward<K>(key), [&] { return value; }, [&](Value& combined) { combined += value; });
}

template <class Table>
auto keysOf(const Table& table) {
  return table.entries() | ranges::views::transform([](const auto& entry) { return entry.first; })
         | ranges::to<std::vector>();
}

TEST_CASE("CombineTable: empty") {
  const CombineTable<int, int> table;
  CHECK(table.entries().empty());
}

TEST_CASE("CombineTable: keys in the order of their first appearance") {
  CombineTable<int, long> table;
  for (const int key : {5, 3, 5, 9, 3, 5}) add(table, key, 1L);
  CHECK(table.entries() == std::vector<std::pair<int, long>>{{5, 3}, {3, 2}, {9, 1}});
}

TEST_CASE("CombineTable: keys that are views become owners, also short and empty ones") {
  CombineTable<std::string_view, int> table;
  static_assert(
      std::is_same_v<CombineTable<std::string_view, int>::Entry, std::pair<std::string, int>>);
  for (const char* text : {"", "a", "a key that is longer than any small buffer", "", "a"}) {
    std::string temporary = text;
    add(table, std::string_view(temporary), 1);
    temporary.assign(temporary.size(), '#');
  }
  CHECK(table.entries()
        == std::vector<std::pair<std::string, int>>{
            {"", 2}, {"a", 2}, {"a key that is longer than any small buffer", 1}});
}

TEST_CASE("CombineTable: combineKept moves the key in, and finds what combine stored") {
  CombineTable<std::string_view, int> table;
  add(table, std::string_view("key"), 1);
  std::string same = "key";
  table.combineKept(std::move(same), [] { return 0; }, [](int& combined) { combined += 10; });
  std::string other(50, 'o');
  const char* const bytes = other.data();
  table.combineKept(std::move(other), [] { return 7; }, [](int&) { FAIL("there was none"); });
  REQUIRE(table.entries().size() == 2);
  CHECK(table.entries()[0].second == 11);
  CHECK(table.entries()[1].first.data() == bytes);
}

TEST_CASE("CombineTable: against unordered_map under random operations") {
  const std::uint64_t seed = 99;
  CAPTURE(seed);
  support::Random random(seed);
  for (int round = 0; round < 40; ++round) {
    const std::size_t distinct = 1 + random.below(round % 4 == 0 ? 5000 : 50);
    CombineTable<std::string_view, std::int64_t> table(random());
    std::unordered_map<std::string, std::int64_t> expected;
    for (int i = 0; i < 3000; ++i) {
      const std::size_t number = random.below(distinct);
      const std::string key = std::string(number % 40, 'k') + std::to_string(number);
      const int value = random.between(-100, 100);
      add(table, std::string_view(key), std::int64_t{value});
      expected[key] += value;
    }
    const std::unordered_map<std::string, std::int64_t> found(table.entries().begin(),
                                                              table.entries().end());
    CHECK(found == expected);
    CHECK(table.entries().size() == expected.size());
  }
}

TEMPLATE_TEST_CASE("CombineTable: colliding hashes", "", Colliding, SameSlot) {
  CombineTable<TestType, int> table;
  for (int i = 0; i < 900; ++i) add(table, TestType{i % 300}, 1);
  REQUIRE(table.entries().size() == 300);
  for (int i = 0; i < 300; ++i) {
    CHECK(table.entries()[static_cast<std::size_t>(i)].first.value == i);
    CHECK(table.entries()[static_cast<std::size_t>(i)].second == 3);
  }
}

TEST_CASE("CombineTable: grows, keeping all keys") {
  CombineTable<int, int> table;
  for (int i = 0; i < 100000; ++i) add(table, i, 1);
  for (int i = 99999; i >= 0; --i) add(table, i, 1);
  REQUIRE(table.entries().size() == 100000);
  bool twice = true;
  for (std::size_t i = 0; i < 100000; ++i)
    twice &= table.entries()[i] == std::pair{static_cast<int>(i), 2};
  CHECK(twice);
}

TEST_CASE("CombineTable: with room reserved nothing moves; more keys, fewer or none work as before") {
  for (const std::size_t room : {0U, 1U, 12U, 13U, 1000U, 5000U}) {
    CombineTable<int, int> table;
    for (int i = 0; i < 20; ++i) add(table, i, 1);
    table.reserve(room);
    const auto* const first = table.entries().data();
    const int end = room < 20 ? 20 : static_cast<int>(room);
    for (int i = 0; i < end; ++i) add(table, i, 1);
    CHECK(table.entries().data() == first);
    for (int i = 0; i < end + 3000; ++i) add(table, i, 1);
    REQUIRE(table.entries().size() == static_cast<std::size_t>(end) + 3000);
    for (int i = 0; i < end + 3000; ++i) CHECK(*table.find(i) == (i < 20 ? 3 : i < end ? 2 : 1));
  }
}

TEST_CASE("CombineTable: a count that is absurd reserves no more than some 256 MiB") {
  struct Large {
    char bytes[1 << 20];
  };
  CombineTable<int, Large> table;
  table.reserve(static_cast<std::size_t>(-1));
  CHECK(table.entries().capacity() >= 200);
  CHECK(table.entries().capacity() <= 600);
}

TEST_CASE("CombineTable: when create throws, the table keeps what it had and works on") {
  CombineTable<std::string_view, int> table;
  for (int size = 0; size < 40; ++size) {
    const std::string key(static_cast<std::size_t>(size), 'x');
    CHECK_THROWS_WITH(table.combine(
                          std::string_view(key),
                          []() -> int { throw std::runtime_error("no value"); }, [](int&) {}),
                      "no value");
    CHECK(table.entries().size() == static_cast<std::size_t>(size));
    add(table, std::string_view(key), size);
    CHECK(table.entries().back() == std::pair{key, size});
  }
}

TEST_CASE("CombineTable: when update throws, the table keeps what it had and works on") {
  CombineTable<int, int> table;
  for (int i = 0; i < 30; ++i) add(table, i, 1);
  CHECK_THROWS_WITH(
      table.combine(7, [] { return 0; }, [](int&) { throw std::runtime_error("no"); }), "no");
  for (int i = 0; i < 30; ++i) add(table, i, 1);
  CHECK(table.entries().size() == 30);
  for (const auto& entry : table.entries()) CHECK(entry.second == 2);
}

TEST_CASE("CombineTable: keys of pairs, vectors and floats") {
  CombineTable<std::pair<std::string_view, int>, int> pairs;
  add(pairs, std::pair{std::string_view("a"), 1}, 1);
  add(pairs, std::pair{std::string_view("a"), 2}, 1);
  add(pairs, std::pair{std::string_view("a"), 1}, 1);
  CHECK(keysOf(pairs) == std::vector<std::pair<std::string, int>>{{"a", 1}, {"a", 2}});

  CombineTable<std::vector<int>, int> vectors;
  add(vectors, std::vector{1, 2}, 1);
  add(vectors, std::vector{1}, 1);
  add(vectors, std::vector{1, 2}, 1);
  CHECK(vectors.entries().size() == 2);

  CombineTable<double, int> doubles;
  add(doubles, 0.0, 1);
  add(doubles, -0.0, 1);
  CHECK(doubles.entries().size() == 1);
}

TEST_CASE("CombineTable: move-only combinations") {
  CombineTable<int, std::unique_ptr<int>> table;
  for (int i = 0; i < 100; ++i)
    table.combine(
        i % 10, [] { return std::make_unique<int>(1); },
        [](std::unique_ptr<int>& combined) { ++*combined; });
  REQUIRE(table.entries().size() == 10);
  CHECK(*table.entries()[9].second == 10);
}

TEST_CASE("CombineTable: find sees what is there and nothing else") {
  CombineTable<std::string_view, int> table;
  CHECK(table.find("to"sv) == nullptr);
  add(table, "to"sv, 1);
  add(table, "be"sv, 2);
  REQUIRE(table.find("be"sv) != nullptr);
  CHECK(*table.find("be"sv) == 2);
  CHECK(table.find("or"sv) == nullptr);
}

/// In lockstep with a map of the standard library, under random insertions and erasures over few keys.
template <class Key>
void checkAgainstMap(std::uint64_t seed) {
  support::Random random(seed);
  CombineTable<Key, int> table(seed);
  std::unordered_map<int, int> model;
  for (int step = 0; step < 20000; ++step) {
    const int key = static_cast<int>(random.below(200));
    const int asked = static_cast<int>(random.below(200));
    std::size_t places[CombineTable<Key, int>::atOnce];
    table.lookAhead(2, [&](std::size_t i) { return Key{i == 0 ? key : asked}; }, places);  // and then the table changes
    const std::size_t likely = places[1];
    if (random.below(100) < (step / 2000 % 2 == 0 ? 40U : 70U)) {
      CHECK(table.erase(Key{key}) == (model.erase(key) == 1));
    } else {
      add(table, Key{key}, 1);
      ++model[key];
    }
    REQUIRE(table.indexOf(Key{asked}, likely) == table.indexOf(Key{asked}));
    const int* found = table.find(Key{asked});
    const auto known = model.find(asked);
    REQUIRE((found == nullptr) == (known == model.end()));
    if (found != nullptr) REQUIRE(*found == known->second);
    REQUIRE(table.entries().size() == model.size());
  }
}

TEST_CASE("CombineTable: erase, in lockstep with unordered_map, colliding or not") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    checkAgainstMap<int>(seed);
    checkAgainstMap<SameSlot>(seed);
    checkAgainstMap<Colliding>(seed);
  }
}

}  // namespace
