// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/table_bound.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/shuffle/cogroup.hpp>
#include <dstream/shuffle/countByValue.hpp>
#include <dstream/shuffle/groupByKey.hpp>
#include <dstream/shuffle/reduceByKey.hpp>
#include <dstream/sources/queueStream.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using detail::TableBound;
using detail::TableShare;
using support::contains;
using support::messageOf;

/// As many slots as asked, one after the other, under a bound.
struct Bounded {
  std::size_t most;
  std::size_t at = 1;
  [[nodiscard]] std::size_t slots() const { return at; }
  [[nodiscard]] static std::size_t sliceBytes() { return 64 * 1024; }
  [[nodiscard]] std::size_t tableMemory() const { return most; }
  template <class Body>
  void forEach(std::size_t n, Body&& body) {
    for (std::size_t task = 0; task < n; ++task) body(task % at, task);
  }
};

std::vector<std::int64_t> differentNumbers(std::size_t count) {
  support::Random random(5);
  std::vector<std::int64_t> numbers(count);
  for (auto& number : numbers) number = static_cast<std::int64_t>(random());
  return numbers;
}

std::vector<std::string> differentTexts(std::size_t count, std::size_t bytes) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i)
    texts.push_back(std::string(bytes, 'x') + std::to_string(i));
  return texts;
}

TEST_CASE(
    "table_bound: shares count until they leave, and what passes the bound is refused and not "
    "counted") {
  TableBound bound(1000, "reduceByKey");
  TableShare one;
  TableShare two;
  one.join(bound, 300);
  two.join(bound, 0);
  two.add(700);
  CHECK(bound.held() == 1000);
  const std::string message = messageOf<TableError>([&] { one.add(1); });
  CHECK(contains(message, "reduceByKey"));
  CHECK(contains(message, "tableMemory = 1000 bytes"));
  CHECK(bound.held() == 1000);
  two.remove(100);
  one.add(100);
  one.leave();
  CHECK(bound.held() == 600);
  one.add(5000);  // nobody's any more
  CHECK_THROWS_AS(one.join(bound, 500), TableError);
  CHECK(bound.held() == 600);
  two.leave();
  CHECK(bound.held() == 0);
  CHECK(one.mayKeep() == 0);
}

TEST_CASE("table_bound: tables keep a quarter of it together") {
  TableBound bound(1000, "reduceByKey");
  TableShare shares[5];
  for (TableShare& share : shares) share.join(bound, 10);
  shares[0].leave();
  CHECK(shares[0].mayKeep() == 50);
  CHECK(TableShare().mayKeep() > std::size_t{1} << 40);
}

TEST_CASE("table_bound: without a bound nothing is counted") {
  TableBound none(0, "reduceByKey");
  TableShare share;
  share.join(none, 1 << 20);
  share.add(1 << 20);
  CHECK(none.held() == 0);
}

TEST_CASE("table_bound: many threads never pass it together") {
  TableBound bound(100, "reduceByKey");
  std::vector<std::thread> threads;
  std::vector<std::size_t> most(4);
  for (std::size_t thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 5000; ++i) {
        TableShare share;
        share.join(bound, 0);
        try {
          share.add(60);
          most[thread] = std::max(most[thread], bound.held());
        } catch (const TableError&) {
        }
        share.leave();
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(bound.held() == 0);
  CHECK(*std::max_element(most.begin(), most.end()) == 60);
}

TEST_CASE(
    "table_bound: each keyed operator refuses keys that pass it, and says which it is; with fewer "
    "it works on") {
  const std::size_t slots = GENERATE(std::size_t{1}, std::size_t{2});
  Bounded runner{1 << 20, slots};
  const auto many = differentNumbers(200'000);
  const std::vector<std::int64_t> few(many.begin(), many.begin() + 5000);
  const auto pairs = map([](std::int64_t number) { return std::pair{number, 1}; });

  const auto counted = countByValue();
  const auto message = messageOf<TableError>(
      [&] { static_cast<void>(many | on(runner) | counted | count() | value()); });
  CHECK(contains(message, "countByValue: too many distinct keys in one batch"));
  CHECK(contains(message, "tableMemory = 1048576 bytes"));
  for (int batch = 0; batch < 3; ++batch)
    CHECK((few | on(runner) | counted | count() | value()) == 5000);
  CHECK_THROWS_AS(many | on(runner) | counted | count() | value(), TableError);

  CHECK(contains(messageOf<TableError>([&] {
                   static_cast<void>(many | on(runner) | pairs | groupByKey() | count() | value());
                 }),
                 "groupByKey: "));
  CHECK((few | on(runner) | pairs | groupByKey() | count() | value()) == 5000);
  CHECK(contains(messageOf<TableError>([&] {
                   static_cast<void>(many | on(runner) | pairs | cogroup(few | on(runner) | pairs)
                                     | count() | value());
                 }),
                 "cogroup: "));
  const auto names = [&](const char* name, const auto& pipeline) {
    CAPTURE(name);
    CHECK(contains(messageOf<TableError>([&] { static_cast<void>(many | on(runner) | pipeline | count() | value()); }), std::string("dstream: ") + name + ": "));
  };
  names("distinct", distinct());
  names("reduceByKey", pairs | reduceByKey(plus));
  names("foldByKey", pairs | foldByKey(0, plus));
  names("join", pairs | join(many | pairs));
  const std::vector<std::int64_t> fewer(few.begin(), few.begin() + 1000);
  CHECK((many | on(runner) | pairs | join(fewer | pairs) | count() | value()) == 1000);  // of keys that only the first has, no table holds anything
  names("leftOuterJoin", pairs | leftOuterJoin(few | pairs));
  names("rightOuterJoin", pairs | rightOuterJoin(many | pairs));
  names("fullOuterJoin", pairs | fullOuterJoin(few | pairs));
  names("subtractByKey", pairs | subtractByKey(few | pairs));
  names("subtract", subtract(few));
  names("intersection", intersection(few));
}

TEST_CASE("table_bound: a join under a bound passes on what its functions throw, and that keys of one side are too many") {
  for (const std::size_t slots : {std::size_t{1}, std::size_t{2}}) {
    Bounded runner{1 << 20, slots};
    const std::vector<std::int64_t> numbers{1, 2, 5, 3};
    const auto pairs = map([](std::int64_t number) { return number == 5 ? throw std::runtime_error("five") : std::pair{number, number}; });
    const std::vector<std::pair<std::int64_t, int>> table{{1, 1}};
    CHECK_THROWS_WITH(numbers | on(runner) | pairs | join(table) | count() | value(), "five");
    CHECK_THROWS_WITH(numbers | on(runner) | pairs | fullOuterJoin(table) | count() | value(), "five");
    CHECK_THROWS_AS(differentNumbers(200'000) | on(runner) | map([](std::int64_t number) { return std::pair{number, 1}; }) | leftOuterJoin(table) | count() | value(), TableError);
  }
}

TEST_CASE("table_bound: long texts count, of few keys too") {
  Bounded runner{1 << 20};
  const auto counted = countByValue();
  CHECK_THROWS_AS(differentTexts(40'000, 30) | on(runner) | counted | count() | value(),
                  TableError);
  CHECK_THROWS_AS(differentTexts(20, 100'000) | on(runner) | counted | count() | value(),
                  TableError);
  CHECK((differentTexts(5, 100'000) | on(runner) | counted | count() | value()) == 5);
}

TEST_CASE("table_bound: a hundred million distinct keys end at the bound") {
  Bounded runner{16 << 20, 2};
  const auto keys = std::views::iota(std::int64_t{0}, std::int64_t{100'000'000})
                    | std::views::transform([](std::int64_t i) { return i * 90'071'992'547; });
  CHECK_THROWS_AS(keys | on(runner) | countByValue() | count() | value(), TableError);
}

TEST_CASE("table_bound: one hot key needs no more than one entry, however many records it has") {
  Bounded runner{64 << 10};
  std::vector<std::int64_t> numbers(1'000'000, 7'000'000'000);
  numbers.front() = 3;
  auto counts = numbers | on(runner) | countByValue() | collect();
  std::sort(counts.begin(), counts.end());
  CHECK(counts
        == std::vector<std::pair<std::int64_t, std::int64_t>>{{3, 1}, {7'000'000'000, 999'999}});
}

TEST_CASE("table_bound: a batch with too many keys fails alone, and its stream goes on") {
  support::Stage stage([] {
    Configuration configuration = support::quiet();
    configuration.tableMemory = 1 << 20;
    return configuration;
  }());
  BatchQueue<std::int64_t> queue;
  std::vector<std::int64_t> counts;
  stage.stream.queueStream(queue) | countByValue()
      | foreachRDD([&](const auto& batch) { counts.push_back((batch | count() | value())); });
  queue.push(differentNumbers(1000));
  queue.push(differentNumbers(200'000));
  queue.push(differentNumbers(2000));
  stage.stream.start();
  for (int batch = 0; batch < 4; ++batch) stage.world.advance(1s);
  CHECK(counts == std::vector<std::int64_t>{1000, 2000, 0});
  std::string failure;
  try {
    static_cast<void>(stage.stream.awaitTerminationOrTimeout(0s));
  } catch (const TableError& error) {
    failure = error.what();
  }
  CHECK(contains(failure, "countByValue: too many distinct keys"));
}

}  // namespace
