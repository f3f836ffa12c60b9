// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/later_rdd.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/operators/trying.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/copy_counter.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::Stage;
using Numbers = std::vector<int>;
using Names = std::vector<std::pair<int, std::string>>;

const Names names{{1, "one, and long enough not to stand in its string"}, {2, "two, which is long enough not to do so either"}};

/// What `fn` makes of a batch of 1 and 3, sorted.
template <class Fn>
auto sorted(Fn fn) {
  Stage stage;
  const auto made = stage.stream.queueStream(stage.queue) | transform(std::move(fn));
  decltype(std::declval<BatchRdd<typename decltype(made)::rdd_type>>().collect()) seen;
  made | foreachRDD([&](const auto& batch) { seen = batch.collect(); });
  stage.queue.push(Numbers{1, 3});
  stage.stream.start();
  stage.world.advance(1s);
  std::sort(seen.begin(), seen.end());
  return seen;
}

constexpr auto keyed = map([](int number) { return std::pair{number, number}; });
constexpr auto name = map([](const auto& joined) { return joined.second.second; });

TEST_CASE("LaterRdd: another input may be a variable of transform's function") {
  const std::vector<std::string> one{names[0].second};
  CHECK(sorted([](auto batch) {
          const Names local = names;
          return batch | keyed | join(local) | name;
        }) == one);
  CHECK(sorted([](auto batch) {
          Names local = names;
          return batch | keyed | reduceByKey(plus) | join(local) | name;
        }) == one);
  CHECK(sorted([](auto batch) {
          const Names local = names;
          return local | join(batch | keyed) | map([](const auto& joined) { return joined.second.first; });
        }) == one);
  CHECK(sorted([](auto batch) {
          const Names local = names;
          return batch | keyed | (subtractByKey(local) | keys());
        }) == Numbers{3});
  CHECK(sorted([](auto batch) {
          const Numbers local{8, 9};
          const int array[]{7};
          return batch | unionWith(local, array);
        }) == Numbers{1, 3, 7, 8, 9});
}

TEST_CASE("LaterRdd: so it may behind either part of what was tried") {
  const auto half = map([](int number) { return number == 3 ? throw std::runtime_error("odd") : number; });
  CHECK(sorted([&](auto batch) {
          const Numbers local{8, 9};
          const auto [records, letters] = batch | trying(half);
          return records | distinct() | unionWith(local) | unionWith(letters | count() | map([](auto number) { return static_cast<int>(number); }) | unionWith(local));
        }) == Numbers{1, 1, 8, 8, 9, 9});
}

TEST_CASE("LaterRdd: another input may be a pipeline over such a variable, wide or not") {
  const auto few = [](const auto& pair) { return pair.first < 2; };
  CHECK(sorted([&](auto batch) {
          const Names local = names;
          return batch | keyed | leftOuterJoin(parallelize(local, 2) | filter(few) | mapValues([](const std::string& text) { return text.size(); }));
        }).size() == 2);
  CHECK(sorted([](auto batch) {
          const Numbers local{1, 1, 4};
          return batch | unionWith(local | distinct() | filter([](int number) { return number > 0; }));
        }) == Numbers{1, 1, 3, 4});
  CHECK(sorted([](auto batch) {
          const Numbers local{8, 9};
          return local | map([](int number) { return -number; }) | unionWith(batch);
        }) == Numbers{-9, -8, 1, 3});
  CHECK(sorted([](auto batch) { return batch | unionWith(batch | map([](int number) { return -number; }) | distinct()); }) == Numbers{-3, -1, 1, 3});
}

TEST_CASE("LaterRdd: a window shows the table of each batch's time") {
  Stage stage;
  Numbers table{10};
  std::vector<Numbers> seen;
  const auto show = foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  const auto numbers = stage.stream.queueStream(stage.queue);
  numbers | transform([&](auto batch) { return batch | unionWith(table); }) | window(2s) | show;
  numbers | transform([&](auto) -> const Numbers& { return table; }) | window(2s) | show;
  stage.stream.start();
  for (const int number : {1, 2}) {
    stage.queue.push(Numbers{number});
    stage.world.advance(1s);
    table.assign({20, 30});
  }
  CHECK(seen == std::vector<Numbers>{{1, 10}, {10}, {1, 10, 2, 20, 30}, {10, 20, 30}});
}

TEST_CASE("LaterRdd: a container is copied once per batch, or looked at through a view; foreachRDD's batches borrow") {
  support::Tally tally;
  std::vector<support::CopyCounter> others;
  others.reserve(3);
  for (int i = 0; i < 3; ++i) others.emplace_back(i, tally);
  const auto copies = [&](auto fn) {
    const int before = tally.copies;
    CHECK(sorted(std::move(fn)).size() == 2 + 3);
    return tally.copies - before;
  };
  const auto value = map([](const support::CopyCounter& record) { return record.value; });
  CHECK(copies([&](auto batch) { return batch | unionWith(others | value); }) == 3);
  CHECK(copies([&](auto batch) { return batch | unionWith(std::views::all(others) | value); }) == 0);
  const int before = tally.copies;
  Stage stage;
  std::int64_t seen = 0;
  stage.stream.queueStream(stage.queue) | foreachRDD([&](const auto& batch) { seen += batch | unionWith(others | value) | sum(); });
  stage.queue.push(Numbers{4});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(seen == 4 + 0 + 1 + 2);
  CHECK(tally.copies == before);
}

TEST_CASE("LaterRdd: actions give values, and what is composed of narrow operators is fused as ever") {
  CHECK(sorted([](auto batch) {
          const auto doubled = batch | map([](int number) { return number * 2; }) | filter([](int number) { return number > 2; });
          using Batch = std::remove_cvref_t<decltype(batch)>;
          static_assert(sizeof(doubled) == sizeof(Batch));
          return Numbers{static_cast<int>(doubled | sum()), static_cast<int>(batch.count())};
        }) == Numbers{2, 6});
}

TEST_CASE("LaterRdd: what a wide operator makes of a container is the work of the batch's workers") {
  const auto partitions = [](auto fn) {
    Stage stage;
    std::size_t seen = 0;
    stage.stream.queueStream(stage.queue) | transform(std::move(fn)) | foreachRDD([&](auto batch) {
      auto runner = batch.runner();
      batch.prepare(runner);
      seen = batch.partitions();
    });
    stage.queue.push(Numbers{1, 3});
    stage.stream.start();
    stage.world.advance(1s);
    return seen;
  };
  const std::size_t ofBatch = partitions([](auto batch) { return batch | keyed | unionWith(batch | keyed | reduceByKey(plus)); });
  REQUIRE(ofBatch > 2);
  CHECK(partitions([](auto batch) {
          const std::vector<std::pair<int, int>> local{{1, 1}, {2, 2}};
          return batch | keyed | unionWith(local | reduceByKey(plus));
        }) == ofBatch);
}

}  // namespace
