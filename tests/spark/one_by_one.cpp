// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

#include <numeric>

namespace {

using namespace dstream;
using namespace spark;

const Replays oneByOne{
    {"map", [](Run& run) { run.records(Order::Kept, run.numbers() | map([](Number x) { return x * 3 + 1; })); }},
    {"flatMap", [](Run& run) { run.records(Order::Kept, run.numbers() | flatMap([](Number x) { return until(x % 4); })); }},
    {"filter", [](Run& run) { run.records(Order::Kept, run.numbers() | filter([](Number x) { return x % 3 == 0; })); }},
    {"fused",
     [](Run& run) {
       run.records(Order::Kept, run.numbers() | map([](Number x) { return x - 5; }) | filter([](Number x) { return x > 0; })
                                    | flatMap([](Number x) { return until(x % 5); }) | map([](Number x) { return x * x; }));
     }},
    {"splitWords", [](Run& run) { run.records(Order::Kept, run.words() | flatMap(splitWords)); }},
    {"mapPartitions",
     [](Run& run) {
       run.partitions(Order::Kept, run.numbers() | mapPartitions([](const std::vector<Number>& partition) {
                                     return std::vector{std::pair{partition.size(), std::accumulate(partition.begin(), partition.end(), Number{0})}};
                                   }));
     }},
    {"glom", [](Run& run) { run.records(Order::Kept, run.numbers() | glom()); }},
    {"repartition", [](Run& run) { run.partitions(Order::Any, run.numbers() | repartition(run.number("partitions"))); }},
    {"union", [](Run& run) { run.partitions(Order::Kept, run.numbers() | unionWith(run.otherNumbers())); }},
    {"unionOfThree",
     [](Run& run) {
       const auto first = run.numbers();
       run.partitions(Order::Kept, first | unionWith(run.otherNumbers(), first | map([](Number x) { return -x; })));
     }},
    {"queueAllAtOnce", [](Run& run) { run.partitions(Order::Kept, run.numbers({.oneAtATime = false})); }},
    {"slice",
     [](Run& run) {
       run.context().remember(std::chrono::hours(1));
       const auto sliced = run.numbers() | map([](Number x) { return x + 1; });
       sliced | foreachRDD([](const auto&) {});
       run.afterwards([&run, sliced] {
         std::vector<std::vector<Number>> found;
         for (const auto& batch : sliced.slice(run.time("from"), run.time("to"))) found.push_back(batch.collect());
         return toJson(found);
       });
     }},
};

}  // namespace
