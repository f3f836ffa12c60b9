// SPDX-License-Identifier: BSL-1.0
#pragma once
// Joined: the data of a join: a table of what the second side has of each key, and for each record of the first side the entry of its key.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/buffer.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/shuffle/exchange.hpp>
#include <dstream/shuffle/few_values.hpp>
#include <dstream/shuffle/hash.hpp>
#include <dstream/shuffle/keyed.hpp>
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

/// What the second side has of a key.
template <class Second>
struct SecondSide {
  FewValues<Kept<Second>> values;
  bool met = false;  // by a record of the first
};

template <class Key, class Second>
struct SecondStep {
  using Table = TaskTable<Key, SecondSide<Second>>;

  template <class Record>
  DSTREAM_INLINE Table* operator()(Table* table, Record&& record) const {
    const auto add = [&](SecondSide<Second>& side) {
      using Value = std::remove_cvref_t<ValueRecord<Record>>;
      side.values.push_back(Owned<Value>::own(member<1>(std::forward<Record>(record))));
    };
    const auto create = [&] {
      SecondSide<Second> side;
      add(side);
      return side;
    };
    table->combine(member<0>(std::forward<Record>(record)), create, add);
    return table;
  }
};

struct AppendSecond {
  template <class Side>
  void operator()(Side& side, Side&& others) const {
    side.values.append(std::move(others.values));
  }
};

/// A record of the first side, and the entry of the table that has its key.
template <class First>
struct JoinRow {
  Kept<First> value;
  std::uint32_t entry;
};

/// **meaning** looks up records of the first side and lists those that give rows, in order. Small keys wait until there are many, and what memory they need
/// is on its way; others are looked up at once. **errors** when a function throws, those that wait are dropped with the batch.
template <class Key, class First, class Second, JoinKind kind>
class JoinLookup {
  using Table = TaskTable<Key, SecondSide<Second>>;
  using Form = typename Table::Form;
  using Rows = std::vector<JoinRow<First>>;

 public:
  JoinLookup(Table& table, Rows& rows) : table_(table), rows_(rows) {}
  JoinLookup(const JoinLookup&) = delete;
  JoinLookup& operator=(const JoinLookup&) = delete;

  struct Waiting;
  /// Where the next record waits, for a register: a number in memory would be written and read back for every record.
  Waiting* start() { return waiting_.data(); }

  template <class Record>
  DSTREAM_INLINE Waiting* take(Waiting* next, Record&& record) {
    if constexpr (Form::small) {
      if (Form::canWait(member<0>(record))) [[likely]] {
        next->probe = Form::waiting(member<0>(record));
        next->hash = table_.hashWaiting(next->probe);
        table_.prefetchPlace(next->hash);
        next->value.emplace(owned(member<1>(std::forward<Record>(record))));
        return ++next == waiting_.data() + most ? finish(next) : next;
      }
      next = finish(next);
    }
    decltype(auto) probe = Form::probe(member<0>(std::forward<Record>(record)));
    if constexpr (kind.secondMayMiss) table_.makeRoom(1);
    const std::uint32_t entry = entryOf(probe, table_.hash(probe));
    if (entry != Table::none) rows_.push_back({owned(member<1>(std::forward<Record>(record))), entry});
    return next;
  }

  /// Looks up those that wait.
  [[gnu::noinline]] Waiting* finish(Waiting* next) {
    if constexpr (Form::small) {
      const auto count = static_cast<std::size_t>(next - waiting_.data());
      if constexpr (kind.secondMayMiss)
        if (!table_.makeRoom(count))
          for (Waiting* one = waiting_.data(); one != next; ++one) one->hash = table_.hashWaiting(one->probe);
      if (table_.entries().size() > nearEntries) {
        const typename Table::Known known(table_);
        for (const Waiting* one = waiting_.data(); one != next; ++one) known.prefetchEntry(one->hash);
      }
      for (Waiting* one = waiting_.data(); one != next; ++one) {
        const std::uint32_t entry = entryOf(one->probe, one->hash);
        if (entry != Table::none) rows_.push_back({*std::move(one->value), entry});
      }
    }
    return waiting_.data();
  }

  struct Waiting {
    typename Form::Stored probe;
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
    std::uint32_t entry = table_.indexOf(hash, probe);
    if constexpr (kind.secondMayMiss)
      if (entry == Table::none) {
        entry = static_cast<std::uint32_t>(table_.entries().size());
        table_.combineHere(hash, std::forward<Probe>(probe), [] { return SecondSide<Second>{}; }, [](const auto&) {});
      }
    if constexpr (kind.firstMayMiss)
      if (entry != Table::none) table_.entries()[entry].second.met = true;
    return entry;
  }

  Table& table_;
  Rows& rows_;
  std::array<Waiting, Form::small ? most : 0> waiting_;
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
/// second side has. **kept** one value per record of the first side that gives rows, the second side's values, and each key once.
template <class Key, class First, class Second, detail::JoinKind kind>
class Joined {
  using Table = detail::TaskTable<Key, detail::SecondSide<Second>>;
  using Lookup = detail::JoinLookup<Key, First, Second, kind>;
  using Values = std::pair<detail::MemberView<First>, detail::MemberView<Second>>;

 public:
  using reference = std::pair<detail::MemberView<Key>, Values>;
  using value_type = reference;

  Joined() = default;
  /// Of two prepared parents. name: the operator's, for errors.
  template <class Parents>
  Joined(const char* name, Parents& parents, RunnerRef runner, std::size_t partitions)
      : tables_(secondsOf(name, parents.second, runner, partitions)), parts_(partitions) {
    const detail::TableStore store(name);
    detail::TableBound bound(runner.tableMemory(), name);
    for (std::size_t part = 0; part < partitions; ++part) {
      if (tables_[part] == nullptr) tables_[part] = store.take<Table>(runner.seed());
      if constexpr (kind.secondMayMiss) tables_[part]->join(bound);
    }
    if (runner.slots() == 1 && partitions == 1)
      lookUpAll(parents.first, runner);
    else
      lookUpByKey(parents.first, runner);
    for (std::size_t part = 0; part < partitions; ++part) {
      if constexpr (kind.secondMayMiss) tables_[part]->leave();
      if constexpr (asStrings)
        for (const auto& entry : tables_[part]->entries()) parts_[part].keys.push_back(Table::Form::take(entry.first));
    }
  }

  [[nodiscard]] std::size_t partitions() const { return parts_.size(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    const std::size_t perSlice = bytes < sizeof(Row) ? 1 : bytes / sizeof(Row);
    return parts_[partition].rows.empty() ? 1 : (parts_[partition].rows.size() - 1) / perSlice + 1;
  }

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    const Part& part = parts_[slice.partition];
    const auto& entries = tables_[slice.partition]->entries();
    const auto at = [&](std::size_t index) { return part.rows.begin() + static_cast<std::ptrdiff_t>(part.rows.size() * index / slice.count); };
    const auto to = at(slice.index + 1);
    for (auto row = at(slice.index); row != to; ++row) {
      const auto& seconds = entries[row->entry].second.values;
      const std::size_t count = kind.secondMayMiss && seconds.empty() ? 1 : seconds.size();
      for (std::size_t i = 0; i < count; ++i) {
        accumulator = step(std::move(accumulator), reference(keyOf(slice.partition, row->entry), Values(Owned<First>::look(row->value), secondOf(seconds, i))));
        if (v0::stopped(accumulator)) return accumulator;
      }
    }
    if constexpr (kind.firstMayMiss) {
      if (slice.index + 1 != slice.count) return accumulator;
      for (std::size_t entry = 0; entry < entries.size(); ++entry) {
        const auto& [seconds, met] = entries[entry].second;
        for (std::size_t i = 0; !met && i < seconds.size(); ++i) {
          accumulator = step(std::move(accumulator), reference(keyOf(slice.partition, entry), Values(missing<First>(), secondOf(seconds, i))));
          if (v0::stopped(accumulator)) return accumulator;
        }
      }
    }
    return accumulator;
  }

 private:
  using Row = detail::JoinRow<First>;
  /// A table keeps text its own way: where the records' keys are strings, these are made of it.
  static constexpr bool asStrings = std::is_same_v<Key, std::string>;
  struct Part {
    std::vector<Row> rows;
    std::vector<std::string> keys;  // of the entries
  };

  template <class Seconds>
  static auto secondsOf(const char* name, Seconds& seconds, RunnerRef runner, std::size_t partitions) {
    return detail::combineKeyed<Key, detail::SecondSide<Second>>(detail::TableStore(name), seconds, runner, partitions, detail::SecondStep<Key, Second>{},
                                                                 detail::AppendSecond{}, detail::CombineOrder::Slices, true);
  }
  /// Slice after slice, on one worker.
  template <class Firsts>
  void lookUpAll(Firsts& firsts, RunnerRef runner) {
    detail::reserveFor(parts_[0].rows, firsts, 1);
    Lookup lookup(*tables_[0], parts_[0].rows);
    detail::LookupStep<Lookup> step{lookup};
    auto* next = lookup.start();
    for (const Slice& slice : detail::slicesOf(firsts, runner.sliceBytes())) next = firsts.fold(slice, next, step);
    lookup.finish(next);
  }
  /// The records go to the partitions of their keys first.
  template <class Firsts>
  void lookUpByKey(Firsts& firsts, RunnerRef runner) {
    using Record = typename Firsts::value_type;
    auto sorted = detail::exchange(firsts, runner, parts_.size(), [&](const auto& record) { return KeyHash<Key>::hash(detail::member<0>(record), 0) % parts_.size(); });
    runner.forEach(parts_.size(), [&](std::size_t, std::size_t part) {
      parts_[part].rows.reserve(sorted[part].size());
      Lookup lookup(*tables_[part], parts_[part].rows);
      auto* next = lookup.start();
      for (auto& record : sorted[part]) next = lookup.take(next, detail::handOver<Record>(record));
      lookup.finish(next);
      std::remove_reference_t<decltype(sorted[part])>().swap(sorted[part]);
    });
  }

  DSTREAM_INLINE detail::MemberView<Key> keyOf(std::size_t part, std::size_t entry) const {
    if constexpr (asStrings) {
      return parts_[part].keys[entry];
    } else if constexpr (std::is_same_v<Key, std::string_view>) {
      return tables_[part]->entries()[entry].first.text();
    } else {
      return Owned<Key>::look(tables_[part]->entries()[entry].first);
    }
  }
  template <class Side>
  DSTREAM_INLINE static detail::MemberView<Side> missing() {
    static const Kept<Side> none{};
    return Owned<Side>::look(none);
  }
  DSTREAM_INLINE static detail::MemberView<Second> secondOf(const detail::FewValues<Kept<Second>>& seconds, std::size_t i) {
    if constexpr (kind.secondMayMiss)
      if (seconds.empty()) return missing<Second>();
    return Owned<Second>::look(seconds[i]);
  }

  detail::HeldTables<Table> tables_;
  std::vector<Part> parts_;
};

}  // namespace dstream::inline v0
