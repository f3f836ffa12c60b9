// SPDX-License-Identifier: BSL-1.0
#pragma once
// reduceByKeyAndWindow: DStream<(K, V)> → DStream<(K, V)>, every slide, the values of each key in the window combined.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <dstream/core/algebra.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/shuffle/live_keyed.hpp>
#include <dstream/shuffle/reduceByKey.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/history.hpp>
#include <dstream/windows/extent.hpp>
#include <dstream/windows/reduceByWindow.hpp>
#include <dstream/windows/subtract_on_evict.hpp>
#include <dstream/windows/two_stacks.hpp>
#include <dstream/windows/window_state.hpp>

namespace dstream::inline v0 {

namespace detail {

/// One key's window, and its combination as it is shown.
template <class Value, class Fn>
struct StacksSlot {
  static constexpr const char* algorithm = TwoStacks<Kept<Value>>::algorithm;

  void push(std::int64_t time, const Kept<Value>& value, const OnKept<Value, Fn>& combine) {
    if (stacks.endsWith(time)) return;  // a second try after a throw
    stacks.push(time, value, combine);
    combined.emplace(stacks.total(combine));
  }
  /// False when nothing is left.
  bool evict(std::int64_t until, const Kept<Value>&, const OnKept<Value, Fn>& combine) {
    stacks.evict(until, combine);
    if (stacks.empty()) return false;
    combined.emplace(stacks.total(combine));
    return true;
  }
  [[nodiscard]] const Kept<Value>* shown() const { return &*combined; }

  TwoStacks<Kept<Value>> stacks;
  std::optional<Kept<Value>> combined;
};

template <class Value, class Fn, class Inv>
struct InverseSlot {
  static constexpr const char* algorithm = SubtractOnEvict<Kept<Value>>::algorithm;

  struct Functions {
    OnKept<Value, Fn> combine;
    OnKept<Value, Inv> inverse;
    bool keepEmpty;
  };

  void push(std::int64_t time, const Kept<Value>& value, const Functions& functions) {
    if (!total.reached(time)) total.push(time, value, functions.combine);
  }
  bool evict(std::int64_t until, const Kept<Value>& value, const Functions& functions) {
    if (total.reached(until) && gone < until) {  // else its push threw as long as it was in the window
      total.evict(value, functions.inverse, functions.keepEmpty);
      gone = until;
    }
    return total.count() != 0 || total.total() != nullptr;
  }
  [[nodiscard]] const Kept<Value>* shown() const { return total.total(); }

  SubtractOnEvict<Kept<Value>> total;
  std::int64_t gone = std::numeric_limits<std::int64_t>::min();  // the youngest batch that has left
};

/// Holds back nothing.
struct EveryPair {
  template <class Record>
  constexpr bool operator()(const Record&) const {
    return true;
  }
};

/// A slot for each key of the window, in the partitions of the reduced batches, and those batches: what leaves with them is found by them.
/// **cost** per batch O(1) combinations for each key that it brings or that leaves with it; a key of neither costs nothing but its place in the result.
template <class Key, class Value, Rdd R, class Slot, class Functions, class Filter>
class KeyedWindow {
 public:
  using Data = LiveKeyed<Key, Value, Slot>;
  static constexpr const char* algorithm = Slot::algorithm;

  KeyedWindow(Functions functions, Filter filter) : functions_(std::move(functions)), filter_(std::move(filter)) {}

  void evict(Time until, RunnerRef runner) {
    for (; !batches_.empty() && batches_.first()->time <= until; batches_.dropFirst()) {
      tables_.beforeChange();
      eachKey(batches_.first()->value, runner, [&, time = batches_.first()->time.nanoseconds](Table& table, const auto& key, const Kept<Value>& value) {
        Slot* slot = table.find(key);
        if (slot != nullptr && !slot->evict(time, value, functions_)) table.erase(key);
      });
    }
  }

  void push(Time time, R& rdd, RunnerRef runner) {
    if (!tables_.exist()) tables_.make(rdd.partitions(), runner.seed());
    if (tables_.partitions() != rdd.partitions()) throw std::logic_error("dstream: reduceByKeyAndWindow: the number of partitions changed");
    tables_.beforeChange();
    if (batches_.empty() || batches_.last().time != time) batches_.add(time, rdd);
    eachKey(rdd, runner, [&, time = time.nanoseconds](Table& table, const auto& key, const Kept<Value>& value) {
      table.combine(
          key,
          [&] {
            Slot slot;
            slot.push(time, value, functions_);
            return slot;
          },
          [&](Slot& slot) { slot.push(time, value, functions_); });
    });
  }

  Data result() {
    if constexpr (!std::is_same_v<Filter, EveryPair>) {
      tables_.beforeChange();
      for (std::size_t part = 0; part < tables_.partitions(); ++part)
        for (auto& [key, slot] : tables_.table(part).entries())
          if (slot.shown() != nullptr && !filter_(typename Data::reference(Owned<Key>::look(key), Owned<Value>::look(*slot.shown())))) slot.total.forget();
    }
    return tables_.show();
  }

 private:
  using Table = CombineTable<Key, Slot>;

  /// `body(table, key, value)` for every record, the partitions apart.
  template <class Body>
  void eachKey(R& rdd, RunnerRef runner, const Body& body) {
    runner.forEach(rdd.partitions(), [&](std::size_t, std::size_t part) {
      Table* const table = &tables_.table(part);
      auto step = [&](Table* into, auto&& record) {
        body(*into, member<0>(record), Owned<Value>::own(member<1>(record)));
        return into;
      };
      static_cast<void>(rdd.fold(Slice{part}, table, step));
    });
  }

  Functions functions_;
  Filter filter_;
  LiveTables<Key, Value, Slot> tables_;
  History<R> batches_;
};

template <class Fn, class Inv, class Filter>
struct ReduceByKeyAndWindowOp : Nameable<ReduceByKeyAndWindowOp<Fn, Inv, Filter>> {
  static constexpr Kind kind = Kind::Temporal;
  static constexpr OperatorInfo info{"reduceByKeyAndWindow", Role::WindowState};
  using Before = ReduceByKeyOp<Fn>;

  ReduceByKeyAndWindowOp(Fn function, Inv inverse, WindowExtent window, std::size_t count, Filter keep)
      : fn(std::move(function)), inv(std::move(inverse)), filter(std::move(keep)), extent(window), partitions(count) {}

  /// As Spark: a key whose values have all left stays, with what the inverse leaves of them, unless the filter drops it.
  [[nodiscard]] ReduceByKeyAndWindowOp keepEmptyKeys() const& {
    static_assert(!std::is_same_v<Inv, Declared>, "only a window with an inverse of its own can keep keys that have left it");
    ReduceByKeyAndWindowOp op = *this;
    op.keepsEmpty = true;
    return op;
  }

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "reduceByKeyAndWindow needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) {
      if constexpr (ReduceByKeyOp<Fn>::template check<Record>()) {
        using Value = ValueOf<Record>;
        constexpr bool fits = combinesKept<Value, Fn> && (std::is_same_v<Inv, Declared> || combinesKept<Value, Inv>);
        static_assert(fits, "reduceByKeyAndWindow needs functions that take two values by value or const reference: the window keeps them");
        constexpr bool filters = std::is_invocable_r_v<bool, const Filter&, std::pair<MemberView<KeyOf<Record>>, MemberView<Value>>>;
        static_assert(filters, "the filter of reduceByKeyAndWindow takes a (key, value) pair and returns bool");
        return fits && filters;
      }
    }
    return false;
  }

  template <Node N>
  auto onto(const DStream<N>& stream) const {
    using Reduced = decltype(stream | reduceByKey(fn, partitions));
    using Value = ValueOf<typename Reduced::rdd_type::reference>;
    if constexpr (!std::is_same_v<Inv, Declared>) {
      using Slot = InverseSlot<Value, Fn, Inv>;
      return made<Slot>(stream, typename Slot::Functions{{fn}, {inv}, keepsEmpty});
    } else if constexpr (Invertible<Fn, Value>) {
      using Known = typename Inverse<Fn, Value>::type;
      using Slot = InverseSlot<Value, Fn, Known>;
      return made<Slot>(stream, typename Slot::Functions{{fn}, {Known{}}, false});
    } else {
      return made<StacksSlot<Value, Fn>>(stream, OnKept<Value, Fn>{fn});
    }
  }

  constexpr void describe(OperatorInfo& into) const { extent.describe(into); }

  [[no_unique_address]] Fn fn;
  [[no_unique_address]] Inv inv;
  [[no_unique_address]] Filter filter;
  WindowExtent extent;
  std::size_t partitions;
  bool keepsEmpty = false;

 private:
  template <class Slot, class Stream, class Functions>
  auto made(const Stream& stream, Functions functions) const {
    const WindowExtent checked = extent.over(stream.node().slide());
    const auto reduced = stream | reduceByKey(fn, partitions);
    using Parent = std::remove_cvref_t<decltype(reduced.node())>;
    using R = typename Parent::rdd_type;
    using WindowState = KeyedWindow<KeyOf<typename R::reference>, ValueOf<typename R::reference>, R, Slot, Functions, Filter>;
    auto node = std::make_shared<WindowStateNode<Parent, WindowState>>(reduced.node(), WindowState(std::move(functions), filter), checked);
    node->name = this->name;
    node->operatorInfo = info;
    node->operatorInfo.algorithm = WindowState::algorithm;
    checked.describe(node->operatorInfo);
    return DStream<SharedRef<WideRdd<typename WindowState::Data>>>{stream.graph(), {std::move(node)}};
  }
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, V)>
/// **meaning** every `slide` (default: the stream's own), for each key with a value in the batches of (t − length, t] their combination. A key that
/// has left the window is gone. **function contract** as for reduceByKey. A function with a declared Inverse (plus over integers) is subtracted from
/// when a batch leaves; any other is combined by two stacks per key. **kept** per key and batch in the window one entry. **order** none promised.
/// **cost** each batch is reduced once; then O(1) calls of fn for each key that comes or leaves, whatever the length; a key that does neither
/// costs nothing but its place in the result. **errors** as for reduceByKey and window. **source** Spark PairDStreamFunctions.reduceByKeyAndWindow.
template <class Fn>
[[nodiscard]] auto reduceByKeyAndWindow(Fn fn, std::chrono::nanoseconds length) {
  return detail::ReduceByKeyAndWindowOp<Fn, detail::Declared, detail::EveryPair>{std::move(fn), {}, detail::extentOf(length), 0, {}};
}
template <class Fn>
[[nodiscard]] auto reduceByKeyAndWindow(Fn fn, std::chrono::nanoseconds length, std::chrono::nanoseconds slide, std::size_t partitions = 0) {
  return detail::ReduceByKeyAndWindowOp<Fn, detail::Declared, detail::EveryPair>{std::move(fn), {}, detail::extentOf(length, slide), partitions, {}};
}
/// The same with an inverse of the user's: `inverse(fn(x, y), y) == x`. A key is dropped when its last value leaves, and when `filter((key, value))`
/// does not hold at a slide: then it starts afresh with its next value, so filter may drop only what does not change a sum. `.keepEmptyKeys()` gives Spark's form, in which keys
/// that left stay with what inverse leaves of them. **cost** a filter adds a call per key and slide. Rounding errors of floats stay for ever.
template <class Fn, class Inv, class Filter = detail::EveryPair>
  requires(!std::is_convertible_v<Inv, std::chrono::nanoseconds>)
[[nodiscard]] auto reduceByKeyAndWindow(Fn fn, Inv inverse, std::chrono::nanoseconds length, std::chrono::nanoseconds slide, Filter filter = {},
                                        std::size_t partitions = 0) {
  return detail::ReduceByKeyAndWindowOp<Fn, Inv, Filter>{std::move(fn), std::move(inverse), detail::extentOf(length, slide), partitions, std::move(filter)};
}

}  // namespace dstream::inline v0
