// SPDX-License-Identifier: BSL-1.0
// What Spark has for an RDD, so only within transform, is here an operator of streams.
#include "spark/replay.hpp"

#include <limits>

namespace {

using namespace dstream;
using namespace spark;

const Replays rddOperators{
    {"transform.distinct", [](Run& run) { run.records(Order::Any, run.numbers() | distinct()); }},
    {"transform.distinctPartitions", [](Run& run) { run.partitions(Order::Any, run.words() | distinct(run.number("partitions"))); }},
    {"transform.intersection", [](Run& run) { run.records(Order::Any, run.numbers() | intersection(run.otherNumbers())); }},
    {"transform.subtract", [](Run& run) { run.records(Order::Any, run.numbers() | subtract(run.otherNumbers())); }},
    {"transform.subtractByKey", [](Run& run) { run.records(Order::Any, run.pairs() | subtractByKey(run.otherPairs())); }},
    {"transform.cartesian", [](Run& run) { run.records(Order::Any, run.numbers() | cartesian(run.otherNumbers())); }},
    {"transform.zip", [](Run& run) { run.partitions(Order::Kept, run.numbers() | zip(run.otherNumbers())); }},
    {"transform.mapPartitionsWithIndex",
     [](Run& run) {
       run.records(Order::Kept, run.numbers() | mapPartitionsWithIndex([](std::size_t index, const std::vector<Number>& partition) {
                                  std::vector<std::pair<Number, Number>> pairs;
                                  for (const Number x : partition) pairs.emplace_back(static_cast<Number>(index), x);
                                  return pairs;
                                }));
     }},
    {"transform.zipWithIndex", [](Run& run) { run.partitions(Order::Kept, run.words() | zipWithIndex()); }},
    {"transform.sortBy",
     [](Run& run) { run.records(Order::Kept, run.numbers() | sortBy([](Number x) { return x; }, run.flag("ascending"))); }},
    {"transform.sortByKey", [](Run& run) { run.records(Order::Kept, run.pairs() | sortByKey(run.flag("ascending"))); }},
    {"transform.coalesce", [](Run& run) { run.partitions(Order::Kept, run.numbers() | coalesce(run.number("partitions"))); }},
    {"transform.keyBy", [](Run& run) { run.records(Order::Kept, run.numbers() | keyBy([](Number x) { return x % 4; })); }},
    {"transform.keys", [](Run& run) { run.records(Order::Kept, run.pairs() | keys()); }},
    {"transform.values", [](Run& run) { run.records(Order::Kept, run.pairs() | values()); }},
    {"transform.groupBy", [](Run& run) { run.records(Order::Any, run.numbers() | keyBy([](Number x) { return x % 3; }) | groupByKey()); }},
    {"transform.aggregateByKey",
     [](Run& run) {
       run.records(Order::Any, run.pairs()
                                   | aggregateByKey(std::pair{Number{0}, std::numeric_limits<Number>::min()},
                                                    [](auto a, Number v) { return std::pair{a.first + 1, std::max(a.second, v)}; },
                                                    [](auto a, auto b) { return std::pair{a.first + b.first, std::max(a.second, b.second)}; }));
     }},
    {"transform.foldByKey", [](Run& run) { run.records(Order::Any, run.pairs() | foldByKey(Number{0}, plus)); }},
};

}  // namespace
