// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/fixed.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/copy_counter.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::Stage;
using Numbers = std::vector<int>;
using Table = std::vector<std::pair<int, std::string>>;

/// As helper functions of programs are: what they look things up in is theirs.
template <class Stream>
auto named(const Stream& numbers) {
  const Table names{{1, "one, and long enough not to stand in its string"}, {2, "two"}};
  return numbers | map([](int number) { return std::pair{number, 0}; }) | leftOuterJoin(names);
}
template <class Stream>
auto without(const Stream& numbers) {
  Numbers unwanted{2};
  return numbers | subtract(unwanted);
}
template <class Stream>
auto withMore(const Stream& numbers, Context& context) {
  const std::vector<bool> flags{true, false};
  const Numbers more{7, 8};
  const Numbers evenMore{9};
  return numbers | unionWith(parallelize(more, 2), context.parallelize(evenMore)) | map([](int number) { return number > 7; }) | unionWith(flags);
}

TEST_CASE("fixed: a stream keeps the container of its other input, whose variable may be gone") {
  Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  std::vector<Numbers> left;
  std::vector<std::vector<bool>> flags;
  std::vector<std::string> names;
  named(numbers) | foreachRDD([&](const auto& batch) {
    for (const auto& [number, sides] : batch.collect()) names.push_back(sides.second.value_or("none"));
  });
  without(numbers) | foreachRDD([&](const auto& batch) { left.push_back(batch.collect()); });
  withMore(numbers, stage.context) | foreachRDD([&](const auto& batch) {
    flags.emplace_back();
    for (const bool flag : batch.collect()) flags.back().push_back(flag);
  });
  stage.stream.start();
  for (const Numbers& batch : {Numbers{1, 2}, Numbers{3}}) stage.queue.push(batch);
  stage.world.advance(2s);
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"none", "one, and long enough not to stand in its string", "two"});
  CHECK(left == std::vector<Numbers>{{1}, {3}});
  CHECK(flags == std::vector<std::vector<bool>>{{false, false, false, true, true, true, false}, {false, false, true, true, true, false}});
}

/// The same behind operators of their own.
template <class Stream>
auto withPipelines(const Stream& numbers, Context& context) {
  const Numbers some{1, 1, 20};
  const int array[]{3, 30};
  const auto large = filter([](int number) { return number > 9; });
  const auto tenfold = map([](int number) { return number * 10; });
  return numbers | unionWith(some | large) | unionWith(context.parallelize(some) | large | tenfold | tenfold) | unionWith(some | distinct() | large)
         | unionWith(array | large | unionWith(some | large)) | unionWith(array);
}

TEST_CASE("fixed: a stream keeps the container below the operators of its other input, or what wide ones made of it") {
  Stage stage;
  std::vector<Numbers> seen;
  withPipelines(stage.stream.queueStream(stage.queue), stage.context) | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  stage.stream.start();
  for (const int number : {100, 101}) stage.queue.push(Numbers{number});
  stage.world.advance(2s);
  CHECK(seen == std::vector<Numbers>{{100, 20, 2000, 20, 30, 20, 3, 30}, {101, 20, 2000, 20, 30, 20, 3, 30}});
}

TEST_CASE("fixed: a container is copied once for all batches, or moved, and its records are looked at") {
  for (const bool moved : {false, true}) {
    CAPTURE(moved);
    support::Tally tally;
    std::vector<support::CopyCounter> others;
    others.reserve(3);
    for (int i = 0; i < 3; ++i) others.emplace_back(i, tally);
    Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue) | map([&](int number) { return support::CopyCounter(number, tally); });
    std::int64_t seen = 0;
    const auto count = [&](const auto& batch) { seen += batch | map([](const support::CopyCounter&) { return 1; }) | sum(); };
    if (moved)
      numbers | unionWith(std::move(others)) | foreachRDD(count);
    else
      numbers | unionWith(others) | foreachRDD(count);
    const int copies = tally.copies;
    CHECK(copies == (moved ? 0 : 3));
    stage.stream.start();
    for (int batch = 0; batch < 4; ++batch) stage.queue.push(Numbers{});
    stage.world.advance(4s);
    CHECK(seen == 12);
  }
}

TEST_CASE("fixed: what cannot be copied is borrowed, views are copied as such") {
  Stage stage;
  std::vector<std::unique_ptr<int>> owners;
  owners.push_back(std::make_unique<int>(5));
  static const int plain[]{1, 2};
  const auto numbers = stage.stream.queueStream(stage.queue);
  std::int64_t total = 0;
  numbers | unionWith(owners | map([](const std::unique_ptr<int>& owner) { return *owner; }), plain, std::views::iota(10, 12))
      | foreachRDD([&](const auto& batch) { total += batch.sum(); });
  stage.stream.start();
  for (int batch = 0; batch < 2; ++batch) stage.queue.push(Numbers{100});
  stage.world.advance(2s);
  CHECK(total == 2 * (100 + 5 + 3 + 21));
}

/// What a join with `table` gives batch by batch: sums of the values that were found, or -1.
template <class Join>
std::vector<Numbers> enriched(const Join& join) {
  Stage stage;
  std::vector<Numbers> seen;
  stage.stream.queueStream(stage.queue) | map([](int number) { return std::pair{number, number}; }) | join | foreachRDD([&](const auto& batch) {
    Numbers found;
    for (const auto& row : batch.collect()) found.push_back(row.second.second ? row.second.first + *row.second.second : -1);
    std::sort(found.begin(), found.end());
    seen.push_back(std::move(found));
  });
  for (const auto& batch : {Numbers{1, 2, 3}, Numbers{}, Numbers{3, 3, 9}, Numbers{2}}) stage.queue.push(batch);
  stage.stream.start();
  stage.world.advance(4s);
  return seen;
}

TEST_CASE("fixed: what batches are joined with is put into a table once; what may change meanwhile each time") {
  const std::vector<std::pair<int, int>> table{{1, 10}, {2, 20}, {3, 30}, {3, 31}};
  int calls = 0;
  const auto counted = map([&calls](const std::pair<int, int>& entry) {
    ++calls;
    return entry;
  });
  CHECK(enriched(leftOuterJoin(table | counted)) == std::vector<Numbers>{{11, 22, 33, 34}, {}, {-1, 33, 33, 34, 34}, {22}});
  CHECK(calls == 4);

  std::vector<std::pair<int, int>> changing{{1, 10}};
  Stage stage;
  std::vector<Numbers> seen;
  stage.stream.queueStream(stage.queue) | map([](int number) { return std::pair{number, 0}; }) | join(std::views::all(changing)) | foreachRDD([&](const auto& batch) {
    seen.emplace_back();
    for (const auto& row : batch.collect()) seen.back().push_back(row.second.second);
    changing.emplace_back(1, 11);
  });
  for (int batch = 0; batch < 3; ++batch) stage.queue.push(Numbers{1});
  stage.stream.start();
  stage.world.advance(3s);
  CHECK(seen == std::vector<Numbers>{{10}, {10, 11}, {10, 11, 11}});
}

TEST_CASE("fixed: of a side that was put into a table nothing else is kept") {
  Stage stage;
  const auto value = std::make_shared<int>(1);
  std::vector<std::pair<int, std::shared_ptr<int>>> table{{1, value}};
  std::vector<long> owners;
  stage.stream.queueStream(stage.queue) | map([](int number) { return std::pair{number, 0}; }) | join(std::move(table))
      | foreachRDD([&](const auto&) { owners.push_back(value.use_count()); });
  for (int batch = 0; batch < 2; ++batch) stage.queue.push(Numbers{1});
  stage.stream.start();
  stage.world.advance(2s);
  CHECK(owners == std::vector<long>{2, 2});  // the table and this
}

TEST_CASE("fixed: outer joins and texts as keys, batch after batch") {
  const std::vector<std::pair<std::string, int>> table{{"a", 1}, {"a key that is too long to lie in an entry", 2}};
  Stage stage;
  BatchQueue<std::string> queue;
  std::vector<std::vector<std::string>> seen;
  stage.stream.queueStream(queue) | map([](const std::string& key) { return std::pair{key, 'x'}; }) | fullOuterJoin(table) | foreachRDD([&](const auto& batch) {
    seen.emplace_back();
    for (const auto& [key, sides] : batch.collect())
      seen.back().push_back(std::string(key) + (sides.first ? "x" : "-") + (sides.second ? std::to_string(*sides.second) : "-"));
    std::sort(seen.back().begin(), seen.back().end());
  });
  using Keys = std::vector<std::string>;
  for (const auto& batch : {Keys{"a", "b"}, Keys{}, Keys{"a key that is too long to lie in an entry", "another key that is too long to lie in an entry"}}) queue.push(batch);
  stage.stream.start();
  stage.world.advance(3s);
  CHECK(seen == std::vector<Keys>{{"a key that is too long to lie in an entry-2", "ax1", "bx-"},
                                  {"a key that is too long to lie in an entry-2", "a-1"},
                                  {"a key that is too long to lie in an entryx2", "a-1", "another key that is too long to lie in an entryx-"}});
}

}  // namespace
