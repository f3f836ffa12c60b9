// SPDX-License-Identifier: BSL-1.0
#pragma once
// States: the states of mapWithState, and the pass over a batch that changes them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/shuffle/exchange.hpp>
#include <dstream/shuffle/key_value.hpp>
#include <dstream/shuffle/live_keyed.hpp>
#include <dstream/state/durable_states.hpp>
#include <dstream/state/state.hpp>
#include <dstream/state/state_spec.hpp>
#include <dstream/state/timed_states.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0::detail {

/// A StateSpec's function in either form: `Mapped` is E, and a call gives an optional of it.
template <class Fn, class Key, class Value, class S>
struct StateFn {
  static constexpr bool fits = false;
};
template <class Fn, class Key, class Value, class S>
  requires std::is_invocable_v<const Fn&, const Kept<Key>&, std::optional<Kept<Value>>, State<S>&>
struct StateFn<Fn, Key, Value, S> {
  static constexpr bool fits = true;
  using Mapped = std::invoke_result_t<const Fn&, const Kept<Key>&, std::optional<Kept<Value>>, State<S>&>;
  static std::optional<Mapped> call(const Fn& fn, Time, const Kept<Key>& key, std::optional<Kept<Value>>&& value, State<S>& state) {
    return fn(key, std::move(value), state);
  }
};
template <class Fn, class Key, class Value, class S>
  requires requires { typename std::invoke_result_t<const Fn&, Time, const Kept<Key>&, std::optional<Kept<Value>>, State<S>&>::value_type; }
struct StateFn<Fn, Key, Value, S> {
  static constexpr bool fits = true;
  using Mapped = typename std::invoke_result_t<const Fn&, Time, const Kept<Key>&, std::optional<Kept<Value>>, State<S>&>::value_type;
  static std::optional<Mapped> call(const Fn& fn, Time time, const Kept<Key>& key, std::optional<Kept<Value>>&& value, State<S>& state) {
    return fn(time, key, std::move(value), state);
  }
};

/// The spec with its initial states as owners: they may have been a view, and the first batch comes when what that looks at is gone.
template <class Key, class S, class Fn, class Initial, bool durable>
auto withOwnPairs(const StateSpecOf<S, Fn, Initial, durable>& spec) {
  if constexpr (std::is_same_v<Initial, NoInitialState>) {
    return spec;
  } else {
    std::vector<std::pair<Kept<Key>, S>> pairs;
    for (const auto& [key, state] : spec.initial) pairs.emplace_back(Kept<Key>(key), S(state));
    return StateSpecOf<S, Fn, decltype(pairs), durable>{spec.fn, std::move(pairs), spec.partitions, spec.idle, spec.every};
  }
}

/// All states, and the one pass over a batch that changes them. What the pass changed can be taken back until it is committed.
template <class Key, class Value, class Spec>
class States {
 public:
  using S = typename Spec::state_type;
  using Call = StateFn<decltype(Spec::fn), Key, Value, S>;
  using Mapped = typename Call::Mapped;
  using Tables = LiveTables<Key, S, StateSlot<S>>;
  using Result = std::vector<std::vector<Kept<Mapped>>>;
  static constexpr bool inCheckpoints = Spec::inCheckpoints;
  using Durable = typename DurableOr<inCheckpoints>::template type<States, Key, S>;

  explicit States(Spec spec) : spec_(std::move(spec)) {}

  /// Maps the records of the batch, each partition's in order, then those keys that time out.
  template <Rdd R>
  Result run(R& rdd, RunnerRef runner, Time time, bool scan) {
    if (!tables_.exist()) begin(runner, time);
    const std::size_t partitions = tables_.partitions();
    auto records = exchange(rdd, runner, partitions, [partitions](const auto& record) {
      return static_cast<std::size_t>(KeyHash<Key>::hash(member<0>(record), 0) % partitions);
    });
    tables_.beforeChange();
    Result mapped(partitions);
    try {
      runner.forEach(partitions, [&](std::size_t, std::size_t part) {
        auto& batch = records[part];
        mapped[part].reserve(batch.size());
        std::size_t likely[atOnce];
        for (std::size_t i = 0; i < batch.size(); ++i) {
          if (i % atOnce == 0) lookAhead(part, batch, i, likely);
          call(part, time, member<0>(batch[i]), likely[i % atOnce], std::optional<Kept<Value>>(std::move(member<1>(batch[i]))), mapped[part]);
        }
        if (scan && spec_.idle != 0) timeOut(part, time, mapped[part]);
      });
    } catch (...) {
      rollback();
      throw;
    }
    return mapped;
  }
  [[nodiscard]] auto show() { return tables_.show(); }

  // For checkpoints.
  [[nodiscard]] bool timed() const { return spec_.idle != 0; }
  [[nodiscard]] std::size_t parts() const { return order_.size(); }
  [[nodiscard]] const auto& table(std::size_t part) const { return tables_.table(part); }
  [[nodiscard]] const auto& order(std::size_t part) const { return order_[part]; }
  void clear() {
    tables_.clear();
    order_.clear();
  }
  /// So many partitions, the initial states not in them.
  void restore(std::size_t partitions, RunnerRef runner) {
    if (partitions != 0 && !tables_.exist()) make(partitions, runner);
    if (partitions != order_.size()) throw DecodeError("dstream: decode: states in another number of partitions");
    tables_.beforeChange();
  }
  void restoreKey(std::size_t part, const Kept<Key>& key, std::optional<S> state, std::int64_t updated, bool removed) {
    if (!order_[part].restore(tables_.table(part), key, std::move(state), updated, removed)) throw DecodeError("dstream: decode: an update of a state that is not there");
  }
  [[nodiscard]] std::size_t scanEvery() const { return spec_.every; }

  // The work of one batch has its turn, until that batch is over: what was not computed by then never touches the states again.
  [[nodiscard]] std::uint64_t nextTurn() { return ++turn_; }
  [[nodiscard]] std::uint64_t turn() const { return turn_; }

  void commit() {
    for (auto& states : order_) states.commit();
    begun_ = tables_.exist();
  }
  void rollback() {
    if (!begun_) return clear();
    tables_.beforeChange();
    for (std::size_t part = 0; part < order_.size(); ++part) order_[part].rollback(tables_.table(part));
  }

 private:
  /// The initial states count as the first batch's changes.
  void begin(RunnerRef runner, Time time) {
    const std::size_t partitions = spec_.partitions != 0 ? spec_.partitions : runner.partitions();
    make(partitions, runner);
    if constexpr (!std::is_same_v<decltype(spec_.initial), NoInitialState>)
      for (const auto& [key, state] : spec_.initial) {
        const auto part = static_cast<std::size_t>(KeyHash<Key>::hash(Owned<Key>::look(key), 0) % partitions);
        auto& table = tables_.table(part);
        order_[part].put(table, table.indexOf(Owned<Key>::look(key)), key, S(state), time.nanoseconds);
      }
  }

  void make(std::size_t partitions, RunnerRef runner) {
    tables_.make(partitions, runner.seed());
    for (std::size_t i = 0; i < partitions; ++i) order_.emplace_back(spec_.idle != 0);
  }

  static constexpr std::size_t atOnce = Tables::Table::atOnce;
  template <class Records>
  void lookAhead(std::size_t part, const Records& records, std::size_t from, std::size_t (&likely)[atOnce]) const {
    const std::size_t count = records.size() - from < atOnce ? records.size() - from : atOnce;
    tables_.table(part).lookAhead(count, [&](std::size_t i) -> decltype(auto) { return Owned<Key>::look(member<0>(records[from + i])); }, likely);
    if (!timed()) return;
    for (std::size_t i = 0; i < count; ++i) order_[part].prefetchLink(likely[i]);
    for (std::size_t i = 0; i < count; ++i) order_[part].prefetchNeighbours(likely[i]);
  }

  void call(std::size_t part, Time time, const Kept<Key>& key, std::size_t likely, std::optional<Kept<Value>>&& value, std::vector<Kept<Mapped>>& mapped) {
    auto& table = tables_.table(part);
    const std::size_t at = table.indexOf(Owned<Key>::look(key), likely);
    S* const known = at == Tables::Table::none ? nullptr : &table.entries()[at].second.state;
    const auto own = [&]() -> S* { return order_[part].ownState(key) ? known : nullptr; };
    State<S> state(known, false, own);
    std::optional<Mapped> result = Call::call(spec_.fn, time, key, std::move(value), state);
    if (result) mapped.push_back(Owned<Mapped>::own(*std::move(result)));  // before the state goes or moves: it may be a view of it
    if (state.removed()) {
      if (known != nullptr) order_[part].remove(table, at);
    } else if (state.updated()) {
      order_[part].put(table, at, key, *std::move(state.updated()), time.nanoseconds);
    } else if (known != nullptr && spec_.idle != 0) {
      order_[part].touch(table, at, time.nanoseconds);
    }
  }

  void timeOut(std::size_t part, Time time, std::vector<Kept<Mapped>>& mapped) {
    auto& table = tables_.table(part);
    for (std::size_t at; (at = order_[part].oldest(time.nanoseconds - spec_.idle)) != Tables::Table::none;) {
      const auto& [key, slot] = table.entries()[at];
      State<S> state(&slot.state, true);
      std::optional<Mapped> result = Call::call(spec_.fn, time, key, std::nullopt, state);
      if (result) mapped.push_back(Owned<Mapped>::own(*std::move(result)));
      order_[part].remove(table, at);
    }
  }

  const Spec spec_;
  Tables tables_;
  std::vector<TimedStates<Key, S>> order_;
  std::uint64_t turn_ = 0;
  bool begun_ = false;  // a batch was committed: the tables are more than the initial states
};

}  // namespace dstream::inline v0::detail
