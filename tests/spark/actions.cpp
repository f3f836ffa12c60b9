// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

namespace {

using namespace dstream;
using namespace spark;

/// A list of what an action returns, or of nothing for a batch that it would fail for.
template <class Act>
auto unlessEmpty(Act act) {
  return [act](auto batch) {
    std::vector<decltype(act(batch))> returned;
    if (!batch.isEmpty()) returned.push_back(act(batch));
    return returned;
  };
}

template <class Act>
auto one(Act act) {
  return [act](auto batch) { return std::vector{act(batch)}; };
}

const Replays actions{
    {"action.first", [](Run& run) { run.action(Order::Kept, run.numbers(), unlessEmpty([](auto batch) { return batch.first(); })); }},
    {"action.take",
     [](Run& run) { run.action(Order::Kept, run.numbers(), [n = run.number("n")](auto batch) { return batch.take(n); }); }},
    {"action.fold", [](Run& run) { run.action(Order::Kept, run.numbers(), one([](auto batch) { return batch.fold(Number{0}, plus); })); }},
    {"action.reduce", [](Run& run) { run.action(Order::Kept, run.numbers(), unlessEmpty([](auto batch) { return batch.reduce(dstream::max); })); }},
    {"action.count", [](Run& run) { run.action(Order::Kept, run.numbers(), one([](auto batch) { return batch.count(); })); }},
    {"action.sum", [](Run& run) { run.action(Order::Kept, run.numbers(), one([](auto batch) { return batch.sum(); })); }},
    {"action.isEmpty",
     [](Run& run) {
       run.action(Order::Kept, run.numbers() | filter([](Number x) { return x % 3 == 0; }), one([](auto batch) { return batch.isEmpty(); }));
     }},
    {"action.top",
     [](Run& run) { run.action(Order::Kept, run.numbers(), [n = run.number("n")](auto batch) { return batch.top(n); }); }},
    {"action.takeOrdered",
     [](Run& run) { run.action(Order::Kept, run.words(), [n = run.number("n")](auto batch) { return batch.takeOrdered(n); }); }},
    {"action.aggregate",
     [](Run& run) {
       run.action(Order::Kept, run.numbers(), one([](auto batch) {
                    return batch.aggregate(std::pair{Number{0}, Number{0}}, [](auto a, Number x) { return std::pair{a.first + 1, a.second + x}; },
                                           [](auto a, auto b) { return std::pair{a.first + b.first, a.second + b.second}; });
                  }));
     }},
    {"action.max", [](Run& run) { run.action(Order::Kept, run.numbers(), unlessEmpty([](auto batch) { return batch.max(); })); }},
    {"action.min", [](Run& run) { run.action(Order::Kept, run.words(), unlessEmpty([](auto batch) { return batch.min(); })); }},
    {"action.countByValue", [](Run& run) { run.action(Order::Any, run.words(), [](auto batch) { return batch | countByValue() | collect(); }); }},
    {"action.countByKey", [](Run& run) { run.action(Order::Any, run.pairs(), [](auto batch) { return batch | keys() | countByValue() | collect(); }); }},
    {"action.lookup",
     [](Run& run) {
       run.action(Order::Kept, run.pairs(), [key = run.text("key")](auto batch) {
         return batch | filter([&key](const auto& pair) { return pair.first == key; }) | values() | collect();
       });
     }},
    {"action.collect", [](Run& run) { run.action(Order::Kept, run.words(), [](auto batch) { return batch.collect(); }); }},
};

}  // namespace
