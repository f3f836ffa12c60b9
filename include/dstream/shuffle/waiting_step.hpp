// SPDX-License-Identifier: BSL-1.0
#pragma once
// WaitingStep: the step of a combining operator for small keys and values; records wait until there are many, and go into the table in one go.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <dstream/core/accumulate.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/shuffle/task_table.hpp>

namespace dstream::inline v0::detail {

/// stored = fn(stored, value), the result owned before the old one goes: it may be a view into it.
template <class Combined, class Fn, class Other>
DSTREAM_INLINE void combineValue(Kept<Combined>& stored, const Fn& fn, Other&& other) {
  if constexpr (SelfOwned<Combined> && accumulates<Fn, Combined, Other>) {
    accumulate(stored, fn, std::forward<Other>(other));
  } else {
    stored = Owned<Combined>::own(static_cast<Combined>(detail::invoke(fn, Owned<Combined>::look(stored), std::forward<Other>(other))));
  }
}

/// Values that own all they are and fit two registers, with keys that can be told apart by as much.
template <class Key, class ValueRecord>
inline constexpr bool canWait = [] {
  using Value = std::remove_cvref_t<ValueRecord>;
  if constexpr (KeyForm<Key>::small && SelfOwned<Value>) return wordSized<Value>;
  return false;
}();

/// **meaning** a record that waits has its key owned and hashed, and its place in the index is on its way to the cache. When `most` wait, their
/// entries are sent for, and then all are combined. Long text goes at once: its bytes may be gone later. So the records of a key keep their order.
/// **errors** when a function throws, those that wait are dropped with the batch.
template <class Key, class Combined, class ValueRecord, class Create, class MergeValue>
class WaitingStep {
 public:
  using Table = TaskTable<Key, Kept<Combined>>;

  WaitingStep(const Create& create, const MergeValue& mergeValue) : create_(&create), mergeValue_(&mergeValue) {}
  /// For another task: what waits here is not copied.
  WaitingStep(const WaitingStep& other) : create_(other.create_), mergeValue_(other.mergeValue_) {}
  WaitingStep& operator=(const WaitingStep&) = delete;

  struct Waiting {
    typename KeyForm<Key>::Stored probe;
    std::uint64_t hash;
    std::remove_cvref_t<ValueRecord> value;
  };
  /// In registers: a number in memory would be written and read back for every record.
  struct Progress {
    Table* table;
    Waiting* next;  // where the next record waits
  };
  Progress start(Table* table) { return {table, waiting_}; }

  template <class Record>
  DSTREAM_INLINE Progress operator()(Progress at, Record&& record) {
    Table* const table = at.table;
    if (!Form::canWait(member<0>(record))) [[unlikely]] {
      combineNow(table, Form::probe(member<0>(std::forward<Record>(record))), Value(member<1>(std::forward<Record>(record))));
      return at;
    }
    const auto probe = Form::waiting(member<0>(std::forward<Record>(record)));
    if (table->updateNumber(probe, [&](Kept<Combined>& stored) { combineValue<Combined>(stored, *mergeValue_, member<1>(std::forward<Record>(record))); })) return at;
    const std::uint64_t hash = table->hashWaiting(probe);
    table->prefetchPlace(hash);
    ::new (static_cast<void*>(at.next)) Waiting{probe, hash, member<1>(std::forward<Record>(record))};
    if (++at.next == waiting_ + most) {
      combineAll(at);
      at.next = waiting_;
    }
    return at;
  }

  void finish(Progress at) { combineAll(at); }

 private:
  using Form = KeyForm<Key>;
  using Value = std::remove_cvref_t<ValueRecord>;
  static constexpr std::size_t most = 64;
  static constexpr std::size_t nearEntries = 1024;  // are in the nearest cache or the next

  [[gnu::noinline]] void combineNow(Table* table, typename Form::Stored probe, Value value) {
    const auto create = [&]() -> Kept<Combined> { return created(static_cast<ValueRecord>(value)); };
    if (table->lists(1)) return table->list(probe, create);
    table->combineProbe(
        probe, create,
        [&](Kept<Combined>& stored) { combineValue<Combined>(stored, *mergeValue_, static_cast<ValueRecord>(value)); });
  }

  [[gnu::noinline]] void combineAll(Progress at) {
    Table* const table = at.table;
    Waiting* const end = at.next;
    const auto count = static_cast<std::size_t>(end - waiting_);
    if (table->lists(count)) {
      for (Waiting* one = waiting_; one != end; ++one)
        table->list(one->probe, [&]() -> Kept<Combined> { return created(static_cast<ValueRecord>(one->value)); });
      return;
    }
    if (!table->makeRoom(count) || table->isWary())  // wary perhaps since these were hashed
      for (Waiting* one = waiting_; one != end; ++one) one->hash = table->hashWaiting(one->probe);
    typename Table::Known known(*table);
    if (table->entries().size() > nearEntries)
      for (const Waiting* one = waiting_; one != end; ++one) known.prefetchEntry(one->hash);
    for (Waiting* one = waiting_; one != end; ++one) {
      const auto update = [&](Kept<Combined>& stored) { combineValue<Combined>(stored, *mergeValue_, static_cast<ValueRecord>(one->value)); };
      if (known.update(one->hash, one->probe, update)) [[likely]] continue;
      combineHere(table, one->hash, one->probe, static_cast<ValueRecord>(one->value));
      known = typename Table::Known(*table);
    }
  }

  [[gnu::noinline]] void combineHere(Table* table, std::uint64_t hash, const typename Form::Stored& probe, ValueRecord value) {
    table->combineHere(
        hash, probe, [&]() -> Kept<Combined> { return created(static_cast<ValueRecord>(value)); },
        [&](Kept<Combined>& stored) { combineValue<Combined>(stored, *mergeValue_, static_cast<ValueRecord>(value)); });
  }

  Kept<Combined> created(ValueRecord value) const { return Owned<Combined>::own(detail::invoke(*create_, static_cast<ValueRecord>(value))); }

  const Create* create_;
  const MergeValue* mergeValue_;
  union {
    Waiting waiting_[most];  // as many as Progress says
  };
};

}  // namespace dstream::inline v0::detail
