// SPDX-License-Identifier: BSL-1.0
#pragma once
// reduceByWindow: DStream<T> → DStream<T>, one record per slide: all records of the window combined.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/algebra.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/single.hpp>
#include <dstream/operators/reduce.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/history.hpp>
#include <dstream/windows/extent.hpp>
#include <dstream/windows/subtract_on_evict.hpp>
#include <dstream/windows/two_stacks.hpp>
#include <dstream/windows/window_state.hpp>

namespace dstream::inline v0 {

namespace detail {

/// A user's function on kept values: gives a new one and leaves both.
template <class T, class Fn>
struct OnKept {
  Kept<T> operator()(const Kept<T>& left, const Kept<T>& right) const {
    return Owned<T>::own(static_cast<T>(detail::invoke(fn, Owned<T>::look(left), Owned<T>::look(right))));
  }
  [[no_unique_address]] Fn fn;
};

template <class T, class Fn>
inline constexpr bool combinesKept = std::is_invocable_r_v<T, const Fn&, View<T>, View<T>>;

/// The value of a batch that was reduced to one record, or none.
template <class T, Rdd R>
std::optional<Kept<T>> onlyRecord(R& rdd) {
  std::optional<Kept<T>> only;
  auto keep = [](std::optional<Kept<T>>* into, auto&& record) {
    into->emplace(Owned<T>::own(std::forward<decltype(record)>(record)));
    return into;
  };
  for (std::size_t partition = 0; partition < rdd.partitions(); ++partition) static_cast<void>(rdd.fold(Slice{partition}, &only, keep));
  return only;
}

template <class T, class Fn>
class ReducedByStacks {
 public:
  using Data = Single<T>;
  static constexpr const char* algorithm = TwoStacks<Kept<T>>::algorithm;
  explicit ReducedByStacks(Fn fn) : combine_{std::move(fn)} {}

  void evict(Time until, RunnerRef) {
    for (; !times_.empty() && times_.first()->time <= until; times_.dropFirst())
      if (times_.first()->value.come) stacks_.pop(combine_);
  }
  template <Rdd R>
  void push(Time time, R& rdd, RunnerRef) {
    const auto value = onlyRecord<T>(rdd);
    if (!value) return;
    if (times_.empty() || times_.last().time != time) times_.add(time, {});
    stacks_.push(*value, combine_);
    times_.last().value.come = true;
  }
  Data result() {
    if (stacks_.empty()) return {};
    return {stacks_.total(combine_)};
  }
  [[nodiscard]] static bool everyBatch() { return false; }

  void save(std::string& out) {
    stacks_.save(out);
    std::size_t count = 0;
    times_.each([&](Time, const Batch&) { ++count; });
    putSize(count, out);
    times_.each([&](Time time, const Batch& batch) {
      putTime(time, out);
      Codec<bool>::encode(batch.come, out);
    });
  }
  void load(std::string_view& in, RunnerRef) {
    stacks_ = TwoStacks<Kept<T>>::load(in);
    times_ = {};
    for (std::size_t left = takeCount(in); left != 0; --left) {
      const Time time = takeTime(in);
      times_.add(time, {Codec<bool>::decode(in)});
    }
  }

 private:
  struct Batch {
    bool come = false;  // else its push threw as long as it was in the window
  };

  OnKept<T, Fn> combine_;
  TwoStacks<Kept<T>> stacks_;
  History<Batch> times_;  // of the batches with a record
};

template <class T, class Fn, class Inverse>
class ReducedByInverse {
 public:
  using Data = Single<T>;
  static constexpr const char* algorithm = SubtractOnEvict<Kept<T>>::algorithm;
  ReducedByInverse(Fn fn, Inverse inverse, bool keepEmpty) : combine_{std::move(fn)}, inverse_{std::move(inverse)}, keepEmpty_(keepEmpty) {}

  void evict(Time until, RunnerRef) {
    for (; !values_.empty() && values_.first()->time <= until; values_.dropFirst())
      if (values_.first()->value.come) total_.evict(values_.first()->value.value, inverse_, keepEmpty_);
  }
  template <Rdd R>
  void push(Time time, R& rdd, RunnerRef) {
    const auto value = onlyRecord<T>(rdd);
    if (!value) return;
    if (values_.empty() || values_.last().time != time) values_.add(time, {*value});
    total_.push(*value, combine_);
    values_.last().value.come = true;
  }
  Data result() {
    if (total_.total() == nullptr) return {};
    return {*total_.total()};
  }
  /// The first record ever counts.
  [[nodiscard]] bool everyBatch() const { return keepEmpty_; }

  void save(std::string& out) {
    total_.save(out);
    std::size_t count = 0;
    values_.each([&](Time, const Batch&) { ++count; });
    putSize(count, out);
    values_.each([&](Time time, const Batch& batch) {
      putTime(time, out);
      Codec<Kept<T>>::encode(batch.value, out);
      Codec<bool>::encode(batch.come, out);
    });
  }
  void load(std::string_view& in, RunnerRef) {
    total_ = SubtractOnEvict<Kept<T>>::load(in);
    values_ = {};
    for (std::size_t left = takeCount(in); left != 0; --left) {
      const Time time = takeTime(in);
      Kept<T> value = Codec<Kept<T>>::decode(in);
      values_.add(time, {std::move(value), Codec<bool>::decode(in)});
    }
  }

 private:
  struct Batch {
    Kept<T> value;
    bool come = false;  // else its push threw as long as it was in the window
  };

  OnKept<T, Fn> combine_;
  OnKept<T, Inverse> inverse_;
  const bool keepEmpty_;
  SubtractOnEvict<Kept<T>> total_;
  History<Batch> values_;
};

/// Marks that no inverse was given: one that is declared for the function is used, else none.
struct Declared {};

template <class Fn, class Inv, bool durable = true>
struct ReduceByWindowOp : Nameable<ReduceByWindowOp<Fn, Inv, durable>> {
  static constexpr Kind kind = Kind::Temporal;
  static constexpr OperatorInfo info{"reduceByWindow", Role::WindowState};
  using Before = ReduceOp<Fn>;

  ReduceByWindowOp(Fn function, Inv inverse, WindowExtent window) : fn(std::move(function)), inv(std::move(inverse)), extent(window) {}

  /// No checkpoint may have this window, so its records need no Codec. A stream with a checkpoint directory refuses to start with it.
  [[nodiscard]] auto transient() const {
    ReduceByWindowOp<Fn, Inv, false> op{fn, inv, extent};
    op.name = this->name;
    return op;
  }

  template <class Record>
  static consteval bool check() {
    using T = std::remove_cvref_t<Record>;
    if constexpr (ReduceOp<Fn>::template check<Record>() && canCarry<Kept<T>>()) {
      constexpr bool fits = combinesKept<T, Fn> && (std::is_same_v<Inv, Declared> || combinesKept<T, Inv>);
      static_assert(fits, "reduceByWindow needs functions that take two records by value or const reference: the window keeps them");
      constexpr bool codable = !durable || Codable<Kept<T>>;
      static_assert(codable, "checkpoints keep what reduceByWindow keeps, so the record needs a Codec; specialise dstream::Codec, or say .transient() of the operator");
      return fits && codable;
    }
    return false;
  }

  template <Node N>
  auto onto(const DStream<N>& stream) const {
    using T = typename N::rdd_type::value_type;
    const WindowExtent checked = extent.over(stream.node().slide(), info.name);
    const auto reduced = stream | v0::reduce(fn);
    if constexpr (!std::is_same_v<Inv, Declared>) {
      return made(reduced, ReducedByInverse<T, Fn, Inv>{fn, inv, true}, checked);
    } else if constexpr (Invertible<Fn, T>) {
      using Known = typename Inverse<Fn, T>::type;
      return made(reduced, ReducedByInverse<T, Fn, Known>{fn, Known{}, false}, checked);
    } else {
      return made(reduced, ReducedByStacks<T, Fn>{fn}, checked);
    }
  }

  constexpr void describe(OperatorInfo& into) const { extent.describe(into); }

  [[no_unique_address]] Fn fn;
  [[no_unique_address]] Inv inv;
  WindowExtent extent;

 private:
  template <class Stream, class WindowState>
  auto made(const Stream& stream, WindowState state, WindowExtent checked) const {
    using Result = WideRdd<typename WindowState::Data>;
    auto node = std::make_shared<WindowStateNode<std::remove_cvref_t<decltype(stream.node())>, WindowState, durable>>(stream.node(), std::move(state), checked);
    node->name = this->name;
    node->operatorInfo = info;
    node->operatorInfo.algorithm = WindowState::algorithm;
    checked.describe(node->operatorInfo);
    return DStream<SharedRef<Result, detail::replayable<std::remove_cvref_t<decltype(stream.node())>>>>{stream.graph(), {std::move(node)}};
  }
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T>
/// **meaning** every `slide`, the records of the batches in (t − length, t] combined with `fn`; no record for a window without any.
/// **function contract** as for reduce; the older argument comes first. A function with a declared Inverse (plus over integers) is subtracted from
/// when a batch leaves; any other is combined by two stacks. **kept** one T per batch in the window. **cost** per batch one reduce and O(1) calls
/// of fn, whatever the length. **errors** as for reduce and window. **source** Spark DStream.reduceByWindow.
template <class Fn>
[[nodiscard]] auto reduceByWindow(Fn fn, Timespan length, Timespan slide) {
  return detail::ReduceByWindowOp<Fn, detail::Declared>{std::move(fn), {}, detail::extentOf(length, slide)};
}
/// The same with an inverse of the user's: `inverse(fn(x, y), y) == x`. From the first record on each window gives one record, also one without
/// any: what inverse leaves (0 for sums). Rounding errors of floats stay for ever.
template <class Fn, class Inv>
  requires(!std::is_convertible_v<Inv, Timespan>)
[[nodiscard]] auto reduceByWindow(Fn fn, Inv inverse, Timespan length, Timespan slide) {
  return detail::ReduceByWindowOp<Fn, Inv>{std::move(fn), std::move(inverse), detail::extentOf(length, slide)};
}

}  // namespace dstream::inline v0
