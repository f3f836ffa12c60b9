// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

namespace {

using namespace dstream;
using namespace spark;

using CountAndSum = std::pair<Number, Number>;

const Replays windows{
    {"window", [](Run& run) { run.records(Order::Kept, run.numbers() | window(run.window(), run.slide())); }},
    {"windowFused",
     [](Run& run) {
       run.records(Order::Kept, run.numbers() | map([](Number x) { return x + 1; }) | window(run.window(), run.slide())
                                    | filter([](Number x) { return x % 2 == 0; }) | map([](Number x) { return x * 10; }));
     }},
    {"windowCount", [](Run& run) { run.records(Order::Kept, run.numbers() | window(run.window(), run.slide()) | count()); }},
    {"windowReduceByKey",
     [](Run& run) { run.records(Order::Any, run.pairs() | window(run.window(), run.slide()) | reduceByKey(plus)); }},
    {"windowOfReduced",
     [](Run& run) { run.records(Order::Any, run.pairs() | reduceByKey(plus) | window(run.window(), run.slide())); }},
    {"windowOfWindow",
     [](Run& run) {
       run.records(Order::Kept, run.numbers() | window(run.window(), run.slide())
                                    | window(run.batches("outerWindow"), run.batches("outerSlide")));
     }},
    {"windowTwice",
     [](Run& run) {
       const auto one = run.numbers();
       run.records(Order::Kept, one | window(run.window(), run.slide())
                                    | unionWith(one | window(run.batches("otherWindow"), run.batches("slide"))));
     }},
    {"windowJoin",
     [](Run& run) {
       run.records(Order::Any, run.pairs() | window(run.window(), run.slide())
                                   | join(run.otherPairs() | window(run.batches("otherWindow"), run.batches("slide"))));
     }},
    {"countByWindow", [](Run& run) { run.records(Order::Kept, run.numbers() | countByWindow(run.window(), run.slide())); }},
    {"countByValueAndWindow",
     [](Run& run) { run.records(Order::Any, run.words() | countByValueAndWindow(run.window(), run.slide())); }},
    {"reduceByWindow", [](Run& run) { run.records(Order::Kept, run.numbers() | reduceByWindow(plus, run.window(), run.slide())); }},
    {"reduceByWindowMax",
     [](Run& run) { run.records(Order::Kept, run.numbers() | reduceByWindow(dstream::max, run.window(), run.slide())); }},
    {"reduceByWindowInverse",
     [](Run& run) { run.records(Order::Kept, run.numbers() | reduceByWindow(plus, minus, run.window(), run.slide())); }},
    {"reduceByKeyAndWindow",
     [](Run& run) { run.records(Order::Any, run.pairs() | reduceByKeyAndWindow(plus, run.window(), run.slide())); }},
    {"reduceByKeyAndWindowMax",
     [](Run& run) { run.records(Order::Any, run.pairs() | reduceByKeyAndWindow(dstream::max, run.window(), run.slide())); }},
    {"reduceByKeyAndWindowInverse",
     [](Run& run) { run.records(Order::Any, run.pairs() | reduceByKeyAndWindow(plus, minus, run.window(), run.slide()).keepEmptyKeys()); }},
    {"reduceByKeyAndWindowInverseFilter",
     [](Run& run) {
       run.records(Order::Any, run.pairs() | map([](const Pair& pair) { return std::pair{pair.first, CountAndSum{1, pair.second}}; })
                                   | reduceByKeyAndWindow([](CountAndSum a, CountAndSum b) { return CountAndSum{a.first + b.first, a.second + b.second}; },
                                                          [](CountAndSum a, CountAndSum b) { return CountAndSum{a.first - b.first, a.second - b.second}; },
                                                          run.window(), run.slide(), [](const auto& pair) { return pair.second.first > 0; })
                                         .keepEmptyKeys());
     }},
    {"groupByKeyAndWindow", [](Run& run) { run.records(Order::Any, run.pairs() | groupByKeyAndWindow(run.window(), run.slide())); }},
};

}  // namespace
