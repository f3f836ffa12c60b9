// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

#include <numeric>
#include <optional>

namespace {

using namespace dstream;
using namespace spark;

using Numbers = std::vector<Number>;
using MaybeNumber = std::optional<Number>;

constexpr auto sumOf = [](const Numbers& values, MaybeNumber state) { return std::accumulate(values.begin(), values.end(), state.value_or(0)); };
constexpr auto adds = [](const Numbers& values, MaybeNumber state) -> MaybeNumber { return sumOf(values, state); };
constexpr auto addsAndRemoves = [](const Numbers& values, MaybeNumber state) -> MaybeNumber {
  const Number sum = sumOf(values, state);
  if (sum > 15 || (values.empty() && sum % 3 == 0)) return std::nullopt;
  return sum;
};
constexpr auto mixes = [](const Numbers& values, MaybeNumber state) -> MaybeNumber {
  return std::accumulate(values.begin(), values.end(), state.value_or(0), [](Number mixed, Number value) { return (mixed * 3 + value) % 1000; });
};

const Replays state{
    {"updateStateByKey", [](Run& run) { run.records(Order::Any, run.pairs() | updateStateByKey(adds)); }},
    {"updateStateByKeyRemove", [](Run& run) { run.records(Order::Any, run.pairs() | updateStateByKey(addsAndRemoves)); }},
    {"updateStateByKeyInitial", [](Run& run) { run.records(Order::Any, run.pairs() | updateStateByKey(addsAndRemoves, run.initial(), 3)); }},
    {"updateStateByKeyOrder", [](Run& run) { run.records(Order::Any, run.pairs() | updateStateByKey(mixes)); }},
    {"updateStateByKeyIterator",
     [](Run& run) {
       run.records(Order::Any, run.pairs() | updateStateByPartition<Number>(
                                                 [](const auto& keys, auto& emit) {
                                                   for (const auto& [key, values, known] : keys)
                                                     if (key != "b" || !values.empty()) emit(key, known.value_or(0) + static_cast<Number>(values.size()));
                                                 },
                                                 2));
     }},
    {"updateStateByKeyTime",
     [](Run& run) {
       run.records(Order::Any, run.pairs() | updateStateByKey(
                                                 [&run](Time time, const Word&, const Numbers& values, MaybeNumber last) -> MaybeNumber {
                                                   const Number index = run.indexOf(time);
                                                   if (!values.empty()) return index;
                                                   return last && index - *last < 3 ? last : std::nullopt;
                                                 },
                                                 2));
     }},
    {"updateStateByKeySliding",
     [](Run& run) { run.records(Order::Any, run.pairs() | window(run.window(), run.slide()) | updateStateByKey(adds)); }},
    {"stateOfWordCount",
     [](Run& run) {
       run.records(Order::Any, run.words() | map([](const Word& word) { return Pair{word, 1}; }) | reduceByKey(plus) | updateStateByKey(adds)
                                   | filter([](const auto& pair) { return pair.second > 2; }));
     }},
    {"stateJoinedToBatch",
     [](Run& run) {
       const auto one = run.pairs();
       run.records(Order::Any, one | join(one | updateStateByKey(adds)));
     }},
    {"windowOfState",
     [](Run& run) {
       run.records(Order::Any, run.pairs() | updateStateByKey(addsAndRemoves) | window(run.window(), run.slide())
                                   | map([](const auto& pair) { return pair.second; }) | reduce(plus));
     }},
    {"stateOfInverse",
     [](Run& run) {
       run.records(Order::Any, run.pairs() | reduceByKeyAndWindow(plus, minus, run.window(), run.slide()).keepEmptyKeys() | updateStateByKey(adds));
     }},
};

}  // namespace
