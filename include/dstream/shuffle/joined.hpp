// SPDX-License-Identifier: BSL-1.0
#pragma once
// JoinTable: what the second side of a join has of each key. Joined: the data of a join: for each record of the first side the entry of its key.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/buffer.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/shuffle/exchange.hpp>
#include <dstream/shuffle/few_values.hpp>
#include <dstream/shuffle/hash.hpp>
#include <dstream/shuffle/keyed.hpp>
#include <dstream/shuffle/sides.hpp>
#include <dstream/shuffle/table_bound.hpp>
#include <dstream/shuffle/table_store.hpp>
#include <dstream/shuffle/task_table.hpp>

namespace dstream::inline v0 {

namespace detail {

/// Whether there are rows of keys that only one side has.
struct JoinKind {
  bool firstMayMiss;
  bool secondMayMiss;
};

/// The keys of a table as the rows of a join show them: a table keeps text its own way, so where the records' keys are strings, these are made of it.
template <class Key>
struct RowKeys {
  template <class Table>
  void take(const Table&) {}
  template <class Table>
  DSTREAM_INLINE MemberView<Key> at(const Table& table, std::size_t entry) const {
    if constexpr (std::is_same_v<Key, std::string_view>) {
      return table.entries()[entry].first.text();
    } else {
      return Owned<Key>::look(table.entries()[entry].first);
    }
  }
};
template <>
struct RowKeys<std::string> {
  template <class Table>
  void take(const Table& table) {
    strings.reserve(table.entries().size());
    for (const auto& entry : table.entries()) strings.push_back(Table::Form::take(entry.first));
  }
  template <class Table>
  DSTREAM_INLINE const std::string& at(const Table&, std::size_t entry) const {
    return strings[entry];
  }
  std::vector<std::string> strings;
};

/// **meaning** the values of each key of the second side, in the order of the records: those of key k in the table of `partitionHash(k) % partitions`. Once made
/// it stays as it is, so that many batches may look into it.
template <class Key, class Second>
class JoinTable {
 public:
  using Table = TaskTable<Key, FewValues<Kept<Second>>>;
  using value = Second;
  using reference = typename Table::Entry;
  using value_type = reference;

  JoinTable() = default;
  /// Of a prepared parent. name: the operator's, for errors.
  template <class Seconds>
  JoinTable(const char* name, Seconds& seconds, RunnerRef runner, std::size_t partitions)
      : tables_(combineKeyed<Key, FewValues<Kept<Second>>>(TableStore(name), seconds, runner, partitions, GatherStep<Key, FewValues<Kept<Second>>>{}, AppendValues{}, CombineOrder::Slices, true)),
        keys_(partitions) {
    const TableStore store(name);
    for (std::size_t part = 0; part < partitions; ++part) {
      if (tables_[part] == nullptr) tables_[part] = store.take<Table>(runner.seed());
      keys_[part].take(*tables_[part]);
    }
  }

  [[nodiscard]] std::size_t partitions() const { return keys_.size(); }
  [[nodiscard]] const Table& table(std::size_t partition) const { return *tables_[partition]; }
  [[nodiscard]] DSTREAM_INLINE MemberView<Key> key(std::size_t partition, std::size_t entry) const { return keys_[partition].at(table(partition), entry); }

 private:
  HeldTables<Table> tables_;
  std::vector<RowKeys<Key>> keys_;
};

/// The first side of a join and the table of the second, as one parent.
template <class First, class Table>
struct JoinParents {
  [[nodiscard]] auto runner() const {
    if constexpr (runsInline<First>) {
      return table.runner();
    } else {
      return first.runner();
    }
  }
  template <Runner R>
  void prepare(R& runner) {
    first.prepare(runner);
    table.prepare(runner);
  }
  First first;
  WideRdd<Table> table;
};

/// A record of the first side, and the entry that has its key: the table's, or, behind those, that of a key which the second side lacks.
template <class First>
struct JoinRow {
  Kept<First> value;
  std::uint32_t entry;
};

/// **meaning** looks up records of the first side and lists those that give rows, in order. Small keys wait until there are many, and what memory they need
/// is on its way; others are looked up at once. **errors** when a function throws, those that wait are dropped with the batch.
template <class Key, class First, class Second, JoinKind kind>
class JoinLookup {
  using Table = typename JoinTable<Key, Second>::Table;
  using Form = typename Table::Form;
  using Rows = std::vector<JoinRow<First>>;
  static constexpr bool waits = Form::small && sizeof(Kept<First>) <= 128;  // they wait on the stack

 public:
  /// alone: gets the keys that the table lacks, where they give rows. met: which entries of the table were, where those that were not give rows.
  JoinLookup(const Table& table, Rows& rows, Table& alone, std::vector<bool>& met) : table_(table), rows_(rows), alone_(alone), met_(met) {}
  JoinLookup(const JoinLookup&) = delete;
  JoinLookup& operator=(const JoinLookup&) = delete;

  struct Waiting;
  /// Where the next record waits, for a register: a number in memory would be written and read back for every record.
  Waiting* start() { return waiting_.data(); }

  template <class Record>
  DSTREAM_INLINE Waiting* take(Waiting* next, Record&& record) {
    if constexpr (waits) {
      if (Form::canWait(member<0>(record))) [[likely]] {
        next->probe.emplace(Form::waiting(member<0>(record)));
        next->hash = table_.hashWaiting(*next->probe);
        table_.prefetchPlace(next->hash);
        next->value.emplace(owned(member<1>(std::forward<Record>(record))));
        return ++next == waiting_.data() + most ? finish(next) : next;
      }
      next = finish(next);
    }
    decltype(auto) probe = Form::probe(member<0>(std::forward<Record>(record)));
    const std::uint32_t entry = entryOf(probe, table_.hash(probe));
    if (entry != Table::none) rows_.push_back({owned(member<1>(std::forward<Record>(record))), entry});
    return next;
  }

  /// Looks up those that wait.
  [[gnu::noinline]] Waiting* finish(Waiting* next) {
    if constexpr (waits) {
      if (table_.entries().size() > nearEntries)
        for (const Waiting* one = waiting_.data(); one != next; ++one) table_.prefetchEntry(one->hash);
      for (Waiting* one = waiting_.data(); one != next; ++one) {
        const std::uint32_t entry = entryOf(*one->probe, one->hash);
        if (entry != Table::none) rows_.push_back({*std::move(one->value), entry});
      }
    }
    return waiting_.data();
  }

  struct Waiting {
    std::optional<typename Form::Stored> probe;
    std::uint64_t hash;
    std::optional<Kept<First>> value;
  };

 private:
  static constexpr std::size_t most = 32;
  static constexpr std::size_t nearEntries = 1024;  // are in the nearest cache or the next

  template <class Value>
  DSTREAM_INLINE static Kept<First> owned(Value&& value) {
    return Owned<std::remove_cvref_t<Value>>::own(std::forward<Value>(value));
  }

  template <class Probe>
  DSTREAM_INLINE std::uint32_t entryOf(Probe&& probe, std::uint64_t hash) {
    const std::uint32_t entry = table_.indexOf(hash, probe);
    if constexpr (kind.firstMayMiss)
      if (entry != Table::none) met_[entry] = true;
    if constexpr (kind.secondMayMiss)
      if (entry == Table::none) return static_cast<std::uint32_t>(table_.entries().size()) + aloneOf(std::forward<Probe>(probe));
    return entry;
  }
  template <class Probe>
  std::uint32_t aloneOf(Probe&& probe) {
    alone_.makeRoom(1);
    const std::uint64_t hash = alone_.hash(probe);
    std::uint32_t entry = alone_.indexOf(hash, probe);
    if (entry != Table::none) return entry;
    entry = static_cast<std::uint32_t>(alone_.entries().size());
    alone_.combineHere(hash, std::forward<Probe>(probe), [] { return FewValues<Kept<Second>>{}; }, [](const auto&) {});
    return entry;
  }

  const Table& table_;
  Rows& rows_;
  Table& alone_;
  std::vector<bool>& met_;
  std::array<Waiting, waits ? most : 0> waiting_;
};

template <class Lookup>
struct LookupStep {
  template <class Record>
  DSTREAM_INLINE typename Lookup::Waiting* operator()(typename Lookup::Waiting* next, Record&& record) const {
    return lookup.take(next, std::forward<Record>(record));
  }
  Lookup& lookup;
};

}  // namespace detail

/// **meaning** the rows of a join, made as the next loop asks: in a partition those of the first side's records, in their order, then those of keys that only the
/// second side has. **kept** one value per record of the first side that gives rows, each key that only that side has, and the table.
/// **errors** TableError where the keys that only the first side has pass the runner's tableMemory.
template <class Key, class First, class Second, detail::JoinKind kind>
class Joined {
  using Table = detail::JoinTable<Key, Second>;
  using OneTable = typename Table::Table;
  using Lookup = detail::JoinLookup<Key, First, Second, kind>;
  using Values = std::pair<detail::MemberView<First>, detail::MemberView<Second>>;

 public:
  using reference = std::pair<detail::MemberView<Key>, Values>;
  using value_type = reference;

  Joined() = default;
  /// Of prepared parents. name: the operator's, for errors.
  template <class Firsts>
  Joined(const char* name, detail::JoinParents<Firsts, Table>& parents, RunnerRef runner) : table_(parents.table), parts_(table().partitions()) {
    const detail::TableStore store(name);
    detail::TableBound bound(runner.tableMemory(), name);
    detail::HeldTables<OneTable> alone(store, parts_.size());  // not the member yet, which outlives the bound where something throws
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      alone[part] = store.take<OneTable>(runner.seed());
      alone[part]->join(bound);
      if constexpr (kind.firstMayMiss) parts_[part].met.resize(table().table(part).entries().size());
    }
    if (runner.slots() == 1 && parts_.size() == 1)
      lookUpAll(parents.first, runner, alone);
    else
      lookUpByKey(parents.first, runner, alone);
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      alone[part]->leave();
      parts_[part].aloneKeys.take(*alone[part]);
    }
    alone_ = std::move(alone);
  }

  [[nodiscard]] std::size_t partitions() const { return parts_.size(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    const std::size_t perSlice = bytes < sizeof(Row) ? 1 : bytes / sizeof(Row);
    return parts_[partition].rows.empty() ? 1 : (parts_[partition].rows.size() - 1) / perSlice + 1;
  }

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    const Part& part = parts_[slice.partition];
    const auto& entries = table().table(slice.partition).entries();
    const auto at = [&](std::size_t index) { return part.rows.begin() + static_cast<std::ptrdiff_t>(part.rows.size() * index / slice.count); };
    const auto to = at(slice.index + 1);
    for (auto row = at(slice.index); row != to; ++row) {
      if constexpr (kind.secondMayMiss)
        if (row->entry >= entries.size()) {
          accumulator = step(std::move(accumulator), reference(part.aloneKeys.at(alone(slice.partition), row->entry - entries.size()),
                                                               Values(Owned<First>::look(row->value), missing<Second>())));
          if (v0::stopped(accumulator)) return accumulator;
          continue;
        }
      const auto& seconds = entries[row->entry].second;
      for (std::size_t i = 0; i < seconds.size(); ++i) {
        accumulator = step(std::move(accumulator), reference(table().key(slice.partition, row->entry), Values(Owned<First>::look(row->value), Owned<Second>::look(seconds[i]))));
        if (v0::stopped(accumulator)) return accumulator;
      }
    }
    if constexpr (kind.firstMayMiss) {
      if (slice.index + 1 != slice.count) return accumulator;
      for (std::size_t entry = 0; entry < entries.size(); ++entry) {
        const auto& seconds = entries[entry].second;
        for (std::size_t i = 0; !part.met[entry] && i < seconds.size(); ++i) {
          accumulator = step(std::move(accumulator), reference(table().key(slice.partition, entry), Values(missing<First>(), Owned<Second>::look(seconds[i]))));
          if (v0::stopped(accumulator)) return accumulator;
        }
      }
    }
    return accumulator;
  }

 private:
  using Row = detail::JoinRow<First>;
  struct Part {
    std::vector<Row> rows;
    std::vector<bool> met;
    [[no_unique_address]] detail::RowKeys<Key> aloneKeys;
  };

  [[nodiscard]] DSTREAM_INLINE const Table& table() const { return table_->data(); }
  [[nodiscard]] DSTREAM_INLINE const OneTable& alone(std::size_t partition) const { return *alone_[partition]; }
  [[nodiscard]] Lookup lookupFor(std::size_t part, detail::HeldTables<OneTable>& alone) { return Lookup(table().table(part), parts_[part].rows, *alone[part], parts_[part].met); }

  /// Slice after slice, on one worker.
  template <class Firsts>
  void lookUpAll(Firsts& firsts, RunnerRef runner, detail::HeldTables<OneTable>& alone) {
    detail::reserveFor(parts_[0].rows, firsts, 1);
    Lookup lookup = lookupFor(0, alone);
    detail::LookupStep<Lookup> step{lookup};
    auto* next = lookup.start();
    for (const Slice& slice : detail::slicesOf(firsts, runner.sliceBytes())) next = firsts.fold(slice, next, step);
    lookup.finish(next);
  }
  /// The records go to the partitions of their keys first.
  template <class Firsts>
  void lookUpByKey(Firsts& firsts, RunnerRef runner, detail::HeldTables<OneTable>& alone) {
    using Record = typename Firsts::value_type;
    auto sorted = detail::exchange(firsts, runner, parts_.size(), [&](const auto& record) { return KeyHash<Key>::hash(detail::member<0>(record), 0) % parts_.size(); });
    runner.forEach(parts_.size(), [&](std::size_t, std::size_t part) {
      parts_[part].rows.reserve(sorted[part].size());
      Lookup lookup = lookupFor(part, alone);
      auto* next = lookup.start();
      for (auto& record : sorted[part]) next = lookup.take(next, detail::handOver<Record>(record));
      lookup.finish(next);
      std::remove_reference_t<decltype(sorted[part])>().swap(sorted[part]);
    });
  }
  template <class Side>
  DSTREAM_INLINE static detail::MemberView<Side> missing() {
    static const Kept<Side> none{};
    return Owned<Side>::look(none);
  }

  std::optional<WideRdd<Table>> table_;
  std::vector<Part> parts_;
  detail::HeldTables<OneTable> alone_;  // keys that only the first side has
};

}  // namespace dstream::inline v0
