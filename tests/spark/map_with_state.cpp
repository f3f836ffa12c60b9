// SPDX-License-Identifier: BSL-1.0
#include "spark/replay.hpp"

#include <optional>

namespace {

using namespace dstream;
using namespace spark;

using MaybeNumber = std::optional<Number>;
using Mapped = std::tuple<Word, Word, Number>;

/// With the case's options; Spark looks for time-outs at its checkpoints only.
template <class Spec>
void withState(Run& run, Spec plain) {
  const auto compare = [&run](const auto& spec) {
    const auto mapped = run.pairs() | mapWithState(spec);
    run.records(Order::Any, mapped);
    run.records(Order::Any, mapped.stateSnapshots(), "snapshots");
  };
  const auto timed = [&](const auto& spec) { run.has("timeout") ? compare(spec.timeout(run.batches("timeout"))) : compare(spec); };
  const auto spec = plain.timeoutScanEvery(run.number("checkpoint")).numPartitions(run.has("partitions") ? run.number("partitions") : 0);
  run.has("initial") ? timed(spec.initialState(run.initial())) : timed(spec);
}

const Replays mapWithStates{
    {"mapWithState",
     [](Run& run) {
       withState(run, StateSpec::function<Number>([](const Word& key, MaybeNumber value, State<Number>& state) -> Mapped {
                   if (state.isTimingOut()) return {key, "timeout", state.get()};
                   state.update(state.getOption().value_or(0) + value.value());
                   return {key, "sum", state.get()};
                 }));
     }},
    {"mapWithStateRemove",
     [](Run& run) {
       withState(run, StateSpec::function<Number>([](const Word& key, MaybeNumber value, State<Number>& state) -> Mapped {
                   const Number before = state.getOption().value_or(0);
                   if (state.isTimingOut()) return {key, "timeout", before};
                   if (value.value() < 0) {
                     state.remove();
                     return {key, "removed", before};
                   }
                   if (*value == 0) return {key, state.exists() ? "read" : "absent", before};
                   state.update(before + *value);
                   return {key, "sum", before + *value};
                 }));
     }},
    {"mapWithStateTime",
     [](Run& run) {
       withState(run, StateSpec::function<Number>([&run](Time time, const Word& key, MaybeNumber value, State<Number>& state) -> std::optional<Mapped> {
                   const Number sum = state.getOption().value_or(0) + value.value_or(0);
                   if (!state.isTimingOut()) state.update(sum);
                   if (sum % 2 != 0) return std::nullopt;
                   return Mapped{key, state.isTimingOut() ? "timeout" : "even", sum + run.indexOf(time) * 1000};
                 }));
     }},
    {"mapWithStateOfWindow",
     [](Run& run) {
       const auto mapped = run.pairs() | window(run.window(), run.slide())
                           | mapWithState(StateSpec::function<Number>([](const Word& key, MaybeNumber, State<Number>& state) -> Mapped {
                               state.update(state.getOption().value_or(0) + 1);
                               return {key, "seen", state.get()};
                             }));
       run.records(Order::Any, mapped);
       run.records(Order::Any, mapped.stateSnapshots(), "snapshots");
     }},
    {"mapWithStateThenWindow",
     [](Run& run) {
       run.records(Order::Any, run.pairs() | mapWithState(StateSpec::function<Number>([](const Word& key, MaybeNumber value, State<Number>& state) -> Pair {
                                 const bool first = !state.exists();
                                 state.update(value.value());
                                 return {key, first ? 1 : 0};
                               }))
                                   | reduceByKeyAndWindow(plus, run.window(), run.slide()));
     }},
};

}  // namespace
