// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/reduceByKey.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/zip.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/actions/value.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/on.hpp>
#include <dstream/operators/count.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/text/lines.hpp>
#include <dstream/text/words.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/data.hpp"
#include "support/naive.hpp"
#include "support/random.hpp"
#include "support/slicing_runner.hpp"

namespace {

struct City {
  std::string name;
  int zone;
  bool operator==(const City&) const = default;
  bool operator<(const City& other) const {
    return std::tie(name, zone) < std::tie(other.name, other.zone);
  }
};

}  // namespace

template <>
struct dstream::KeyHash<City> {
  static std::uint64_t hash(const City& city, std::uint64_t seed) {
    return KeyHash<int>::hash(city.zone, KeyHash<std::string>::hash(city.name, seed));
  }
};

namespace {

using namespace dstream;

/// The naive loop's answer, in key order.
template <class Records, class Fn>
auto naive(const Records& records, Fn fn) {
  using Pair = typename Records::value_type;
  std::map<Kept<typename Pair::first_type>, Kept<typename Pair::second_type>> table;
  for (const auto& [key, value] : records) {
    const auto found = table.find(Kept<typename Pair::first_type>(key));
    if (found == table.end())
      table.emplace(key, value);
    else
      found->second = Kept<typename Pair::second_type>(fn(found->second, value));
  }
  std::vector<std::pair<Kept<typename Pair::first_type>, Kept<typename Pair::second_type>>> pairs(
      table.begin(), table.end());
  return pairs;
}

template <class Pairs>
Pairs sorted(Pairs pairs) {
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

/// Plain, sliced in any order, and interleaved half-way: always the naive loop's multiset.
template <class Records, class Fn>
void agrees(const Records& records, Fn fn) {
  const auto expected = naive(records, fn);
  const auto plain = [&](std::size_t parts) {
    return sorted(records | reduceByKey(fn, parts) | collect());
  };
  const auto sliced = [&](RunnerRef runner, std::size_t parts,
                          support::InterleavingRunner* interleaving) {
    return sorted(parallelize(records, 2) | on(runner)
                  | map([interleaving](const auto& record) -> const auto& {
                      if (interleaving != nullptr) interleaving->yield();
                      return record;
                    })
                  | reduceByKey(fn, parts) | collect());
  };
  CHECK(plain(0) == expected);
  for (const std::size_t parts : {1U, 2U, 7U}) {
    CAPTURE(parts);
    CHECK(plain(parts) == expected);
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      CAPTURE(seed);
      support::SlicingRunner slicing(seed, 5 * sizeof(records[0]));
      CHECK(sliced(slicing, parts, nullptr) == expected);
      support::InterleavingRunner interleaving(seed, 5 * sizeof(records[0]));
      CHECK(sliced(interleaving, parts, &interleaving) == expected);
    }
  }
}

TEST_CASE("reduceByKey: no record, one, and one key") {
  using Pairs = std::vector<std::pair<int, int>>;
  CHECK((Pairs{} | reduceByKey(plus) | collect()).empty());
  CHECK((Pairs{} | reduceByKey(plus, 4) | collect()).empty());
  CHECK((Pairs{{1, 2}} | reduceByKey([](int, int) -> int { throw std::logic_error("called"); })
         | collect())
        == Pairs{{1, 2}});
  CHECK((Pairs{{1, 2}, {1, 3}, {1, 4}} | reduceByKey(plus) | collect()) == Pairs{{1, 9}});
}

TEST_CASE("reduceByKey: many key and value types, against the naive loop") {
  const std::uint64_t seed = 5;
  CAPTURE(seed);
  support::Random random(seed);
  std::vector<std::pair<int, long>> numbers;
  std::vector<std::string> texts;
  std::vector<std::pair<std::string, int>> strings;
  std::vector<std::pair<std::pair<int, std::string>, int>> pairs;
  std::vector<std::pair<std::optional<int>, int>> optionals;
  std::vector<std::pair<City, double>> cities;
  for (int i = 0; i < 300; ++i) {
    const int key = random.between(0, 40);
    numbers.emplace_back(key, random.between(-9, 9));
    texts.push_back(std::string(static_cast<std::size_t>(key), 't') + std::to_string(key));
    strings.emplace_back(texts.back(), i);
    pairs.emplace_back(std::pair{key % 5, texts.back()}, i);
    optionals.emplace_back(key % 4 == 0 ? std::nullopt : std::optional{key}, i);
    cities.emplace_back(City{texts.back(), key % 3}, i);
  }
  agrees(numbers, plus);
  agrees(numbers, max);
  agrees(strings, plus);
  agrees(pairs, plus);
  agrees(optionals, plus);
  agrees(cities, plus);

  std::vector<std::pair<std::string_view, int>> views;
  std::vector<std::pair<std::pair<std::string_view, int>, std::string_view>> nested;
  for (const auto& text : texts) {
    views.emplace_back(text, 1);
    nested.emplace_back(std::pair{std::string_view(text), 1}, std::string_view(text).substr(0, 3));
  }
  agrees(views, plus);
  agrees(nested, max);
}

TEST_CASE("reduceByKey: values that are views, also into what is stored for their key") {
  const std::uint64_t seed = 8;
  CAPTURE(seed);
  support::Random random(seed);
  std::vector<std::string> texts;
  for (int i = 0; i < 400; ++i) texts.push_back(random.text(random.below(60), "abcxyz"));
  std::vector<std::pair<int, std::string_view>> records;
  for (std::size_t i = 0; i < texts.size(); ++i)
    records.emplace_back(static_cast<int>(i % 7), texts[i]);
  agrees(records, max);
  agrees(records, min);
  // A part of the larger one: neither the stored text nor the other.
  const auto common = [](std::string_view left, std::string_view right) {
    std::string_view longer = left.size() < right.size() ? right : left;
    return longer.substr(0, std::max(longer.size(), std::size_t{1}) - 1);
  };
  static_cast<void>(records | reduceByKey(common) | collect());
  const auto tail = [](std::string_view left, std::string_view) {
    return left.size() > 1 ? left.substr(1) : left;
  };
  std::vector<std::pair<int, std::string_view>> oneKey;
  for (int i = 0; i < 30; ++i)
    oneKey.emplace_back(1, "a text that is shortened from its front, again and again");
  CHECK((oneKey | reduceByKey(tail) | collect())[0].second
        == std::string("a text that is shortened from its front, again and again").substr(29));
}

TEST_CASE("reduceByKey: pairs of views, swapped each time") {
  const std::string first = "the first of two texts, longer than a small buffer";
  const std::string second = "another one that is longer than any small buffer too";
  using Pair = std::pair<std::string_view, std::string_view>;
  std::vector<std::pair<int, Pair>> records(4, {1, {first, second}});
  const auto swapped = [](Pair left, Pair) { return Pair{left.second, left.first}; };
  const auto result = records | reduceByKey(swapped) | collect();
  REQUIRE(result.size() == 1);
  CHECK(result[0].second == std::pair{second, first});
}

TEST_CASE("reduceByKey: records that are gone when the next comes") {
  const auto counts =
      ranges::views::iota(0, 100)
      | map([](int i) { return "key-longer-than-a-small-buffer-" + std::to_string(i % 3); })
      | map([](const std::string& text) {
          return std::pair{std::string_view(text), std::string_view(text).substr(4)};
        })
      | reduceByKey(max) | collect();
  CHECK(sorted(counts)
        == std::vector<std::pair<std::string, std::string>>{
            {"key-longer-than-a-small-buffer-0", "longer-than-a-small-buffer-0"},
            {"key-longer-than-a-small-buffer-1", "longer-than-a-small-buffer-1"},
            {"key-longer-than-a-small-buffer-2", "longer-than-a-small-buffer-2"}});
}

TEST_CASE("reduceByKey: tuples, a map's entries and zipped ranges are pairs too") {
  const std::vector<std::tuple<int, int>> tuples{{1, 2}, {1, 3}};
  CHECK((tuples | reduceByKey(plus) | collect()) == std::vector{std::pair{1, 5}});
  const std::map<std::string, int> table{{"a", 1}, {"b", 2}};
  CHECK(sorted(table | reduceByKey(plus) | collect())
        == std::vector<std::pair<std::string, int>>{{"a", 1}, {"b", 2}});
  const std::vector<std::string> keys{"a", "b", "a"};
  const std::vector<int> values{1, 2, 3};
  auto zipped = ranges::views::zip(keys, values);
  CHECK(sorted(zipped | reduceByKey(plus) | collect())
        == std::vector<std::pair<std::string, int>>{{"a", 4}, {"b", 2}});
  CHECK(keys[0] == "a");
}

/// Shows where each key is: what a partition's first record would be taken with.
template <class R>
std::vector<std::vector<int>> keysByPartition(R rdd) {
  auto runner = rdd.runner();
  rdd.prepare(runner);
  std::vector<std::vector<int>> keys(rdd.partitions());
  const auto note = [](std::vector<int>* noted, const auto& record) {
    noted->push_back(record.first);
    return noted;
  };
  for (std::size_t partition = 0; partition < keys.size(); ++partition)
    rdd.fold(Slice{partition}, &keys[partition], note);
  return keys;
}

TEST_CASE("reduceByKey: key k is in partition partitionHash(k) % n") {
  const auto records = ranges::views::iota(0, 1000)
                       | map([](int i) { return std::pair{i % 211 - 100, 1}; }) | collect();
  for (const std::size_t parts : {1U, 2U, 7U, 300U}) {
    support::SlicingRunner runner(parts, 64);
    for (const auto& partitions :
         {keysByPartition(records | reduceByKey(plus, parts)),
          keysByPartition(parallelize(records, 5) | on(runner) | reduceByKey(plus, parts))}) {
      REQUIRE(partitions.size() == parts);
      std::size_t keys = 0;
      for (std::size_t partition = 0; partition < parts; ++partition)
        for (const int key : partitions[partition]) {
          ++keys;
          CHECK(partitionHash(key) % parts == partition);
        }
      CHECK(keys == 211);
    }
  }
}

TEST_CASE("reduceByKey: as many partitions as the runner has slots") {
  const std::vector<std::pair<int, int>> records{{1, 1}};
  support::SlicingRunner runner(1, 8, 5);
  CHECK(keysByPartition(records | reduceByKey(plus)).size() == 1);
  CHECK(keysByPartition(parallelize(records, 2) | on(runner) | reduceByKey(plus)).size() == 5);
}

TEST_CASE("reduceByKey: one after another") {
  const auto records = ranges::views::iota(0, 1000);
  const auto pipeline =
      map([](int i) { return std::pair{i % 100, 1}; }) | reduceByKey(plus, 3)
      | map([](const auto& pair) { return std::pair{pair.first % 10, pair.second}; })
      | reduceByKey(plus, 2) | map([](const auto& pair) { return std::pair{pair.second, 1}; })
      | reduceByKey(plus);
  CHECK((records | pipeline | collect()) == std::vector{std::pair{100, 10}});
  support::SlicingRunner runner(4, 32);
  CHECK((parallelize(records, 4) | on(runner) | pipeline | collect())
        == std::vector{std::pair{100, 10}});
}

TEST_CASE("reduceByKey: computed once, shared by copies") {
  int calls = 0;
  const auto counts = std::vector{1, 2, 1} | map([&calls](int x) {
                        ++calls;
                        return std::pair{x, 1};
                      })
                      | reduceByKey(plus);
  CHECK(calls == 0);
  CHECK((counts | count() | value()) == 2);
  CHECK((counts | map([](const auto& pair) { return pair.second; }) | sum()) == 3);
  CHECK((counts | filter([](const auto& pair) { return pair.first == 1; }) | count() | value())
        == 1);
  CHECK(calls == 3);
}

TEST_CASE("reduceByKey: named says nothing on a plain range") {
  const auto pipeline =
      map([](int x) { return std::pair{x, 1}; }) | reduceByKey(plus).named("counts");
  CHECK(sorted(std::vector{1, 1} | pipeline | collect()) == std::vector{std::pair{1, 2}});
}

TEST_CASE("reduceByKey: move-only values pass untouched where keys are distinct") {
  std::vector<std::pair<int, std::string>> records{{1, std::string(50, 'a')}};
  const char* bytes = records[0].second.data();
  auto result = std::move(records) | reduceByKey(plus);
  CHECK((result | map([bytes](const auto& pair) { return pair.second.data() == bytes ? 1 : 0; })
         | sum())
        == 1);
}

TEST_CASE("reduceByKey: what the functions throw reaches the caller, nothing leaks") {
  support::Tally tally;
  const auto keyed = map([](support::CopyCounter record) {
    const int key = record.value % 3;
    return std::pair{key, std::move(record)};
  });
  const auto failing = [](const support::CopyCounter& left,
                          const support::CopyCounter& right) -> support::CopyCounter {
    if (right.value == 8 || left.value == 8) throw std::runtime_error("eight");
    return left;
  };
  CHECK_THROWS_WITH(support::counters(9, tally) | keyed | reduceByKey(failing) | count() | value(),
                    "eight");
  CHECK(tally.alive == 0);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    support::InterleavingRunner runner(seed, sizeof(support::CopyCounter));
    CHECK_THROWS_WITH(parallelize(support::counters(9, tally), 2) | on(runner)
                          | map([&runner](support::CopyCounter record) {
                              runner.yield();
                              return record;
                            })
                          | keyed | reduceByKey(failing, 2) | count() | value(),
                      "eight");
    CHECK(tally.alive == 0);
  }
}

TEST_CASE("reduceByKey: keys that hardly repeat at first, and then do") {
  std::vector<std::pair<std::int64_t, int>> records;
  for (std::int64_t i = 0; i < 700'000; ++i) records.emplace_back(i * 7919, 1);
  for (std::int64_t i = 0; i < 300'000; ++i) records.emplace_back(i % 3000 * 7919, 1);
  for (const std::size_t slots : {1U, 2U})
    for (const std::size_t parts : {1U, 3U}) {
      support::SlicingRunner runner(slots, 1'000'000, slots);
      const auto counts = parallelize(records, 1) | on(runner) | reduceByKey(plus, parts) | collect();
      REQUIRE(counts.size() == 700'000);
      bool right = true;
      for (const auto& [key, count] : counts) right &= count == (key < 3000 * 7919 ? 101 : 1);
      CHECK(right);
    }
}

TEST_CASE("reduceByKey: one pipeline for many batches, of keys of several types") {
  const auto pipeline = reduceByKey(plus);
  for (int batch = 0; batch < 20; ++batch) {
    std::vector<std::pair<std::string_view, int>> words;
    std::vector<std::pair<int, int>> numbers;
    const std::string text = "a word that is " + std::to_string(batch) + " times longer than what fits";
    for (int i = 0; i < 100 * batch; ++i) {
      words.emplace_back(std::string_view(text).substr(0, static_cast<std::size_t>(i) % text.size()), 1);
      numbers.emplace_back(i % 30, 1);
    }
    CHECK(sorted(words | pipeline | collect()) == naive(words, plus));
    CHECK(sorted(numbers | pipeline | collect()) == naive(numbers, plus));
    if (batch > 0)
      CHECK_THROWS(words | reduceByKey([](int, int) -> int { throw std::runtime_error("no"); }) | collect());
  }
}

TEST_CASE("reduceByKey: a batch that fails leaves nothing for the next one") {
  bool fails = true;
  const auto pipeline = reduceByKey([&fails](long left, long right) {
    if (fails && left == 50) throw std::runtime_error("fifty");
    return left + right;
  });
  std::vector<std::pair<std::string_view, long>> records;
  for (int i = 0; i < 300; ++i) records.emplace_back(i % 3 == 0 ? "a" : "a key longer than fifteen bytes", 1);
  CHECK_THROWS_WITH(records | pipeline | collect(), "fifty");
  fails = false;
  CHECK(sorted(records | pipeline | collect()) == std::vector<std::pair<std::string, long>>{{"a", 100}, {"a key longer than fifteen bytes", 200}});
}

TEST_CASE("reduceByKey: the words of Don Quijote") {
  const auto book = support::testData("donQuijote.txt");
  if (!book) {
    WARN("donQuijote.txt is not in the data folder: the words of a real book are NOT tested");
    return;
  }
  std::map<std::string, long> expected;
  for (const std::string_view word : support::naiveWords(*book)) ++expected[std::string(word)];
  REQUIRE(expected.size() == 40060);
  const auto wordCount = flatMap(splitWords)
                         | map([](std::string_view word) { return std::pair{word, 1L}; })
                         | reduceByKey(plus);
  const auto counts = lines(*book) | wordCount | collect();
  CHECK((std::map<std::string, long>(counts.begin(), counts.end()) == expected));
  CHECK(counts.size() == 40060);
  CHECK((lines(*book) | wordCount | map([](const auto& pair) { return pair.second; }) | sum())
        == 384260);
  CHECK((lines(*book) | count() | value()) == 37861);
  support::SlicingRunner runner(1, 10000, 4);
  const auto sliced = lines(*book) | on(runner) | wordCount | collect();
  CHECK((std::map<std::string, long>(sliced.begin(), sliced.end()) == expected));
  CHECK(sliced.size() == 40060);
}

}  // namespace
