// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

namespace {

using namespace dstream;
using namespace spark;

using CountAndSum = std::pair<Number, Number>;

const Replays keyed{
    {"wordCount",
     [](Run& run) {
       run.records(Order::Any, run.words() | flatMap(splitWords) | map([](auto word) { return std::pair{word, Number{1}}; }) | reduceByKey(plus));
     }},
    {"reduceByKey", [](Run& run) { run.records(Order::Any, run.pairs() | reduceByKey(plus)); }},
    {"reduceByKeyPartitions", [](Run& run) { run.partitions(Order::Any, run.pairs() | reduceByKey(dstream::max, run.number("partitions"))); }},
    {"reduceByKeyOfNumbers",
     [](Run& run) { run.records(Order::Any, run.numbers() | map([](Number x) { return std::pair{x % 5, x}; }) | reduceByKey(plus)); }},
    {"groupByKey", [](Run& run) { run.records(Order::Any, run.pairs() | groupByKey()); }},
    {"groupByKeyPartitions", [](Run& run) { run.partitions(Order::Any, run.pairs() | groupByKey(run.number("partitions"))); }},
    {"combineByKey",
     [](Run& run) {
       run.records(Order::Any, run.pairs()
                                   | combineByKey([](Number v) { return std::pair{Number{1}, v}; },
                                                  [](CountAndSum a, Number v) { return std::pair{a.first + 1, a.second + v}; },
                                                  [](CountAndSum a, CountAndSum b) { return std::pair{a.first + b.first, a.second + b.second}; }));
     }},
    {"mapValues", [](Run& run) { run.records(Order::Kept, run.pairs() | mapValues([](Number v) { return v * 2 + 1; })); }},
    {"flatMapValues", [](Run& run) { run.records(Order::Kept, run.pairs() | flatMapValues([](Number v) { return until(v % 3); })); }},
    {"partitionBy", [](Run& run) { run.partitions(Order::Any, run.pairs() | partitionBy(run.number("partitions"))); }},
};

}  // namespace
