// SPDX-License-Identifier: BSL-1.0
#pragma once
// reduceByKeyAndWindow: DStream<(K, V)> → DStream<(K, V)>, every slide, the values of each key in the window combined.

#include <cstddef>
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
#include <dstream/shuffle/reduceByKey.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/windows/extent.hpp>
#include <dstream/windows/keyed_window.hpp>
#include <dstream/windows/reduceByWindow.hpp>
#include <dstream/windows/subtract_on_evict.hpp>
#include <dstream/windows/two_stacks.hpp>

namespace dstream::inline v0 {

namespace detail {

/// One key's window, and its combination as it is shown.
template <class Value, class Fn>
class StacksSlot {
 public:
  static constexpr const char* algorithm = TwoStacks<Kept<Value>>::algorithm;
  using Functions = OnKept<Value, Fn>;
  struct Leaving {};
  static Leaving leaving(const Kept<Value>&) { return {}; }

  StacksSlot(const Kept<Value>& value, const Functions& combine) : combined_(value) { stacks_.push(value, combine); }

  // Combined first: a function that throws has changed nothing then.
  void push(const Kept<Value>& value, const Functions& combine) {
    Kept<Value> combined = combine(combined_, value);
    stacks_.push(value, combine);
    combined_ = std::move(combined);
  }
  bool evict(Leaving, const Functions& combine) {
    std::optional<Kept<Value>> rest = stacks_.totalBehindOldest(combine);
    stacks_.pop(combine);
    if (!rest) return false;
    combined_ = *std::move(rest);
    return true;
  }
  [[nodiscard]] const Kept<Value>* shown() const { return &combined_; }
  void prefetch() const { stacks_.prefetch(); }

  void save(std::string& out) {
    stacks_.save(out);
    Codec<Kept<Value>>::encode(combined_, out);
  }
  static StacksSlot load(std::string_view& in) {
    auto stacks = TwoStacks<Kept<Value>>::load(in);
    return StacksSlot(std::move(stacks), Codec<Kept<Value>>::decode(in));
  }

 private:
  StacksSlot(TwoStacks<Kept<Value>>&& stacks, Kept<Value>&& combined) : stacks_(std::move(stacks)), combined_(std::move(combined)) {}

  TwoStacks<Kept<Value>> stacks_;
  Kept<Value> combined_;
};

template <class Value, class Fn, class Inv>
class InverseSlot {
 public:
  static constexpr const char* algorithm = SubtractOnEvict<Kept<Value>>::algorithm;
  struct Functions {
    OnKept<Value, Fn> combine;
    OnKept<Value, Inv> inverse;
    bool keepEmpty;
  };
  using Leaving = Kept<Value>;
  static const Leaving& leaving(const Kept<Value>& value) { return value; }

  InverseSlot(const Kept<Value>& value, const Functions& functions) { push(value, functions); }

  void push(const Kept<Value>& value, const Functions& functions) { total_.push(value, functions.combine); }
  bool evict(const Leaving& value, const Functions& functions) {
    total_.evict(value, functions.inverse, functions.keepEmpty);
    return total_.count() != 0 || total_.total() != nullptr;
  }
  bool forget() {
    total_.forget();
    return total_.count() != 0;
  }
  [[nodiscard]] const Kept<Value>* shown() const { return total_.total(); }

  void save(std::string& out) const { total_.save(out); }
  static InverseSlot load(std::string_view& in) { return InverseSlot(SubtractOnEvict<Kept<Value>>::load(in)); }

 private:
  explicit InverseSlot(SubtractOnEvict<Kept<Value>>&& total) : total_(std::move(total)) {}

  SubtractOnEvict<Kept<Value>> total_;
};

template <class Fn, class Inv, class Filter, bool durable = true>
struct ReduceByKeyAndWindowOp : Nameable<ReduceByKeyAndWindowOp<Fn, Inv, Filter, durable>> {
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

  /// No checkpoint may have this window, so keys and values need no Codec. A stream with a checkpoint directory refuses to start with it.
  [[nodiscard]] auto transient() const {
    ReduceByKeyAndWindowOp<Fn, Inv, Filter, false> op{fn, inv, extent, partitions, filter};
    op.name = this->name;
    op.keepsEmpty = keepsEmpty;
    return op;
  }

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "reduceByKeyAndWindow needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) {
      if constexpr (ReduceByKeyOp<Fn>::template check<Record>() && canCarry<Kept<KeyOf<Record>>, Kept<ValueOf<Record>>>()) {
        using Value = ValueOf<Record>;
        constexpr bool fits = combinesKept<Value, Fn> && (std::is_same_v<Inv, Declared> || combinesKept<Value, Inv>);
        static_assert(fits, "reduceByKeyAndWindow needs functions that take two values by value or const reference: the window keeps them");
        constexpr bool filters = std::is_invocable_r_v<bool, const Filter&, std::pair<MemberView<KeyOf<Record>>, MemberView<Value>>>;
        static_assert(filters, "the filter of reduceByKeyAndWindow takes a (key, value) pair and returns bool");
        constexpr bool codable = !durable || (Codable<Kept<KeyOf<Record>>> && Codable<Kept<Value>>);
        static_assert(codable, "checkpoints keep what reduceByKeyAndWindow keeps, so key and value need a Codec; specialise dstream::Codec, or say .transient() of the operator");
        return fits && filters && codable;
      }
    }
    return false;
  }

  template <Node N>
  auto onto(const DStream<N>& stream) const {
    const WindowExtent checked = extent.over(stream.node().slide(), info.name);
    const auto reduced = stream | v0::reduceByKey(fn, partitions);
    using Value = ValueOf<typename decltype(reduced)::rdd_type::reference>;
    if constexpr (!std::is_same_v<Inv, Declared>) {
      return keyedWindows<InverseSlot<Value, Fn, Inv>, durable>(reduced, {{fn}, {inv}, keepsEmpty}, checked, info, this->name, filter);
    } else if constexpr (Invertible<Fn, Value>) {
      using Known = typename Inverse<Fn, Value>::type;
      return keyedWindows<InverseSlot<Value, Fn, Known>, durable>(reduced, {{fn}, {Known{}}, false}, checked, info, this->name, filter);
    } else {
      return keyedWindows<StacksSlot<Value, Fn>, durable>(reduced, {fn}, checked, info, this->name, filter);
    }
  }

  constexpr void describe(OperatorInfo& into) const { extent.describe(into); }

  [[no_unique_address]] Fn fn;
  [[no_unique_address]] Inv inv;
  [[no_unique_address]] Filter filter;
  WindowExtent extent;
  std::size_t partitions;
  bool keepsEmpty = false;
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, V)>
/// **meaning** every `slide` (default: the stream's own), for each key with a value in the batches of (t − length, t] their combination. A key that
/// has left the window is gone. **function contract** as for reduceByKey. A function with a declared Inverse (plus over integers) is subtracted from
/// when a batch leaves; any other is combined by two stacks per key. **kept** per key and batch in the window the key and
/// one value; per key the combination. **order** none promised.
/// **cost** each batch is reduced once; then O(1) calls of fn for each key that comes or leaves, whatever the length; a key that does neither
/// costs nothing but its place in the result. **errors** as for reduceByKey and window. **source** Spark PairDStreamFunctions.reduceByKeyAndWindow.
template <class Fn>
[[nodiscard]] auto reduceByKeyAndWindow(Fn fn, Timespan length) {
  return detail::ReduceByKeyAndWindowOp<Fn, detail::Declared, detail::EveryPair>{std::move(fn), {}, detail::extentOf(length), 0, {}};
}
template <class Fn>
[[nodiscard]] auto reduceByKeyAndWindow(Fn fn, Timespan length, Timespan slide, std::size_t partitions = 0) {
  return detail::ReduceByKeyAndWindowOp<Fn, detail::Declared, detail::EveryPair>{std::move(fn), {}, detail::extentOf(length, slide), partitions, {}};
}
/// The same with an inverse of the user's: `inverse(fn(x, y), y) == x`. A key is dropped when its last value leaves, and when `filter((key, value))`
/// does not hold at a slide: then it starts afresh with its next value, so filter may drop only what does not change a sum. `.keepEmptyKeys()` gives Spark's form, in which keys
/// that left stay with what inverse leaves of them. **cost** a filter adds a call per key and slide. Rounding errors of floats stay for ever.
template <class Fn, class Inv>
  requires(!std::is_convertible_v<Inv, Timespan>)
[[nodiscard]] auto reduceByKeyAndWindow(Fn fn, Inv inverse, Timespan length) {
  return detail::ReduceByKeyAndWindowOp<Fn, Inv, detail::EveryPair>{std::move(fn), std::move(inverse), detail::extentOf(length), 0, {}};
}
template <class Fn, class Inv, class Filter = detail::EveryPair>
  requires(!std::is_convertible_v<Inv, Timespan>)
[[nodiscard]] auto reduceByKeyAndWindow(Fn fn, Inv inverse, Timespan length, Timespan slide, Filter filter = {},
                                        std::size_t partitions = 0) {
  return detail::ReduceByKeyAndWindowOp<Fn, Inv, Filter>{std::move(fn), std::move(inverse), detail::extentOf(length, slide), partitions, std::move(filter)};
}
/// Says what is wrong.
template <class Fn, class Inv, class... Rest>
  requires(!std::is_convertible_v<Inv, Timespan>)
Invalid reduceByKeyAndWindow(const Fn&, Timespan, const Inv&, const Rest&...) {
  static_assert(!std::is_object_v<Fn>, "the inverse of reduceByKeyAndWindow comes before the times: reduceByKeyAndWindow(f, inverse, length, slide)");
  return {};
}

}  // namespace dstream::inline v0
