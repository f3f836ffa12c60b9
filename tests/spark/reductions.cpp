// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

namespace {

using namespace dstream;
using namespace spark;

const Replays reductions{
    {"count", [](Run& run) { run.records(Order::Kept, run.numbers() | count()); }},
    {"filterCount", [](Run& run) { run.records(Order::Kept, run.numbers() | filter([](Number x) { return x % 2 == 0; }) | count()); }},
    {"reduce", [](Run& run) { run.records(Order::Kept, run.numbers() | reduce(plus)); }},
    {"reduceMax", [](Run& run) { run.records(Order::Kept, run.numbers() | map([](Number x) { return x * 2; }) | reduce(dstream::max)); }},
    {"countByValue", [](Run& run) { run.records(Order::Any, run.words() | countByValue()); }},
    {"countByValuePartitions", [](Run& run) { run.partitions(Order::Any, run.numbers() | countByValue(run.number("partitions"))); }},
};

}  // namespace
