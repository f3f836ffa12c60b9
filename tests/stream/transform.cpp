// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/transform.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/stream/any_dstream.hpp>
#include <dstream/windows/window.hpp>

#include "runtime/stage.hpp"
#include "support/batches.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::outputsOf;
using Numbers = std::vector<int>;
using Outputs = std::vector<std::optional<Numbers>>;

const std::vector<support::Partitions<int>> batches{{{1}, {2}}, {{}}, {{3}}};

TEST_CASE("transform: operators on the batch; actions on it too") {
  CHECK(outputsOf<int>(transform([](auto batch) { return batch | map([](int x) { return x * 2; }); }), batches) == Outputs{{{2, 4}}, {Numbers{}}, {{6}}});
  CHECK(outputsOf<int>(transform([](auto batch) { return batch | filter([most = batch.fold(0, [](int a, int b) { return a > b ? a : b; })](int x) { return x < most; }); }),
                       batches)
        == Outputs{{{1}}, {Numbers{}}, {Numbers{}}});
}

TEST_CASE("transform: the function may give a range; it may ask for the time or the batch") {
  CHECK(outputsOf<int>(transform([](const auto& batch) { return batch.collect(); }), batches) == Outputs{{{1, 2}}, {Numbers{}}, {{3}}});
  CHECK(outputsOf<int>(transform([](const auto&, const Batch& batch) { return Numbers{static_cast<int>(batch.seq)}; }), batches)
        == Outputs{{{1}}, {{2}}, {{3}}});
  CHECK(outputsOf<int>(transform([](const auto&, Time time) { return Numbers{static_cast<int>(time.milliseconds() / 1000 % 100)}; }), batches)
        == Outputs{{{1}}, {{2}}, {{3}}});
}

TEST_CASE("transform: a range that the function gives by reference is copied, and is what it was at the call") {
  support::Stage stage;
  Numbers table{1};
  std::vector<Numbers> seen;
  const auto tables = stage.stream.queueStream(stage.queue) | transform([&](const auto&) -> const Numbers& { return table; });
  tables | foreachRDD([&](const auto&) { table = {table.front() + 1, 0}; });
  tables | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  stage.stream.start();
  for (int batch = 0; batch < 2; ++batch) {
    stage.queue.push(Numbers{});
    stage.world.advance(1s);
  }
  CHECK(seen == std::vector<Numbers>{{1}, {2, 0}});
}

TEST_CASE("transform: a function that cannot be copied") {
  const auto scaled = transform([factor = std::make_unique<int>(2)](const auto& batch) { return batch | map([&factor](int x) { return x * *factor; }); });
  CHECK(outputsOf<int>(scaled, batches) == Outputs{{{2, 4}}, {Numbers{}}, {{6}}});
  CHECK(outputsOf<int>(scaled | scaled, batches) == Outputs{{{4, 8}}, {Numbers{}}, {{12}}});
}

TEST_CASE("transform: called once per batch, however many outputs, and sees what the program changes") {
  support::Stage stage;
  int limit = 10;
  int calls = 0;
  std::vector<Numbers> seen;
  const auto small = stage.stream.queueStream(stage.queue) | transform([&](auto batch) {
                       ++calls;
                       return batch | filter([limit](int x) { return x < limit; });
                     });
  for (int i = 0; i < 2; ++i) small | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  stage.queue.push(Numbers{1, 20});
  stage.queue.push(Numbers{1, 20});
  stage.stream.start();
  stage.world.advance(1s);
  limit = 100;
  stage.world.advance(1s);
  CHECK(calls == 2);
  CHECK(seen == std::vector<Numbers>{{1}, {1}, {1, 20}, {1, 20}});
}

TEST_CASE("transform: what it throws fails the batch before its outputs run, and no other batch") {
  support::Stage stage;
  std::vector<Numbers> seen;
  const auto numbers = stage.stream.queueStream(stage.queue);
  numbers | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  numbers | transform([](auto batch, const Batch& identity) {
    if (identity.seq == 1) throw std::runtime_error("not this one");
    return batch | map([](int x) { return x; });
  }) | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  stage.queue.push(Numbers{1});
  stage.queue.push(Numbers{2});
  stage.stream.start();
  stage.world.advance(2s);
  CHECK(seen == std::vector<Numbers>{{2}, {2}});
  CHECK(stage.told.all<BatchFailed>().size() == 1);
  CHECK(support::messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "not this one");
}

TEST_CASE("transform: what throws is called once for its batch, whoever asks") {
  support::Stage stage;
  std::vector<std::uint64_t> calls;
  const auto doubled = stage.stream.queueStream(stage.queue) | transform([&](auto batch, const Batch& identity) {
                         calls.push_back(identity.seq);
                         if (identity.seq == 2) throw std::runtime_error("not this one");
                         return batch | map([](int x) { return x * 2; });
                       });
  for (int i = 0; i < 3; ++i) doubled | window(2s) | foreachRDD([](const auto&) {});
  stage.stream.start();
  stage.world.advance(3s);
  CHECK(calls == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("transformWith: the batches of several streams") {
  support::Stage stage;
  BatchQueue<int> other;
  std::vector<Numbers> seen;
  const auto numbers = stage.stream.queueStream(stage.queue);
  const auto others = stage.stream.queueStream(other);
  numbers | transformWith(others, [](auto a, auto b) { return a | unionWith(b); }) | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  numbers | transformWith(others, numbers, [](auto a, auto b, auto c, Time) { return c | unionWith(b, a); })
      | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  stage.queue.push(Numbers{1});
  other.push(Numbers{2});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(seen == std::vector<Numbers>{{1, 2}, {1, 2, 1}});
}

TEST_CASE("transformWith: other contexts and other slides are refused") {
  support::Stage stage;
  support::Stage another;
  const auto numbers = stage.stream.queueStream(stage.queue);
  const auto both = [](auto a, auto) { return a; };
  CHECK_THROWS_AS(numbers | transformWith(another.stream.queueStream(another.queue), both), std::invalid_argument);
  CHECK_THROWS_AS(numbers | transformWith(numbers | window(2s, 2s), both), std::invalid_argument);
}

// --- of a list ---

/// Queues of which each batch takes one range, and what came out.
struct Several {
  support::Stage stage;
  BatchQueue<int> other;
  std::vector<Numbers> seen;

  auto show() {
    return foreachRDD([this](const auto& batch) { seen.push_back(batch.collect()); });
  }
  void run(std::vector<Numbers> first, std::vector<Numbers> second) {
    for (const Numbers& numbers : first) stage.queue.push(Numbers(numbers));
    for (const Numbers& numbers : second) other.push(Numbers(numbers));
    stage.stream.start();
    stage.world.advance(std::chrono::seconds(first.size()));
  }
};

TEST_CASE("transform of a list: the batches in its order, however many, and the time or the batch") {
  Several test;
  auto numbers = test.stage.stream.queueStream(test.stage.queue);
  auto others = test.stage.stream.queueStream(test.other);
  std::vector<std::int64_t> times;
  transform(std::vector{others, numbers, others}, [](const auto& list) {
    Numbers all{static_cast<int>(list.size())};
    for (const auto& batch : list)
      for (const int x : batch.collect()) all.push_back(x);
    return all;
  }) | test.show();
  transform(std::vector{numbers}, [](auto list, Time time) { return list[0] | map([time](int x) { return x + static_cast<int>(time.milliseconds() / 1000 % 10); }); }) | test.show();
  transform(std::vector{numbers, others}, [](const auto& list, const Batch& batch) { return list[batch.seq % 2]; }) | test.show();
  transform(std::vector{numbers, others}, [](auto list) { return list[0] | unionWith(list[1]) | filter([](int x) { return x > 1; }); }) | test.show();
  test.run({{1}, {2}}, {{10, 20}, {}});
  CHECK(test.seen == std::vector<Numbers>{{3, 10, 20, 1, 10, 20}, {2}, {10, 20}, {10, 20}, {3, 2}, {4}, {2}, {2}});
}

TEST_CASE("transform of a list: gives what transformWith gives; of narrow pipelines of one type, and of any by AnyDStream") {
  Several test;
  const auto numbers = test.stage.stream.queueStream(test.stage.queue);
  const auto others = test.stage.stream.queueStream(test.other);
  const auto tenfold = map([](int x) { return x * 10; });
  const auto sum = [](int a, int b) { return a + b; };
  numbers | tenfold | transformWith(others | tenfold, [](auto a, auto b) { return a | unionWith(b); }) | test.show();
  transform(std::vector{numbers | tenfold, others | tenfold}, [](auto list) { return list[0] | unionWith(list[1]); }) | test.show();
  const std::vector<AnyDStream<int>> any{numbers | tenfold, others, numbers | window(2s)};
  transform(any, [sum](const auto& list) {
    int all = 0;
    for (const auto& batch : list) all += batch.fold(0, sum);
    return Numbers{all};
  }).named("sums") | test.show();
  test.run({{1}, {2}}, {{3}, {4, 5}});
  CHECK(test.seen == std::vector<Numbers>{{10, 30}, {10, 30}, {14}, {20, 40, 50}, {20, 40, 50}, {32}});
}

TEST_CASE("transform of a list: called once per batch, a function that cannot be copied too; what it throws fails the batch") {
  Several test;
  const auto numbers = test.stage.stream.queueStream(test.stage.queue);
  int calls = 0;
  const auto doubled = transform(std::vector{numbers, numbers}, [&calls, factor = std::make_unique<int>(2)](const auto& list, const Batch& batch) {
    ++calls;
    if (batch.seq == 2) throw std::runtime_error("not this one");
    return list[1] | map([by = *factor](int x) { return x * by; });
  });
  for (int i = 0; i < 2; ++i) doubled | test.show();
  test.run({{1}, {2}, {3}}, {});
  CHECK(calls == 3);
  CHECK(test.seen == std::vector<Numbers>{{2}, {2}, {6}, {6}});
  CHECK(test.stage.told.all<BatchFailed>().size() == 1);
}

TEST_CASE("transform of a list: a container inside is what it was at the call") {
  Several test;
  const auto numbers = test.stage.stream.queueStream(test.stage.queue);
  Numbers more{7};
  const auto both = transform(std::vector{numbers}, [&](const auto& list) { return list.front() | unionWith(more); });
  both | foreachRDD([&](const auto&) { more = {more.front() + 1}; });
  both | test.show();
  test.run({{1}, {2}}, {});
  CHECK(test.seen == std::vector<Numbers>{{1, 7}, {2, 8}});
}

TEST_CASE("transform of a list: no streams, other contexts, other slides, and a stream that has started are refused") {
  Several test;
  support::Stage another;
  const auto first = [](const auto& list) { return list.front(); };
  using Stream = AnyDStream<int>;
  const Stream numbers = test.stage.stream.queueStream(test.stage.queue);
  CHECK(support::messageOf<std::invalid_argument>([&] { static_cast<void>(transform(std::vector<Stream>{}, first)); }) == "dstream: transform needs at least one stream");
  CHECK(support::messageOf<std::invalid_argument>([&] { static_cast<void>(transform(std::vector<Stream>{numbers, another.stream.queueStream(another.queue)}, first)); }) ==
        "dstream: two streams that are put together must belong to one StreamingContext");
  CHECK(support::messageOf<std::invalid_argument>([&] { static_cast<void>(transform(std::vector<Stream>{numbers, numbers | window(2s, 2s)}, first)); }) ==
        "dstream: transform: two streams that are put together must have the same slide, not 1000000000 ns and 2000000000 ns; window one of them first");
  numbers | test.show();
  test.stage.stream.start();
  CHECK_THROWS_AS(transform(std::vector<Stream>{numbers}, first), IllegalState);
}

TEST_CASE("transform of a list: a plan names it and all above it") {
  Several test;
  const auto numbers = test.stage.stream.queueStream(test.stage.queue).named("numbers");
  const auto others = test.stage.stream.queueStream(test.other).named("others");
  transform(std::vector{numbers, others}, [](const auto& list) { return list.front(); }).named("first") | test.show();
  const std::string plan = test.stage.stream.explain();
  for (const char* part : {"transform", "\"first\"", "\"numbers\"", "\"others\""}) CHECK(support::contains(plan, part));
}

}  // namespace
