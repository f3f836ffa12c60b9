// SPDX-License-Identifier: BSL-1.0
#pragma once
// groupByKeyAndWindow: DStream<(K, V)> → DStream<(K, vector<V>)>, every slide, the values of each key in the window.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/shuffle/groupByKey.hpp>
#include <dstream/shuffle/key_value.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/windows/extent.hpp>
#include <dstream/windows/keyed_window.hpp>

namespace dstream::inline v0 {

namespace detail {

/// One key's values, oldest first. Values: a vector of them.
template <class Values>
class GroupSlot {
 public:
  static constexpr const char* algorithm = "carried groups";
  struct Functions {};
  using Leaving = std::size_t;  // how many
  static Leaving leaving(const Values& values) { return values.size(); }

  GroupSlot(const Values& values, Functions) : values_(values) {}

  void push(const Values& values, Functions) {
    const std::size_t before = values_.size();
    try {
      for (auto&& value : values) values_.push_back(value);  // an insert of all may lose those before them when a copy throws
    } catch (...) {
      values_.erase(values_.begin() + static_cast<std::ptrdiff_t>(before), values_.end());
      throw;
    }
  }
  bool evict(Leaving count, Functions) {
    values_.erase(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(count));
    return !values_.empty();
  }
  [[nodiscard]] const Values* shown() const { return &values_; }

  void save(std::string& out) const { Codec<Values>::encode(values_, out); }
  static GroupSlot load(std::string_view& in) { return {Codec<Values>::decode(in), {}}; }

 private:
  Values values_;
};

template <bool durable = true>
struct GroupByKeyAndWindowOp : Nameable<GroupByKeyAndWindowOp<durable>> {
  static constexpr Kind kind = Kind::Temporal;
  static constexpr OperatorInfo info{"groupByKeyAndWindow", Role::WindowState};
  using Before = GroupByKeyOp;

  GroupByKeyAndWindowOp(WindowExtent window, std::size_t count) : extent(window), partitions(count) {}

  /// No checkpoint may have this window, so keys and values need no Codec. A stream with a checkpoint directory refuses to start with it.
  [[nodiscard]] auto transient() const {
    GroupByKeyAndWindowOp<false> op{extent, partitions};
    op.name = this->name;
    return op;
  }

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "groupByKeyAndWindow needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) {
      if constexpr (GroupByKeyOp::check<Record>() && canCarry<Kept<KeyOf<Record>>, Kept<ValueOf<Record>>>()) {
        constexpr bool codable = !durable || (Codable<Kept<KeyOf<Record>>> && Codable<Kept<ValueOf<Record>>>);
        static_assert(codable, "checkpoints keep what groupByKeyAndWindow keeps, so key and value need a Codec; specialise dstream::Codec, or say .transient() of the operator");
        return codable;
      }
    }
    return false;
  }

  template <Node N>
  auto onto(const DStream<N>& stream) const {
    const WindowExtent checked = extent.over(stream.node().slide(), info.name);
    const auto grouped = stream | groupByKey(partitions);
    using Values = ValueOf<typename decltype(grouped)::rdd_type::reference>;
    return keyedWindows<GroupSlot<Kept<Values>>, durable>(grouped, {}, checked, info, this->name);
  }

  constexpr void describe(OperatorInfo& into) const { extent.describe(into); }

  WindowExtent extent;
  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, vector<V>)>
/// **meaning** every `slide` (default: the stream's own), all values of each key in the batches of (t − length, t]. **order** of the values: oldest
/// batch first, in each the order of the records; of the keys none. **kept** all values; per key and batch in the window the key and a count.
/// **cost** each batch is grouped once; then a copy of what comes, and for a key of which something leaves a move of what stays: of a key that comes in
/// every batch each value moves once per batch in the window. A key that does neither costs nothing but its place in the result. Where a reduceByKeyAndWindow
/// says what is meant, it keeps one value instead of all.
/// **errors** as for groupByKey and window. **source** Spark PairDStreamFunctions.groupByKeyAndWindow.
[[nodiscard]] inline auto groupByKeyAndWindow(Timespan length) { return detail::GroupByKeyAndWindowOp<>{detail::extentOf(length), 0}; }
[[nodiscard]] inline auto groupByKeyAndWindow(Timespan length, Timespan slide, std::size_t partitions = 0) {
  return detail::GroupByKeyAndWindowOp<>{detail::extentOf(length, slide), partitions};
}

}  // namespace dstream::inline v0
