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
#include <dstream/shuffle/combine_table.hpp>
#include <dstream/shuffle/hash.hpp>

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
/// Or, where `tasks` are announced, one table for each of them.
template <class Table>
class TablePool {
 public:
  explicit TablePool(std::uint64_t seed, std::size_t tasks = 0) : seed_(seed), byTask_(tasks > 0), tables_(tasks) {}
  TablePool(const TablePool&) = delete;
  TablePool& operator=(const TablePool&) = delete;
  ~TablePool() {
    for (Table* table : tables_) delete table;
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

  /// All tables, when no lease is out; in the order of the tasks where those were announced.
  const std::vector<Table*>& tables() const { return tables_; }

 private:
  Table* take(std::size_t task) {
    if (byTask_) return tables_[task] = new Table(seed_);
    const Hold hold(busy_);
    if (free_.empty()) {
      tables_.reserve(tables_.size() + 1);
      free_.reserve(tables_.size() + 1);  // so that give cannot throw
      tables_.push_back(new Table(seed_));
      return tables_.back();
    }
    Table* table = free_.back();
    free_.pop_back();
    return table;
  }
  void give(Table* table) {
    if (byTask_) return;
    const Hold hold(busy_);
    free_.push_back(table);
  }

  class Hold {
   public:
    explicit Hold(SpinLock& lock) : lock_(lock) { lock_.lock(); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { lock_.unlock(); }

   private:
    SpinLock& lock_;
  };

  std::uint64_t seed_;
  bool byTask_;
  SpinLock busy_;
  std::vector<Table*> tables_;  // all, owned; a task holds one for its time
  std::vector<Table*> free_;
};

/// **map side** each task folds its slice into a table: `step(Table*, record)`. `before`: tasks announced for an earlier parent.
template <class Table, Rdd R, class Step>
void fillTables(TablePool<Table>& pool, R& parent, RunnerRef runner, const std::vector<Slice>& slices, const Step& step, std::size_t before = 0) {
  runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
    typename TablePool<Table>::Lease table(pool, before + task);
    Step own = step;
    static_cast<void>(parent.fold(slices[task], table.get(), own));
  });
}

/// **reduce side** each partition merges its entries of all tables, in their order: `merge(combined, Combined&& other)`.
template <class Key, class Combined, class Merge>
auto mergeTables(const TablePool<CombineTable<Key, Combined>>& pool, RunnerRef runner, std::size_t partitions, const Merge& merge) {
  using Table = CombineTable<Key, Combined>;
  using Entry = typename Table::Entry;

  const std::vector<Table*>& tables = pool.tables();
  std::vector<std::vector<Entry>> parts(partitions);
  if (tables.empty()) return parts;
  if (tables.size() == 1 && partitions == 1) {
    parts[0] = std::move(tables[0]->entries());
    return parts;
  }

  using Places = Deferred<std::vector<std::vector<std::uint32_t>>, Table>;  // for each partition, its entries' indices in one table
  std::vector<Places> places(tables.size(), Places(partitions));
  runner.forEach(tables.size(), [&](std::size_t, std::size_t t) {
    const std::vector<Entry>& entries = tables[t]->entries();
    for (std::size_t i = 0; i < entries.size(); ++i)
      places[t][KeyHash<Key>::hash(Owned<Key>::look(entries[i].first), 0) % partitions].push_back(static_cast<std::uint32_t>(i));
  });
  runner.forEach(partitions, [&](std::size_t, std::size_t part) {
    if (tables.size() == 1) {
      parts[part].reserve(places[0][part].size());
      for (const std::uint32_t i : places[0][part]) parts[part].push_back(std::move(tables[0]->entries()[i]));
      return;
    }
    Table merged(runner.seed() + 1);  // not the partitions' seed: all its keys agree in what that hash says
    for (std::size_t t = 0; t < tables.size(); ++t)
      for (const std::uint32_t i : places[t][part]) {
        Entry& entry = tables[t]->entries()[i];
        merged.combineKept(std::move(entry.first), [&]() -> Combined { return std::move(entry.second); },
                           [&](Combined& combined) { merge(combined, std::move(entry.second)); });
      }
    parts[part] = std::move(merged.entries());
  });
  return parts;
}

/// The parts of a Keyed: both sides for one parent.
template <class Key, class Combined, Rdd R, class Step, class Merge>
auto combineKeyed(R& parent, RunnerRef runner, std::size_t partitions, const Step& step, const Merge& merge, CombineOrder order = CombineOrder::Any) {
  const auto slices = slicesOf(parent, runner.sliceBytes());
  const bool bySlice = order == CombineOrder::Slices || runner.ordered();
  TablePool<CombineTable<Key, Combined>> pool(runner.seed(), bySlice ? slices.size() : 0);
  fillTables(pool, parent, runner, slices, step);
  return mergeTables(pool, runner, partitions, merge);
}

}  // namespace detail

}  // namespace dstream::inline v0
