// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/task_table.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

/// All of these collide; no other seed helps.
struct Colliding {
  std::vector<int> value;
  bool operator==(const Colliding&) const = default;
};

}  // namespace

template <>
struct dstream::KeyHash<Colliding> {
  static std::uint64_t hash(const Colliding&, std::uint64_t) { return 0; }
};

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using detail::TaskTable;

template <class Key, class K, class Value>
void add(TaskTable<Key, Value>& table, K&& key, Value value) {
  table.combine(
      std::forward<K>(key), [&] { return value; }, [&](Value& combined) { combined += value; });
}

template <class Key, class Combined>
std::vector<std::pair<Kept<Key>, Combined>> contents(TaskTable<Key, Combined>& table) {
  std::vector<std::pair<Kept<Key>, Combined>> part;
  for (auto& [key, combined] : table.entries())
    part.emplace_back(TaskTable<Key, Combined>::Form::take(key), std::move(combined));
  return part;
}

TEST_CASE("TaskTable: keys in the order of their first appearance") {
  TaskTable<int, long> table(0);
  CHECK(table.entries().empty());
  for (const int key : {5, 3, 5, 9, 3, 5}) add(table, key, 1L);
  CHECK(contents(table) == std::vector<std::pair<int, long>>{{5, 3}, {3, 2}, {9, 1}});
}

TEST_CASE("TaskTable: Known updates what stands where its hash says, and nothing else") {
  TaskTable<std::string_view, int> table(1);
  add(table, "known"sv, 1);
  const TaskTable<std::string_view, int>::Known known(table);
  const auto update = [&](std::string_view key) {
    const auto probe = detail::KeyForm<std::string_view>::probe(key);
    return known.update(table.hash(probe), probe, [](int& combined) { combined += 10; });
  };
  CHECK(update("known"));
  CHECK_FALSE(update("unknown"));
  const auto probe = detail::KeyForm<std::string_view>::probe("known too");  // with the hash of the other
  CHECK_FALSE(known.update(table.hash(detail::KeyForm<std::string_view>::probe("known")), probe,
                           [](int& combined) { combined += 10; }));
  CHECK(contents(table) == std::vector<std::pair<std::string, int>>{{"known", 11}});
}

TEST_CASE("TaskTable: keys that are views become owners, short, long and empty ones") {
  TaskTable<std::string_view, int> table(1);
  for (const char* text : {"", "a", "a key that is longer than what fits", "", "a",
                           "a key that is longer than what fits"}) {
    std::string temporary = text;
    add(table, std::string_view(temporary), 1);
    temporary.assign(temporary.size(), '#');
  }
  CHECK(contents(table)
        == std::vector<std::pair<std::string, int>>{
            {"", 2}, {"a", 2}, {"a key that is longer than what fits", 2}});
}

TEST_CASE("TaskTable: texts of zeros, each by its length") {
  TaskTable<std::string, int> table(1);
  for (int round = 0; round < 2; ++round)
    for (std::size_t size = 0; size < 20; ++size) add(table, std::string(size, '\0'), 1);
  const auto part = contents(table);
  REQUIRE(part.size() == 20);
  for (std::size_t size = 0; size < 20; ++size)
    CHECK(part[size] == std::pair{std::string(size, '\0'), 2});
}

TEST_CASE("TaskTable: against unordered_map, batch after batch, with clear between") {
  const std::uint64_t seed = 99;
  CAPTURE(seed);
  support::Random random(seed);
  TaskTable<std::string_view, std::int64_t> table(random());
  for (int round = 0; round < 60; ++round) {
    const std::size_t distinct = 1 + random.below(round % 4 == 0 ? 5000 : 50);
    std::unordered_map<std::string, std::int64_t> expected;
    for (int i = 0; i < 3000; ++i) {
      const std::size_t number = random.below(distinct);
      const std::string key = std::string(number % 40, 'k') + std::to_string(number);
      const int value = random.between(-100, 100);
      add(table, std::string_view(key), std::int64_t{value});
      expected[key] += value;
    }
    CHECK(table.entries().size() == expected.size());
    const auto part = contents(table);
    CHECK((std::unordered_map<std::string, std::int64_t>(part.begin(), part.end()) == expected));
    table.clear();
    CHECK(table.entries().empty());
  }
}

TEST_CASE("TaskTable: grows, keeping all keys; and is empty after clear, taken out or not") {
  TaskTable<int, int> table(0);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 100000; ++i) add(table, i, 1);
    for (int i = 99999; i >= 0; --i) add(table, i, 1);
    REQUIRE(table.entries().size() == 100000);
    bool twice = true;
    for (std::size_t i = 0; i < 100000; ++i)
      twice &= table.entries()[i] == std::pair{static_cast<int>(i), 2};
    CHECK(twice);
    if (round == 1) CHECK(contents(table).size() == 100000);
    table.clear();
  }
  for (int batch = 0; batch < 40; ++batch) {  // most is not used any more
    add(table, 7, 1);
    CHECK(contents(table) == std::vector{std::pair{7, 1}});
    table.clear();
  }
  add(table, 8, 1);
  CHECK(contents(table) == std::vector{std::pair{8, 1}});
}

/// Keys whose hash ends in twelve zeros: in a table of that seed all of them want the same few
/// places.
std::vector<std::int64_t> keysAgainst(std::uint64_t seed, std::size_t count) {
  const detail::HashSeed known(seed);
  std::vector<std::int64_t> keys;
  for (std::int64_t key = 0; keys.size() < count; ++key)
    if ((detail::KeyForm<std::int64_t>::hash(key, known) & 0xfff) == 0) keys.push_back(key);
  return keys;
}

TEST_CASE("TaskTable: keys made to collide change its hash, and nothing is lost") {
  const auto keys = keysAgainst(5, 1500);
  TaskTable<std::int64_t, int> table(5);
  for (int round = 0; round < 3; ++round)
    for (const std::int64_t key : keys) add(table, key, 1);
  CHECK(table.isWary());
  REQUIRE(table.entries().size() == keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) CHECK(table.entries()[i] == std::pair{keys[i], 3});

  TaskTable<std::int64_t, int> ordinary(6);
  for (const std::int64_t key : keys) add(ordinary, key, 1);
  for (std::int64_t key = 0; key < 200000; ++key) add(ordinary, key * 4096, 1);
  CHECK_FALSE(ordinary.isWary());
}

TEST_CASE("TaskTable: short texts made to collide change its hash") {
  const detail::HashSeed known(5);
  std::vector<std::string> keys;
  for (int i = 0; keys.size() < 700; ++i) {
    std::string text = std::to_string(i);
    if ((detail::KeyForm<std::string>::hash(detail::TextKey(text), known) & 0x7ff) == 1)
      keys.push_back(std::move(text));
  }
  TaskTable<std::string, int> table(5);
  for (int round = 0; round < 2; ++round)
    for (const std::string& key : keys) add(table, key, 1);
  CHECK(table.isWary());
  const auto part = contents(table);
  REQUIRE(part.size() == keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) CHECK(part[i] == std::pair{keys[i], 2});
}

TEST_CASE("TaskTable: a hash that knows only one value") {
  TaskTable<Colliding, int> table(0);
  for (int i = 0; i < 2400; ++i) add(table, Colliding{{i % 800}}, 1);
  REQUIRE(table.entries().size() == 800);
  for (int i = 0; i < 800; ++i)
    CHECK(table.entries()[static_cast<std::size_t>(i)] == std::pair{Colliding{{i}}, 3});
}

TEST_CASE("TaskTable: when create throws, the table keeps what it had and works on") {
  TaskTable<std::string_view, int> table(0);
  for (int size = 0; size < 40; ++size) {
    const std::string key(static_cast<std::size_t>(size), 'x');
    CHECK_THROWS_WITH(table.combine(
                          std::string_view(key),
                          []() -> int { throw std::runtime_error("no value"); }, [](int&) {}),
                      "no value");
    CHECK(table.entries().size() == static_cast<std::size_t>(size));
    add(table, std::string_view(key), size);
    CHECK(table.entries().back().first.text() == key);
    CHECK(table.entries().back().second == size);
  }
}

TEST_CASE("TaskTable: when update throws, the table keeps what it had and works on") {
  TaskTable<int, int> table(0);
  for (int i = 0; i < 30; ++i) add(table, i, 1);
  CHECK_THROWS_WITH(
      table.combine(7, [] { return 0; }, [](int&) { throw std::runtime_error("no"); }), "no");
  for (int i = 0; i < 30; ++i) add(table, i, 1);
  CHECK(table.entries().size() == 30);
  for (const auto& entry : table.entries()) CHECK(entry.second == 2);
}

TEST_CASE("TaskTable: keys of pairs, vectors and floats; combinations that only move") {
  TaskTable<std::pair<std::string_view, int>, int> pairs(0);
  add(pairs, std::pair{"a"sv, 1}, 1);
  add(pairs, std::pair{"a"sv, 2}, 1);
  add(pairs, std::pair{"a"sv, 1}, 1);
  CHECK(contents(pairs)
        == std::vector<std::pair<std::pair<std::string, int>, int>>{{{"a", 1}, 2}, {{"a", 2}, 1}});

  TaskTable<std::vector<int>, int> vectors(0);
  add(vectors, std::vector{1, 2}, 1);
  add(vectors, std::vector{1}, 1);
  add(vectors, std::vector{1, 2}, 1);
  CHECK(vectors.entries().size() == 2);

  TaskTable<double, int> doubles(0);
  add(doubles, 0.0, 1);
  add(doubles, -0.0, 1);
  CHECK(doubles.entries().size() == 1);

  TaskTable<int, std::unique_ptr<int>> pointers(0);
  for (int i = 0; i < 100; ++i)
    pointers.combine(
        i % 10, [] { return std::make_unique<int>(1); },
        [](std::unique_ptr<int>& combined) { ++*combined; });
  REQUIRE(pointers.entries().size() == 10);
  CHECK(*contents(pointers)[9].second == 10);
}

TEST_CASE(
    "TaskTable: lists keys that hardly repeat, when it may, and looks for them again after a "
    "while") {
  TaskTable<std::int64_t, int> table(4);
  const auto give = [&](std::int64_t key) {
    if (table.lists(1)) {
      table.list(key, [] { return 1; });
    } else {
      add(table, key, 1);
    }
  };
  constexpr std::int64_t many = 2'000'000;
  for (std::int64_t key = 0; key < many; ++key) give(key);
  CHECK_FALSE(table.repeats());
  CHECK(table.entries().size() == many);
  table.clear();

  for (int batch = 0; batch < 2; ++batch) {
    table.mayList();
    for (std::int64_t key = 0; key < many; ++key) give(key);
    CHECK(table.repeats());
    const std::size_t different = table.entries().size();
    CHECK(different == many);
    for (std::int64_t i = 0; i < many; ++i) give(i % 10);
    CHECK(table.entries().size() < different + many / 2);
    std::map<std::int64_t, std::int64_t> counts;
    for (const auto& [key, count] : table.entries()) counts[key] += count;
    CHECK(counts.size() == many);
    CHECK(counts[7] == 1 + many / 10);
    CHECK(counts[many - 1] == 1);
    table.clear();
    CHECK_FALSE(table.repeats());
  }
}

TEST_CASE("TaskTable: what listed keys took is given back after sixteen small batches") {
  TaskTable<std::int64_t, int> source(4);
  for (std::int64_t key = 0; key < 10'000; ++key) add(source, key, 1);
  source.sortOut(1);
  TaskTable<std::int64_t, int> table(4);
  table.listAll(source, 0);
  table.clear();
  for (int batch = 0; batch < 15; ++batch) {
    add(table, std::int64_t{batch}, 1);
    table.clear();
  }
  CHECK(table.entries().capacity() >= 10'000);
  for (int batch = 0; batch < 2; ++batch) {
    add(table, std::int64_t{batch}, 1);
    table.clear();
  }
  CHECK(table.entries().capacity() < 1000);
}

TEST_CASE("TaskTable: when the last record that is listed cannot be made, the table keeps what it had and works on") {
  TaskTable<std::int64_t, int> table(4);
  table.mayList();
  std::int64_t key = 0;
  for (; !table.lists(64); key += 64)
    for (std::int64_t one = 0; one < 64; ++one) add(table, key + one, 1);
  const auto listSome = [&] {
    for (std::int64_t one = 0; one < 64; ++one) table.list(key++, [] { return 1; });
  };
  listSome();
  std::size_t before = 0;
  for (int more = 0; more < 10'000 && table.lists(64); ++more) {
    before = table.entries().size();
    listSome();
  }
  REQUIRE(before != 0);
  TaskTable<std::int64_t, int> again(4);  // as often, but the last of all throws
  again.mayList();
  for (std::int64_t one = 0; again.entries().size() < before; ++one) {
    if (one % 64 == 0 && again.lists(64)) {
      for (int i = 0; i < 64; ++i) again.list(one + i, [] { return 1; });
      one += 63;
    } else {
      add(again, one, 1);
    }
  }
  REQUIRE(again.lists(64));
  CHECK_THROWS_AS(again.list(-1, []() -> int { throw std::runtime_error("no"); }), std::runtime_error);
  CHECK(again.entries().size() == before);
  for (std::int64_t one = 0; one < 1000; ++one) add(again, -one, 1);
  CHECK(again.repeats());
  again.clear();
  add(again, std::int64_t{3}, 5);
  CHECK(contents(again) == std::vector<std::pair<std::int64_t, int>>{{3, 5}});
}

TEST_CASE("TaskTable: does not list keys that repeat") {
  TaskTable<std::int64_t, int> table(4);
  table.mayList();
  for (std::int64_t i = 0; i < 1'000'000; ++i) {
    REQUIRE_FALSE(table.lists(1));
    add(table, i % 200'000 / 2, 1);
  }
  CHECK(table.entries().size() == 100'000);
}

TEST_CASE("TaskTable: small numbers, which have places of their own, among others, batch after batch") {
  support::Random random(17);
  TaskTable<int, std::int64_t> table(random());
  for (int batch = 0; batch < 80; ++batch) {
    CAPTURE(batch);
    const int most = std::vector{40, 900, 60'000, 70'000, 2'000'000}[random.below(5)];
    const int others = std::vector{0, 1, 3, 100}[random.below(4)];
    const bool lists = random.below(3) == 0;
    if (lists) table.mayList();
    std::map<int, std::int64_t> expected;
    const int records = std::vector{100, 20'000, 300'000}[random.below(3)];
    for (int i = 0; i < records; ++i) {
      const bool other = static_cast<int>(random.below(100)) < others;
      const int key = other ? random.between(-1'000'000'000, 1'000'000'000) : random.between(0, most);
      expected[key] += i;
      if (table.lists(1)) {
        table.list(key, [&] { return std::int64_t{i}; });
      } else {
        add(table, key, std::int64_t{i});
      }
    }
    std::map<int, std::int64_t> found;
    for (const auto& [key, sum] : table.entries()) found[key] += sum;
    CHECK((found == expected));
    CHECK((table.repeats() || table.entries().size() == expected.size()));
    if (batch % 3 == 0) {
      TaskTable<int, std::int64_t> merged(random());
      for (int i = 0; i < 1000; ++i) add(merged, i, std::int64_t{1});
      table.sortOut(1);
      merged.absorb(table, 0, [](std::int64_t& combined, std::int64_t&& other) { combined += other; });
      for (int i = 0; i < 1000; ++i) ++expected[i];
      const auto part = contents(merged);
      CHECK((std::map<int, std::int64_t>(part.begin(), part.end()) == expected));
      CHECK(part.size() == expected.size());
    }
    table.clear();
    CHECK(table.entries().empty());
  }
}

TEST_CASE("TaskTable: the entries of a partition, taken by another table that has some, or none") {
  for (const int keys : {0, 1, 31, 32, 33, 1000})
    for (const std::size_t partitions : {std::size_t{1}, std::size_t{3}}) {
      TaskTable<std::string_view, int> first(1);
      TaskTable<std::string_view, int> second(2);
      TaskTable<std::string_view, int> listed(3);
      std::map<std::string, int> expected;
      std::map<std::string, int> all;
      second.sortOut(7);  // an earlier batch had another number of them
      for (int i = 0; i < keys; ++i) {
        const std::string key =
            std::string(static_cast<std::size_t>(i % 30), 'k') + std::to_string(i);
        if (i % 3 != 0) add(first, std::string_view(key), expected[key] = i);
        add(second, std::string_view(key), 1000);
        if (partitionHash(std::string_view(key)) % partitions == 0) expected[key] += 1000;
        all[key] = 1000;
      }
      second.sortOut(partitions);
      for (std::size_t partition = 1; partition < partitions; ++partition)
        listed.listAll(second, partition);
      first.absorb(second, 0, [](int& combined, int&& other) { combined += other; });
      const auto part = contents(first);
      CHECK((std::map<std::string, int>(part.begin(), part.end()) == expected));
      CHECK(part.size() == expected.size());
      for (auto& [key, combined] : contents(listed)) {
        CHECK(partitionHash(key) % partitions != 0);
        CHECK(all.at(key) == combined);
      }
    }
}

}  // namespace
