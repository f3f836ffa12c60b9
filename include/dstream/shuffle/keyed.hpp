// SPDX-License-Identifier: BSL-1.0
#pragma once
// Keyed: the data of a keyed operator, and what makes it: tables per task, then one merged part per partition.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/shuffle/hash.hpp>
#include <dstream/shuffle/table_bound.hpp>
#include <dstream/shuffle/table_store.hpp>
#include <dstream/shuffle/task_table.hpp>

namespace dstream::inline v0 {

namespace detail {

/// In which order the records of a key are combined. Any: each running task has a table, used again for its next slice. Slices: each slice
/// has a table of its own, and they are merged in the order of the data.
enum class CombineOrder { Any, Slices };

/// Tables for the tasks that run now: an accumulator belongs to a running task, never to a worker, which may help elsewhere meanwhile.
/// Or, where `tasks` are announced, one table for each of them. All go back to the store in the end.
template <class Table>
class TablePool {
 public:
  TablePool(const TableStore& store, RunnerRef runner, std::size_t tasks = 0) : store_(store), bound_(runner.tableMemory(), store.name()), seed_(runner.seed()), byTask_(tasks > 0), many_(runner.slots() > 1), tables_(tasks) {
    if (byTask_) return;
    tables_.reserve(runner.slots());  // as many as run at a time
    free_.reserve(runner.slots());
  }
  TablePool(const TablePool&) = delete;
  TablePool& operator=(const TablePool&) = delete;
  ~TablePool() {
    for (Table* table : tables_)
      if (table != nullptr) store_.give(table);
  }

  class Lease {
   public:
    explicit Lease(TablePool& pool, std::size_t task = 0) : pool_(pool), table_(pool.take(task)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_.give(table_); }
    Table* get() { return table_; }

   private:
    TablePool& pool_;
    Table* table_;
  };

  /// Of all tables of the batch, merged ones too.
  [[nodiscard]] TableBound& bound() { return bound_; }
  /// Several tables will be merged, and the order in which the records of a key are combined is open.
  [[nodiscard]] bool manyInAnyOrder() const { return many_ && !byTask_; }

  /// All tables, when no lease is out; in the order of the tasks where those were announced.
  const BatchVector<Table*>& tables() const { return tables_; }
  /// The only one, which is the caller's from now on.
  [[nodiscard]] Table* keepOnly() { return std::exchange(tables_.front(), nullptr); }

 private:
  Table* take(std::size_t task) {
    if (byTask_) {
      tables_[task] = store_.take<Table>(seed_);
      tables_[task]->join(bound_);
      return tables_[task];
    }
    {
      const SpinHold hold(busy_);
      if (!free_.empty()) {
        Table* table = free_.back();
        free_.pop_back();
        return table;
      }
    }
    Table* const table = store_.take<Table>(seed_);  // may allocate: others need not wait for that
    try {
      table->join(bound_);
      const SpinHold hold(busy_);
      free_.reserve(tables_.size() + 1);  // so that give cannot throw; it is there already, unless more tasks run than the runner has slots
      tables_.push_back(table);
    } catch (...) {
      store_.give(table);
      throw;
    }
    return table;
  }
  void give(Table* table) {
    if (byTask_) return;
    const SpinHold hold(busy_);
    free_.push_back(table);
  }

  const TableStore& store_;
  TableBound bound_;
  std::uint64_t seed_;
  bool byTask_;
  bool many_;
  SpinLock busy_;
  BatchVector<Table*> tables_;  // all; a task holds one for its time
  BatchVector<Table*> free_;
};

/// **map side** each task folds its slice into a table: `step(Table*, record)`. `before`: tasks announced for an earlier parent.
template <class Table, Rdd R, class Step>
void fillTables(TablePool<Table>& pool, R& parent, RunnerRef runner, const BatchVector<Slice>& slices, const Step& step, std::size_t before = 0) {
  runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
    typename TablePool<Table>::Lease table(pool, before + task);
    if (pool.manyInAnyOrder()) table.get()->mayList();
    Step own = step;
    if constexpr (requires { typename Step::Progress; }) {
      own.finish(parent.fold(slices[task], own.start(table.get()), own));
    } else {
      static_cast<void>(parent.fold(slices[task], table.get(), own));
    }
  });
}

/// **meaning** a table for each partition, null for one that has no entries; all go back to the store in the end.
template <class Table>
class HeldTables {
 public:
  HeldTables() = default;
  HeldTables(const TableStore& store, std::size_t partitions) : store_(store), tables_(partitions) {}
  HeldTables(HeldTables&& other) noexcept : store_(other.store_), tables_(std::move(other.tables_)) { other.tables_.clear(); }
  HeldTables& operator=(HeldTables other) noexcept {
    std::swap(store_, other.store_);
    tables_.swap(other.tables_);
    return *this;
  }
  ~HeldTables() {
    for (Table* table : tables_)
      if (table != nullptr) store_->give(table);
  }

  [[nodiscard]] std::size_t size() const { return tables_.size(); }
  Table*& operator[](std::size_t partition) { return tables_[partition]; }
  const Table* operator[](std::size_t partition) const { return tables_[partition]; }

 private:
  Deferred<std::optional<TableStore>, Table> store_;
  BatchVector<Table*> tables_;
};

/// **reduce side** each partition merges its entries of all tables, in their order: `merge(combined, Combined&& other)`. toFind: keys will be looked for.
template <class Key, class Combined, class Merge>
auto mergeTables(TablePool<TaskTable<Key, Combined>>& pool, const TableStore& store, RunnerRef runner, std::size_t partitions, const Merge& merge, bool toFind = false) {
  using Table = TaskTable<Key, Combined>;

  HeldTables<Table> merged(store, partitions);
  const auto& tables = pool.tables();
  if (tables.empty()) return merged;
  const bool single = tables.size() == 1 && !tables[0]->repeats();
  if (single && partitions == 1) {
    merged[0] = pool.keepOnly();
    merged[0]->leave();
    return merged;
  }

  runner.forEach(tables.size(), [&](std::size_t, std::size_t t) { tables[t]->sortOut(partitions); });
  runner.forEach(partitions, [&](std::size_t, std::size_t part) {
    Table* const table = merged[part] = store.take<Table>(runner.seed());
    table->join(pool.bound());
    if (single && !toFind) return table->listAll(*tables[0], part);
    for (Table* const other : tables) table->absorb(*other, part, merge);
  });
  for (std::size_t part = 0; part < partitions; ++part) merged[part]->leave();  // it outlives the bound
  return merged;
}

/// The tables of a Keyed: both sides for one parent.
template <class Key, class Combined, Rdd R, class Step, class Merge>
auto combineKeyed(const TableStore& store, R& parent, RunnerRef runner, std::size_t partitions, const Step& step, const Merge& merge,
                  CombineOrder order = CombineOrder::Any, bool toFind = false) {
  const auto slices = slicesOf(parent, runner.sliceBytes());
  const bool bySlice = order == CombineOrder::Slices || runner.ordered();
  TablePool<TaskTable<Key, Combined>> pool(store, runner, bySlice ? slices.size() : 0);
  fillTables(pool, parent, runner, slices, step);
  return mergeTables(pool, store, runner, partitions, merge, toFind);
}

}  // namespace detail

/// **meaning** (key, value) records whose key k is in partition `partitionHash(k) % partitions`, each key once. **kept** the tables they were combined
/// in, whose entries and text the next loop looks at where they are.
template <class Key, class Value>
class Keyed {
  using Table = detail::TaskTable<Key, Kept<Value>>;
  using Entry = typename Table::Entry;

 public:
  using reference = View<std::pair<Key, Value>>;
  using value_type = std::remove_cvref_t<reference>;

  Keyed() = default;
  Keyed(detail::HeldTables<Table> tables, RunnerRef) : tables_(std::move(tables)) {}

  [[nodiscard]] std::size_t partitions() const { return tables_.size(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    const std::size_t perSlice = bytes < sizeof(Entry) ? 1 : bytes / sizeof(Entry);
    const std::size_t entries = tables_[partition] == nullptr ? 0 : tables_[partition]->entries().size();
    return entries == 0 ? 1 : (entries - 1) / perSlice + 1;
  }

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    const Table* const table = tables_[slice.partition];
    if (table == nullptr) return accumulator;
    const auto& entries = table->entries();
    const auto at = [&](std::size_t index) { return entries.begin() + static_cast<std::ptrdiff_t>(entries.size() * index / slice.count); };
    const auto to = at(slice.index + 1);
    for (auto entry = at(slice.index); entry != to; ++entry) {
      accumulator = step(std::move(accumulator), look(*entry));
      if (v0::stopped(accumulator)) break;
    }
    return accumulator;
  }

 private:
  DSTREAM_INLINE static reference look(const Entry& entry) {
    if constexpr (std::is_same_v<Entry, Kept<std::pair<Key, Value>>>) {
      return Owned<std::pair<Key, Value>>::look(entry);
    } else {
      return reference(entry.first.text(), Owned<Value>::look(entry.second));
    }
  }

  detail::HeldTables<Table> tables_;
};

/// A table keeps text its own way: where the records' keys are strings, these are made of it.
template <class Value>
class Keyed<std::string, Value> : public Partitions<std::pair<std::string, Value>> {
  using Table = detail::TaskTable<std::string, Kept<Value>>;
  using Base = Partitions<std::pair<std::string, Value>>;

 public:
  Keyed() = default;
  Keyed(detail::HeldTables<Table> tables, RunnerRef runner) : Base(strings(std::move(tables), runner)) {}

 private:
  static auto strings(detail::HeldTables<Table> tables, RunnerRef runner) {
    std::vector<std::vector<typename Base::Stored>> parts(tables.size());
    runner.forEach(parts.size(), [&](std::size_t, std::size_t part) {
      if (tables[part] == nullptr) return;
      parts[part].reserve(tables[part]->entries().size());
      for (auto& entry : tables[part]->entries()) parts[part].emplace_back(Table::Form::take(entry.first), std::move(entry.second));
    });
    return parts;
  }
};

}  // namespace dstream::inline v0
