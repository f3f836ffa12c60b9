// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

namespace {

using namespace dstream;
using namespace spark;

const Replays together{
    {"diamond",
     [](Run& run) {
       const auto one = run.numbers() | map([](Number x) { return x + 1; });
       run.records(Order::Any, one | filter([](Number x) { return x % 2 == 0; })
                                   | unionWith(one | filter([](Number x) { return x > 3; }) | map([](Number x) { return -x; }))
                                   | map([](Number x) { return std::pair{x % 3, x}; }) | reduceByKey(plus));
     }},
    {"inverseOfWindow",
     [](Run& run) {
       run.records(Order::Any, run.pairs() | window(run.window(), run.slide())
                                   | reduceByKeyAndWindow(plus, minus, run.batches("outerWindow"), run.batches("outerSlide")).keepEmptyKeys());
     }},
};

}  // namespace
