// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/explain.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::Stage;

constexpr auto byParity = [](int n) { return std::pair{n % 2, n}; };
constexpr auto counted = [](const int&, std::optional<int> value, State<int>& state) { return *value + state.getOption().value_or(0); };
constexpr auto latest = [](const std::vector<int>& values, std::optional<int> before) { return values.empty() ? before : values.back(); };

TEST_CASE("explain: word count from a socket") {
    Stage stage;
    const auto wordCount = flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus).named("counts");
    const auto counts = stage.stream.socketTextStream("localhost", 9999) | wordCount;
    CHECK(explain(counts) ==
          "#1 source socket text \"socket text 0\", every 1 s\n"
          "   #1 | flatMap (looks through splitWords, and through the lines of a text: one scan) | map\n"
          "#2 shuffle reduceByKey \"counts\"\n");
    CHECK(planOf(counts) == planOf(wordCount));
    static_assert(planOf<decltype(counts)>() == Plan{.whole = false});
    counts | filter([](const auto& pair) { return pair.second > 1; }) | print();
    CHECK(stage.stream.explain() ==
          explain(counts) +
              "   #2 | filter\n"
              "#3 output print \"output 0\"\n");
}

TEST_CASE("explain: a stream that ends with fused operators shows the loop so far") {
    Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue).named("numbers");
    const auto odd = numbers | map([](int n) { return n + 1; }) | filter([](int n) { return n % 2 == 1; });
    CHECK(explain(numbers) == "#1 source queue \"numbers\", every 1 s\n");
    CHECK(explain(odd) == explain(numbers) + "   #1 | map | filter\n");
    static_assert(planOf<decltype(odd)>() == Plan{.fused = 2, .whole = false});
    CHECK(planOf(odd) == Plan{.fused = 2});
}

TEST_CASE("explain: a window with an inverse subtracts, one without has two stacks, a bare one keeps batches") {
    Stage stage(support::quiet(), 500ms);
    const auto pairs = stage.stream.queueStream(stage.queue) | map(byParity);
    const auto inverse = pairs | reduceByKeyAndWindow(plus, 90s, 2s, 3);
    CHECK(explain(inverse) ==
          "#1 source queue \"queue 0\", every 500 ms\n"
          "   #1 | map\n"
          "#2 shuffle reduceByKey, 3 partitions\n"
          "   #2\n"
          "#3 window reduceByKeyAndWindow, 90 s every 2 s, subtract on evict\n");
    CHECK(planOf(inverse) == Plan{.stages = 3, .fused = 1, .shuffles = 1, .windows = 1});
    CHECK(explain(pairs | reduceByKeyAndWindow(max, 2min).named("highest")) ==
          "#1 source queue \"queue 0\", every 500 ms\n"
          "   #1 | map\n"
          "#2 shuffle reduceByKey\n"
          "   #2\n"
          "#3 window reduceByKeyAndWindow \"highest\", 2 min every 500 ms, two stacks\n");
    const auto bare = pairs | values() | window(1s, 1s) | reduce(plus);
    CHECK(explain(bare) ==
          "#1 source queue \"queue 0\", every 500 ms\n"
          "   #1 | map | values\n"
          "#2 window, 1 s every 1 s, kept batches\n"
          "   #2\n"
          "#3 wide reduce\n");
    CHECK(planOf(bare) == Plan{.stages = 2, .fused = 2, .windows = 1});
}

TEST_CASE("explain: the algorithm is the one that runs") {
    Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue);
    CHECK(support::contains(explain(numbers | reduceByWindow(plus, 2s, 1s)), "reduceByWindow, 2 s every 1 s, subtract on evict\n"));
    CHECK(support::contains(explain(numbers | reduceByWindow(plus, minus, 2s, 1s)), ", subtract on evict\n"));
    CHECK(support::contains(explain(numbers | reduceByWindow([](int a, int b) { return a + b; }, 2s, 1s)), ", two stacks\n"));
    const auto halves = numbers | map([](int n) { return n / 2.0; });
    CHECK(support::contains(explain(halves | reduceByWindow(plus, 2s, 1s)), ", two stacks\n"));
}

TEST_CASE("explain: states") {
    Stage stage;
    const auto pairs = stage.stream.queueStream(stage.queue) | map(byParity);
    const auto mapped = pairs | mapWithState(StateSpec::function<int>(counted).timeout(10s).numPartitions(4)).named("sums");
    CHECK(explain(mapped) ==
          "#1 source queue \"queue 0\", every 1 s\n"
          "   #1 | map\n"
          "#2 state mapWithState \"sums\", 4 partitions, shuffle, one per key, timeout 10 s\n");
    CHECK(planOf(mapped) == Plan{.stages = 2, .fused = 1, .shuffles = 1, .states = 1});
    CHECK(explain(mapped.stateSnapshots()) == explain(mapped) + "   #2\n#3 wide stateSnapshots\n");
    const auto updated = pairs | updateStateByKey(latest, 2);
    CHECK(explain(updated) ==
          "#1 source queue \"queue 0\", every 1 s\n"
          "   #1 | map\n"
          "#2 shuffle groupByKey, 2 partitions\n"
          "   #2\n"
          "#3 state updateStateByKey, one per key\n");
    CHECK(planOf(updated) == Plan{.stages = 3, .fused = 1, .shuffles = 1, .states = 1});
}

TEST_CASE("explain: a join of two streams") {
    Stage stage;
    BatchQueue<std::pair<int, std::string>> names;
    const auto left = stage.stream.queueStream(stage.queue) | map(byParity);
    const auto right = stage.stream.queueStream(names);
    CHECK(explain(left | leftOuterJoin(right, 2) | mapValues([](const auto& both) { return both.first; })) ==
          "#1 source queue \"queue 0\", every 1 s\n"
          "#2 source queue \"queue 1\", every 1 s\n"
          "   #1 | map\n"
          "   #2\n"
          "#3 shuffle leftOuterJoin, 2 partitions\n"
          "   #3 | mapValues\n");
    const std::vector<std::pair<int, int>> fixed{{1, 2}};
    CHECK(explain(left | join(fixed, 2)) ==
          "#1 source queue \"queue 0\", every 1 s\n"
          "   #1 | map\n"
          "#2 shuffle join, 2 partitions\n");
}

TEST_CASE("explain: fan-out; what is shared is marked, what is fused twice is seen twice") {
    Stage stage;
    const auto pairs = stage.stream.queueStream(stage.queue) | map(byParity);
    const auto sums = pairs | reduceByKey(plus);
    sums | foreachRDD([](const auto&) {}).named("all");
    sums | filter([](const auto& pair) { return pair.second > 0; }) | pprint();
    pairs | count() | print();
    CHECK(stage.stream.explain() ==
          "#1 source queue \"queue 0\", every 1 s, used by 2\n"
          "   #1 | map\n"
          "#2 shuffle reduceByKey, used by 2\n"
          "   #1 | map\n"
          "#3 wide count\n"
          "   #2\n"
          "#4 output foreachRDD \"all\"\n"
          "   #2 | filter\n"
          "#5 output pprint \"output 1\"\n"
          "   #3\n"
          "#6 output print \"output 2\"\n");
}

TEST_CASE("explain: the README's example") {
    Stage stage;
    const auto words = stage.stream.socketTextStream("localhost", 9999)
                       | (flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus).named("counts"));
    words | filter([](const auto& pair) { return pair.second > 9; }) | print();
    words | reduceByKeyAndWindow(plus, 60s, 10s) | print();
    CHECK(stage.stream.explain() ==
          "#1 source socket text \"socket text 0\", every 1 s\n"
          "   #1 | flatMap (looks through splitWords, and through the lines of a text: one scan) | map\n"
          "#2 shuffle reduceByKey \"counts\", used by 2\n"
          "   #2\n"
          "#3 shuffle reduceByKey\n"
          "   #3\n"
          "#4 window reduceByKeyAndWindow, 1 min every 10 s, subtract on evict\n"
          "   #2 | filter\n"
          "#5 output print \"output 0\"\n"
          "   #4\n"
          "#6 output print \"output 1\"\n");
}

TEST_CASE("explain: transform, unions, and streams without their type") {
    Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue);
    const AnyDStream<int> any = numbers | map([](int n) { return n + 1; });
    const auto all = unionOf(std::vector<AnyDStream<int>>{any, any});
    CHECK(explain(all | transformWith(numbers, [](const auto& batch, const auto&) { return batch; }) | unionWith(numbers)) ==
          "#1 source queue \"queue 0\", every 1 s, used by 3\n"
          "   #1 | map\n"
          "#2 wide AnyDStream, used by 2\n"
          "   #2\n"
          "   #2\n"
          "#3 fused unionOf\n"
          "   #3\n"
          "   #1\n"
          "#4 transform transformWith\n"
          "   #4\n"
          "   #1\n"
          "#5 fused unionWith\n");
    CHECK(explain(numbers | transform([](const auto& batch) { return batch; }) | glom()) ==
          "#1 source queue \"queue 0\", every 1 s\n"
          "   #1\n"
          "#2 transform\n"
          "   #2\n"
          "#3 partition glom\n");
}

TEST_CASE("explain: of a pipeline the same as of its stream, as far as it is known without the records") {
    const auto pipeline = map(byParity) | reduceByKeyAndWindow(plus, minus, 4s, 2s) | updateStateByKey<int>([](const auto&, auto state) { return state; })
                        | window(6s) | print();
    static_assert(planOf(pipeline) == Plan{.stages = 5, .fused = 1, .shuffles = 2, .windows = 2, .states = 1, .outputs = 1});
    CHECK(explain(pipeline) ==
          "#1 input\n"
          "   #1 | map\n"
          "#2 shuffle reduceByKey\n"
          "   #2\n"
          "#3 window reduceByKeyAndWindow, 4 s every 2 s\n"
          "   #3\n"
          "#4 shuffle groupByKey\n"
          "   #4\n"
          "#5 state updateStateByKey, one per key\n"
          "   #5\n"
          "#6 window, 6 s, kept batches\n"
          "   #6\n"
          "#7 output print\n");
}

TEST_CASE("explain: each operator of streams by its name") {
    const auto named = [](const auto& pipeline, const std::string& name) { return support::contains(explain(pipeline), " " + name); };
    CHECK(named(window(1s), "window, 1 s"));
    CHECK(named(countByWindow(1s, 1s), "reduceByWindow, 1 s every 1 s"));
    CHECK(named(reduceByWindow(plus, 1s, 1s), "reduceByWindow"));
    CHECK(named(reduceByKeyAndWindow(plus, 1s), "reduceByKeyAndWindow"));
    CHECK(named(countByValueAndWindow(1s, 1s), "reduceByKeyAndWindow"));
    CHECK(named(groupByKeyAndWindow(1s), "groupByKeyAndWindow"));
    CHECK(named(updateStateByKey(latest), "updateStateByKey"));
    CHECK(named(updateStateByPartition<int>(latest), "updateStateByPartition"));
    CHECK(named(mapWithState(StateSpec::function<int>(counted)), "mapWithState"));
    CHECK(named(transform(latest), "transform"));
    CHECK(named(print() , "print"));
    CHECK(named(pprint(), "pprint"));
    CHECK(named(foreachRDD(latest), "foreachRDD"));
}

}  // namespace
