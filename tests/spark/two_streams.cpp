// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

namespace {

using namespace dstream;
using namespace spark;

const Replays twoStreams{
    {"join", [](Run& run) { run.records(Order::Any, run.pairs() | join(run.otherPairs())); }},
    {"leftOuterJoin", [](Run& run) { run.records(Order::Any, run.pairs() | leftOuterJoin(run.otherPairs())); }},
    {"rightOuterJoin", [](Run& run) { run.records(Order::Any, run.pairs() | rightOuterJoin(run.otherPairs())); }},
    {"fullOuterJoin", [](Run& run) { run.records(Order::Any, run.pairs() | fullOuterJoin(run.otherPairs())); }},
    {"cogroup", [](Run& run) { run.records(Order::Any, run.pairs() | cogroup(run.otherPairs())); }},
    {"joinPartitions", [](Run& run) { run.partitions(Order::Any, run.pairs() | join(run.otherPairs(), run.number("partitions"))); }},
    {"joinOfReduced",
     [](Run& run) { run.records(Order::Any, run.pairs() | reduceByKey(plus) | join(run.otherPairs() | reduceByKey(dstream::max))); }},
};

}  // namespace
