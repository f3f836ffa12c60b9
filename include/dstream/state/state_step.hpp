// SPDX-License-Identifier: BSL-1.0
#pragma once
// StateStep: the states of updateStateByKey after a batch, from those before it and the batch's values.

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/shuffle/combine_table.hpp>
#include <dstream/shuffle/key_value.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

/// **meaning** what the partition form of updateStateByKey is given of each key: its values of this batch, and its state, if any.
template <class Key, class Value, class S>
struct StateUpdate {
  Kept<Key> key;
  Kept<std::vector<Value>> values;
  std::optional<S> state;
};

/// **meaning** (key, state) records of tables that nobody changes any more; copies share them.
template <class Key, class S>
class StateRecords {
  using Product = Owned<std::pair<Key, S>>;

 public:
  using Tables = std::vector<CombineTable<Key, S>>;
  using reference = typename Product::view;
  using value_type = std::remove_cvref_t<reference>;

  StateRecords() = default;
  explicit StateRecords(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}

  [[nodiscard]] std::size_t partitions() const { return tables_->size(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    const std::size_t entries = (*tables_)[partition].entries().size();
    const std::size_t perSlice = bytes / sizeof(typename CombineTable<Key, S>::Entry) + 1;
    return entries == 0 ? 1 : (entries - 1) / perSlice + 1;
  }
  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    const auto& entries = (*tables_)[slice.partition].entries();
    const std::size_t to = entries.size() * (slice.index + 1) / slice.count;
    for (std::size_t i = entries.size() * slice.index / slice.count; i < to; ++i) {
      accumulator = step(std::move(accumulator), Product::look(entries[i]));
      if (v0::stopped(accumulator)) break;
    }
    return accumulator;
  }

 private:
  std::shared_ptr<const Tables> tables_;
};

namespace detail {

/// The states after one batch, from those before it and the batch's values.
template <class Key, class Value, class S>
class StateStep {
 public:
  using Tables = typename StateRecords<Key, S>::Tables;
  using Values = Kept<std::vector<Value>>;

  StateStep(const Tables& before, RunnerRef runner, std::size_t partitions)
      : before_(before), runner_(runner), after_(std::make_shared<Tables>(partitions, CombineTable<Key, S>(runner.seed()))) {}

  /// Every key of either side once: those of the batch first.
  template <class Grouped, class Update>
  void eachKey(Grouped* grouped, Time time, const Update& update) {
    run(grouped, [&](std::size_t part, auto&& key, const Values& values, const S* state) {
      std::optional<S> next = update(time, std::as_const(key), values, state == nullptr ? std::optional<S>{} : std::optional<S>{*state});
      if (next) insert((*after_)[part], std::forward<decltype(key)>(key), *std::move(next));
    });
  }

  /// The function is given a partition at a time, and gives any pairs.
  template <class Grouped, class Fn>
  void eachPartition(Grouped* grouped, const Fn& fn) {
    std::vector<std::vector<StateUpdate<Key, Value, S>>> updates(after_->size());
    run(grouped, [&](std::size_t part, auto&& key, const Values& values, const S* state) {
      updates[part].push_back({std::forward<decltype(key)>(key), values, state == nullptr ? std::optional<S>{} : std::optional<S>{*state}});
    });
    std::vector<std::vector<std::pair<Kept<Key>, S>>> given(after_->size());
    runner_.forEach(after_->size(), [&](std::size_t, std::size_t part) {
      auto emit = [&](auto&& key, S state) { given[part].emplace_back(Kept<Key>(std::forward<decltype(key)>(key)), std::move(state)); };
      fn(std::as_const(updates[part]), emit);
    });
    for (auto& pairs : given)  // the function may give other keys than it was given
      for (auto& [key, state] : pairs) insert((*after_)[partitionOf(key)], std::move(key), std::move(state));
  }

  [[nodiscard]] std::shared_ptr<const Tables> after() && { return std::move(after_); }

 private:
  template <class Grouped, class Body>
  void run(Grouped* grouped, const Body& body) {
    runner_.forEach(after_->size(), [&](std::size_t, std::size_t part) {
      const auto* const known = before_.empty() ? nullptr : &before_[part];
      if (known != nullptr) (*after_)[part].reserve(known->entries().size());  // most stay
      Deferred<std::vector<bool>, Grouped> done(known == nullptr ? 0 : known->entries().size());
      if (grouped != nullptr) {
        int nothing = 0;
        auto step = [&](int* none, auto&& record) {
          const auto& key = member<0>(record);
          const Values& values = member<1>(record);
          const std::size_t at = known == nullptr ? CombineTable<Key, S>::none : known->indexOf(key);
          const bool found = at != CombineTable<Key, S>::none;
          if (found) done[at] = true;
          const S* const state = found ? &known->entries()[at].second : nullptr;
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(key)>, Kept<Key>>) {
            body(part, key, values, state);
          } else {
            body(part, Kept<Key>(Owned<Key>::own(key)), values, state);
          }
          return none;
        };
        static_cast<void>(grouped->fold(Slice{part}, &nothing, step));
      }
      if (known == nullptr) return;
      const Values none;
      for (std::size_t i = 0; i < done.size(); ++i)
        if (!done[i]) body(part, known->entries()[i].first, none, &known->entries()[i].second);
    });
  }
  /// The first of several states that a partition function gave for one key is used.
  template <class K>
  static void insert(CombineTable<Key, S>& table, K&& key, S&& state) {
    table.combineKept(Kept<Key>(std::forward<K>(key)), [&]() -> S { return std::move(state); }, [](S&) {});
  }
  [[nodiscard]] std::size_t partitionOf(const Kept<Key>& key) const { return KeyHash<Key>::hash(Owned<Key>::look(key), 0) % after_->size(); }

  const Tables& before_;
  RunnerRef runner_;
  std::shared_ptr<Tables> after_;
};

}  // namespace detail

}  // namespace dstream::inline v0
