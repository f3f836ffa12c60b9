// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/any_dstream.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/stream/batches_rdd.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::Stage;
using Numbers = std::vector<int>;

TEST_CASE("any_dstream: a member of a class, chosen at run time") {
  struct Job {
    AnyDStream<int> numbers;
  };
  for (const bool twice : {false, true}) {
    Stage stage;
    const auto source = stage.stream.queueStream(stage.queue);
    const Job job{twice ? AnyDStream<int>(source | map([](int x) { return 2 * x; })) : AnyDStream<int>(source)};
    Numbers seen;
    std::vector<int> firstTwo;
    job.numbers | map([](int x) { return x + 1; }) | foreachRDD([&](const auto& batch) { seen = batch.collect(); });
    job.numbers | foreachRDD([&](const auto& batch) { firstTwo = batch.take(2); });
    stage.queue.push(std::vector<Numbers>{{1, 2}, {3}});
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(seen == (twice ? Numbers{3, 5, 7} : Numbers{2, 3, 4}));
    CHECK(firstTwo == (twice ? Numbers{2, 4} : Numbers{1, 2}));
  }
}

TEST_CASE("any_dstream: functions overloaded for different records") {
  struct Which {
    static int of(const AnyDStream<int>&) { return 1; }
    static int of(const AnyDStream<std::string_view>&) { return 2; }
  };
  Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  CHECK(Which::of(numbers) == 1);
  CHECK(Which::of(numbers | map([](int) { return std::string_view("one"); })) == 2);
}

TEST_CASE("any_dstream: streams in a container, and keyed operators behind it") {
  Stage stage;
  std::map<std::string, AnyDStream<std::pair<int, int>>> streams;
  const auto numbers = stage.stream.queueStream(stage.queue);
  streams.emplace("parity", numbers | map([](int x) { return std::pair{x % 2, x}; }));
  streams.emplace("sums", numbers | map([](int x) { return std::pair{0, x}; }) | reduceByKey(plus));
  std::map<std::string, std::size_t> sizes;
  for (const auto& entry : streams)
    entry.second | reduceByKey(plus) | foreachRDD([&sizes, name = entry.first](const auto& batch) { sizes[name] = batch.collect().size(); });
  stage.queue.push(Numbers{1, 2, 3});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(sizes == std::map<std::string, std::size_t>{{"parity", 2}, {"sums", 1}});
}

TEST_CASE("any_dstream: views stay views, owners owners") {
  Stage stage;
  const AnyDStream<std::string_view> words = stage.stream.queueStream(stage.queue) | map([](int x) { return x == 1 ? std::string_view("one") : std::string_view("many"); });
  std::vector<std::string> seen;
  words | foreachRDD([&](const auto& batch) { seen = batch.collect(); });
  stage.queue.push(Numbers{1, 2});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(seen == std::vector<std::string>{"one", "many"});
}

TEST_CASE("any_dstream: owners of what the stream has views of, and of pairs that refer to their members") {
  Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  const std::string longer = "many, and too long to be kept in place";
  const auto names = numbers | map([&](int x) { return x == 1 ? std::string_view("one") : std::string_view(longer); });
  const AnyDStream<std::string> words = names;
  const AnyDStream<std::pair<std::string, int>> pairs = names | map([](std::string_view name) { return std::pair{name, 1}; });
  std::vector<std::string> seen;
  std::vector<std::pair<std::string, int>> counted;
  words | filter([](const std::string& word) { return !word.empty(); }) | foreachRDD([&](const auto& batch) { seen = batch.collect(); });
  pairs | reduceByKey(plus) | foreachRDD([&](const auto& batch) { counted = batch.collect(); });
  stage.queue.push(Numbers{1, 2, 2});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(seen == std::vector<std::string>{"one", longer, longer});
  std::sort(counted.begin(), counted.end());
  CHECK(counted == std::vector<std::pair<std::string, int>>{{longer, 2}, {"one", 1}});
}

TEST_CASE("any_dstream: unionOf many, in order; none, other contexts and partitions") {
  Stage stage;
  std::vector<AnyDStream<int>> streams;
  const auto numbers = stage.stream.queueStream(stage.queue);
  for (int i = 0; i < 5; ++i) streams.emplace_back(numbers | map([i](int x) { return 10 * x + i; }));
  CHECK_THROWS_AS(unionOf(std::vector<AnyDStream<int>>{}), std::invalid_argument);
  Stage other;
  CHECK_THROWS_AS(unionOf(std::vector<AnyDStream<int>>{numbers, other.stream.queueStream(other.queue)}), std::invalid_argument);
  Numbers seen;
  std::size_t partitions = 0;
  unionOf(streams) | foreachRDD([&](auto batch) {
    seen = batch.collect();
    partitions = batch.getNumPartitions();
  });
  stage.queue.push(std::vector<Numbers>{{1}, {2}});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(seen == Numbers{10, 20, 11, 21, 12, 22, 13, 23, 14, 24});
  CHECK(partitions == 10);
}

TEST_CASE("unionOf: streams of one type, between braces or one by one") {
  Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  const auto times = [&](int factor) { return numbers | map([factor](int x) { return factor * x; }); };
  Numbers braced, single, three;
  unionOf({numbers, numbers}) | foreachRDD([&](const auto& batch) { braced = batch.collect(); });
  unionOf(numbers) | foreachRDD([&](const auto& batch) { single = batch.collect(); });
  unionOf(times(1), times(10), times(100)) | foreachRDD([&](const auto& batch) { three = batch.collect(); });
  stage.queue.push(Numbers{1, 2});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(braced == Numbers{1, 2, 1, 2});
  CHECK(single == Numbers{1, 2});
  CHECK(three == Numbers{1, 2, 10, 20, 100, 200});
}

TEST_CASE("unionOf: streams with operators behind their source") {
    support::Stage stage;
    const auto tenfold = [&](BatchQueue<int>& queue) { return stage.stream.queueStream(queue) | map([](int i) { return i * 10; }); };
    std::vector streams{tenfold(stage.queue)};
    std::vector<int> all;
    unionOf(streams) | foreachRDD([&](const auto& batch) { all = batch.collect(); });
    stage.queue.push(std::vector<int>{1, 2});
    stage.stream.start();
    stage.world.advance(std::chrono::seconds(1));
    CHECK(all == std::vector<int>{10, 20});
}

TEST_CASE("any_dstream: neither it nor unionOf after start") {
  Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  numbers | foreachRDD([](const auto&) {});
  stage.stream.start();
  CHECK(support::messageOf<IllegalState>([&] { static_cast<void>(AnyDStream<int>(numbers)); }) == "dstream: adding a stream after starting a StreamingContext is not supported");
  CHECK(support::messageOf<IllegalState>([&] { static_cast<void>(unionOf(std::vector{numbers})); }) == "dstream: adding a stream after starting a StreamingContext is not supported");
}

}  // namespace
