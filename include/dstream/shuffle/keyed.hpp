// SPDX-License-Identifier: BSL-1.0
#pragma once
// Keyed: the data of a keyed operator, and what makes it: tables per task, then one merged part per partition.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <dstream/core/atomic_count.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/shuffle/hash.hpp>
#include <dstream/shuffle/table_store.hpp>
#include <dstream/shuffle/task_table.hpp>

namespace dstream::inline v0 {

/// **meaning** (key, value) records whose key k is in partition `partitionHash(k) % partitions`, each key once.
template <class Key, class Value>
class Keyed : public Partitions<std::pair<Key, Value>> {
 public:
  using Entry = std::pair<Kept<Key>, Kept<Value>>;
  using Partitions<std::pair<Key, Value>>::Partitions;
};

namespace detail {

/// In which order the records of a key are combined. Any: each running task has a table, used again for its next slice. Slices: each slice
/// has a table of its own, and they are merged in the order of the data.
enum class CombineOrder { Any, Slices };

/// Tables for the tasks that run now: an accumulator belongs to a running task, never to a worker, which may help elsewhere meanwhile.
/// Or, where `tasks` are announced, one table for each of them. All go back to the store in the end.
template <class Table>
class TablePool {
 public:
  TablePool(const TableStore& store, std::uint64_t seed, std::size_t tasks = 0, bool many = false)
      : store_(store), seed_(seed), byTask_(tasks > 0), many_(many), tables_(tasks) {}
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

  /// Several tables will be merged, and the order in which the records of a key are combined is open.
  [[nodiscard]] bool manyInAnyOrder() const { return many_ && !byTask_; }

  /// All tables, when no lease is out; in the order of the tasks where those were announced.
  const std::vector<Table*>& tables() const { return tables_; }

 private:
  Table* take(std::size_t task) {
    if (byTask_) return tables_[task] = store_.take<Table>(seed_);
    const SpinHold hold(busy_);
    if (free_.empty()) {
      tables_.reserve(tables_.size() + 1);
      free_.reserve(tables_.size() + 1);  // so that give cannot throw
      tables_.push_back(store_.take<Table>(seed_));
      return tables_.back();
    }
    Table* table = free_.back();
    free_.pop_back();
    return table;
  }
  void give(Table* table) {
    if (byTask_) return;
    const SpinHold hold(busy_);
    free_.push_back(table);
  }

  const TableStore& store_;
  std::uint64_t seed_;
  bool byTask_;
  bool many_;
  SpinLock busy_;
  std::vector<Table*> tables_;  // all; a task holds one for its time
  std::vector<Table*> free_;
};

/// **map side** each task folds its slice into a table: `step(Table*, record)`. `before`: tasks announced for an earlier parent.
template <class Table, Rdd R, class Step>
void fillTables(TablePool<Table>& pool, R& parent, RunnerRef runner, const std::vector<Slice>& slices, const Step& step, std::size_t before = 0) {
  runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
    typename TablePool<Table>::Lease table(pool, before + task);
    if (pool.manyInAnyOrder()) table.get()->mayList();
    Step own = step;
    if constexpr (requires { typename Step::Progress; }) {
      own.finish(parent.fold(slices[task], typename Step::Progress{table.get()}, own));
    } else {
      static_cast<void>(parent.fold(slices[task], table.get(), own));
    }
  });
}

/// Entries of tables, as a result keeps them.
template <class Key, class Combined>
using KeyedPart = std::vector<std::pair<Kept<Key>, Combined>>;

/// **reduce side** each partition merges its entries of all tables, in their order: `merge(combined, Combined&& other)`.
template <class Key, class Combined, class Merge>
auto mergeTables(const TablePool<TaskTable<Key, Combined>>& pool, const TableStore& store, RunnerRef runner, std::size_t partitions, const Merge& merge) {
  using Table = TaskTable<Key, Combined>;
  using Part = KeyedPart<Key, Combined>;

  const std::vector<Table*>& tables = pool.tables();
  std::vector<Part> parts(partitions);
  if (tables.empty()) return parts;
  const bool single = tables.size() == 1 && !tables[0]->repeats();
  if (single && partitions == 1) {
    tables[0]->moveInto(parts[0]);
    return parts;
  }

  using Places = Deferred<std::vector<std::vector<std::uint32_t>>, Table>;  // for each partition, its entries' indices in one table
  std::vector<Places> places(tables.size(), Places(partitions));
  runner.forEach(tables.size(), [&](std::size_t, std::size_t t) {
    const auto& entries = tables[t]->entries();
    for (std::size_t i = 0; i < entries.size(); ++i)
      places[t][Table::Form::partitionHash(entries[i].first) % partitions].push_back(static_cast<std::uint32_t>(i));
  });
  runner.forEach(partitions, [&](std::size_t, std::size_t part) {
    if (single) {
      parts[part].reserve(places[0][part].size());
      for (const std::uint32_t i : places[0][part]) tables[0]->moveEntryInto(parts[part], i);
      return;
    }
    TablePool<Table> merged(store, runner.seed() + 1);  // not the tasks' seed: all its keys agree in what that hash says
    typename TablePool<Table>::Lease table(merged);
    for (std::size_t t = 0; t < tables.size(); ++t) table.get()->absorb(*tables[t], places[t][part], merge);
    table.get()->moveInto(parts[part]);
  });
  return parts;
}

/// The parts of a Keyed: both sides for one parent.
template <class Key, class Combined, Rdd R, class Step, class Merge>
auto combineKeyed(const TableStore& store, R& parent, RunnerRef runner, std::size_t partitions, const Step& step, const Merge& merge,
                  CombineOrder order = CombineOrder::Any) {
  const auto slices = slicesOf(parent, runner.sliceBytes());
  const bool bySlice = order == CombineOrder::Slices || runner.ordered();
  TablePool<TaskTable<Key, Combined>> pool(store, runner.seed(), bySlice ? slices.size() : 0, runner.slots() > 1);
  fillTables(pool, parent, runner, slices, step);
  return mergeTables(pool, store, runner, partitions, merge);
}

}  // namespace detail

}  // namespace dstream::inline v0
