// SPDX-License-Identifier: BSL-1.0
#pragma once
// LiveTables: keyed entries that change from batch to batch. LiveKeyed: the records they show a loop, without a copy.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/shuffle/combine_table.hpp>

namespace dstream::inline v0 {

/// **meaning** (key, value) records of tables that their owner goes on changing: what `slot.shown()` points to, for each key; null hides it.
/// The records are those of the moment it was made: before the owner changes anything, whoever still looks gets a copy.
template <class Key, class Value, class Slot>
class LiveKeyed {
 public:
  using Tables = std::vector<CombineTable<Key, Slot>>;
  using reference = std::pair<detail::MemberView<Key>, detail::MemberView<Value>>;
  using value_type = reference;

  /// What the copies of one LiveKeyed share.
  struct Shown {
    const Tables* live = nullptr;  // null: look at the copies
    std::vector<std::vector<std::pair<Kept<Key>, Kept<Value>>>> copies;

    void copy() {
      copies.resize(live->size());
      for (std::size_t part = 0; part < live->size(); ++part)
        for (const auto& entry : (*live)[part].entries())
          if (const Kept<Value>* value = entry.second.shown()) copies[part].emplace_back(entry.first, *value);
      live = nullptr;
    }
  };

  LiveKeyed() = default;
  explicit LiveKeyed(std::shared_ptr<Shown> shown) : shown_(std::move(shown)) {}

  [[nodiscard]] std::size_t partitions() const { return shown_->live != nullptr ? shown_->live->size() : shown_->copies.size(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    const std::size_t entries = size(partition);
    const std::size_t perSlice = bytes / sizeof(typename CombineTable<Key, Slot>::Entry) + 1;
    return entries == 0 ? 1 : (entries - 1) / perSlice + 1;
  }

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    const std::size_t entries = size(slice.partition);
    const std::size_t to = entries * (slice.index + 1) / slice.count;
    for (std::size_t i = entries * slice.index / slice.count; i < to; ++i) {
      const Kept<Key>* key = nullptr;
      const Kept<Value>* value = nullptr;
      if (shown_->live != nullptr) {
        const auto& entry = (*shown_->live)[slice.partition].entries()[i];
        key = &entry.first;
        value = entry.second.shown();
      } else {
        const auto& entry = shown_->copies[slice.partition][i];
        key = &entry.first;
        value = &entry.second;
      }
      if (value == nullptr) continue;
      accumulator = step(std::move(accumulator), reference(Owned<Key>::look(*key), Owned<Value>::look(*value)));
      if (v0::stopped(accumulator)) break;
    }
    return accumulator;
  }

 private:
  [[nodiscard]] std::size_t size(std::size_t partition) const {
    return shown_->live != nullptr ? (*shown_->live)[partition].entries().size() : shown_->copies[partition].size();
  }

  std::shared_ptr<Shown> shown_;
};

namespace detail {

/// The tables, one for each partition, and what was shown of them.
template <class Key, class Value, class Slot>
class LiveTables {
 public:
  using Records = LiveKeyed<Key, Value, Slot>;
  using Table = CombineTable<Key, Slot>;

  [[nodiscard]] bool exist() const { return !tables_.empty(); }
  void make(std::size_t partitions, std::uint64_t seed) {
    tables_.reserve(partitions);
    for (std::size_t i = 0; i < partitions; ++i) tables_.emplace_back(seed);
  }
  [[nodiscard]] std::size_t partitions() const { return tables_.size(); }

  [[nodiscard]] Records show() {
    if (auto same = last_.lock()) return Records(std::move(same));
    auto shown = std::make_shared<typename Records::Shown>();
    shown->live = &tables_;
    last_ = shown;
    return Records(std::move(shown));
  }
  /// Before any table changes. **cost** nothing, unless somebody keeps what was shown: then a copy of all.
  void beforeChange() {
    if (const auto shown = last_.lock()) shown->copy();
    last_.reset();
  }
  /// To be changed; by one task each.
  [[nodiscard]] Table& table(std::size_t partition) { return tables_[partition]; }
  [[nodiscard]] const Table& table(std::size_t partition) const { return tables_[partition]; }
  void clear() {
    beforeChange();
    tables_.clear();
  }

 private:
  std::vector<Table> tables_;
  std::weak_ptr<typename Records::Shown> last_;
};

}  // namespace detail

}  // namespace dstream::inline v0
