// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

namespace {

using namespace dstream;
using namespace spark;

const Replays keyed{
    {"wordCount",
     [](Run& run) {
       run.records(Order::Any, run.words() | flatMap(splitWords) | map([](auto word) { return std::pair{word, Number{1}}; }) | reduceByKey(plus));
     }},
    {"reduceByKey", [](Run& run) { run.records(Order::Any, run.pairs() | reduceByKey(plus)); }},
    {"reduceByKeyPartitions", [](Run& run) { run.partitions(Order::Any, run.pairs() | reduceByKey(dstream::max, run.number("partitions"))); }},
    {"reduceByKeyOfNumbers",
     [](Run& run) { run.records(Order::Any, run.numbers() | map([](Number x) { return std::pair{x % 5, x}; }) | reduceByKey(plus)); }},
};

}  // namespace
