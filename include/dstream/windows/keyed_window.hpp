// SPDX-License-Identifier: BSL-1.0
#pragma once
// KeyedWindow: a slot for each key of a window, changed by what comes and what leaves.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/operator_info.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/shuffle/combine_table.hpp>
#include <dstream/shuffle/hash.hpp>
#include <dstream/shuffle/key_value.hpp>
#include <dstream/shuffle/live_keyed.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/history.hpp>
#include <dstream/stream/persistent.hpp>
#include <dstream/windows/extent.hpp>
#include <dstream/windows/window_state.hpp>

namespace dstream::inline v0::detail {

/// Holds back nothing.
struct EveryPair {
  template <class Record>
  constexpr bool operator()(const Record&) const {
    return true;
  }
};

/// **meaning** a slot for each key of the window, in the partitions of the batches, which have each key at most once. Slot: made from a first value;
/// `push(value)`; `evict(leaving)`, the oldest value, of which it wants back what `Slot::leaving(value)` kept, false when nothing is left; `shown()`;
/// with a filter `forget()`, false when nothing is left. All are given the functions, and may throw when they have changed nothing.
/// **cost** per batch O(1) calls of the slots for each key that it brings or that leaves with it; a key of neither costs nothing but its place in
/// the result. **kept** per key a slot and a place in a table; per key and batch the key and what leaves.
template <class Key, class Value, class Slot, class Filter = EveryPair>
class KeyedWindow {
  using Table = CombineTable<Key, Slot>;

 public:
  using Data = LiveKeyed<Key, Value, Slot>;
  using Functions = typename Slot::Functions;
  static constexpr const char* algorithm = Slot::algorithm;

  explicit KeyedWindow(Functions functions, Filter filter = {}) : functions_(std::move(functions)), filter_(std::move(filter)) {}

  void evict(Time until, RunnerRef runner) {
    for (; !batches_.empty() && batches_.first()->time <= until; batches_.dropFirst()) {
      tables_.beforeChange();
      Parts& batch = batches_.first()->value;
      runner.forEach(batch.size(), [&](std::size_t, std::size_t part) {
        auto& [come, left] = batch[part];
        while (left < come.size()) evictSome(tables_.table(part), come, left);
      });
    }
  }

  template <Rdd R>
  void push(Time time, R& rdd, RunnerRef runner) {
    if (!tables_.exist()) tables_.make(rdd.partitions(), runner.seed());
    if (tables_.partitions() != rdd.partitions()) moveTo(rdd.partitions(), runner);  // after a restart
    tables_.beforeChange();
    if (batches_.empty() || batches_.last().time != time) batches_.add(time, Parts(rdd.partitions()));
    Parts& batch = batches_.last().value;
    runner.forEach(rdd.partitions(), [&](std::size_t, std::size_t part) {
      std::vector<Leaving>& come = batch[part].come;
      PushStep step{tables_.table(part), come, functions_, come.size()};
      static_cast<void>(rdd.fold(Slice{part}, std::size_t{0}, step));
      step.pushWaiting();
      come.shrink_to_fit();  // it is kept for as long as the window
    });
  }

  Data result() {
    if constexpr (!std::is_same_v<Filter, EveryPair>) {
      tables_.beforeChange();
      for (std::size_t part = 0; part < tables_.partitions(); ++part) dropFiltered(tables_.table(part));
    }
    return tables_.show();
  }
  /// A key that has come stays.
  [[nodiscard]] bool everyBatch() const {
    if constexpr (requires { functions_.keepEmpty; }) {
      return functions_.keepEmpty;
    } else {
      return false;
    }
  }

  void save(std::string& out) {
    putSize(tables_.partitions(), out);
    for (std::size_t part = 0; part < tables_.partitions(); ++part) {
      Table& table = tables_.table(part);
      putSize(table.entries().size(), out);
      for (auto& [key, slot] : table.entries()) {
        Codec<Kept<Key>>::encode(key, out);
        slot.save(out);
      }
    }
    std::size_t count = 0;
    batches_.each([&](Time, const Parts&) { ++count; });
    putSize(count, out);
    batches_.each([&](Time time, const Parts& parts) {
      putTime(time, out);
      for (const Part& part : parts) saveCome(part, out);
    });
  }
  void load(std::string_view& in, RunnerRef runner) {
    tables_.clear();
    batches_ = {};
    const std::size_t partitions = takeCount(in);
    if (partitions != 0) tables_.make(partitions, runner.seed());
    for (std::size_t part = 0; part < partitions; ++part)
      for (std::size_t left = takeCount(in); left != 0; --left) {
        Kept<Key> key = Codec<Kept<Key>>::decode(in);
        tables_.table(part).combineKept(std::move(key), [&] { return Slot::load(in); }, [](Slot&) { throw DecodeError("dstream: decode: a key is in a window twice"); });
      }
    for (std::size_t left = takeCount(in); left != 0; --left) {
      const Time time = takeTime(in);
      Parts parts(partitions);
      for (Part& part : parts) loadCome(part, in);
      batches_.add(time, std::move(parts));
    }
  }

 private:
  /// The same in another number of partitions.
  void moveTo(std::size_t partitions, RunnerRef runner) {
    tables_.beforeChange();
    const auto partOf = [&](const Kept<Key>& key) { return KeyHash<Key>::hash(Owned<Key>::look(key), 0) % partitions; };
    std::vector<Table> tables;
    for (std::size_t part = 0; part < partitions; ++part) tables.emplace_back(runner.seed());
    for (std::size_t from = 0; from < tables_.partitions(); ++from)
      for (auto& [key, slot] : tables_.table(from).entries()) {
        const std::size_t to = partOf(key);
        tables[to].combineKept(std::move(key), [&] { return std::move(slot); }, [](Slot&) {});
      }
    tables_.clear();
    tables_.make(partitions, runner.seed());
    for (std::size_t part = 0; part < partitions; ++part) tables_.table(part) = std::move(tables[part]);
    for (auto* batch = batches_.first(); batch != nullptr; batch = batch->next) {
      Parts parts(partitions);
      for (auto& [come, left] : batch->value)
        for (; left < come.size(); ++left) parts[partOf(come[left].key)].come.push_back(std::move(come[left]));
      batch->value = std::move(parts);
    }
  }

  void dropFiltered(Table& table) {
    for (std::size_t at = 0; at < table.entries().size();) {
      auto& [key, slot] = table.entries()[at];
      const Kept<Value>* const value = slot.shown();
      if (value == nullptr || filter_(typename Data::reference(Owned<Key>::look(key), Owned<Value>::look(*value))) || slot.forget()) {
        ++at;
      } else {
        table.erase(Owned<Key>::look(key));  // the last entry moves to its place
      }
    }
  }

  struct Leaving {
    Kept<Key> key;
    [[no_unique_address]] typename Slot::Leaving value;
  };
  /// One partition of a batch: the keys that have come into the slots, and how many of them have left: what threw is gone on with where it
  /// stopped, and what never came does not leave.
  struct Part {
    std::vector<Leaving> come;
    std::size_t left = 0;
  };
  using Parts = std::vector<Part>;

  static constexpr bool leavesNothing = std::is_empty_v<typename Slot::Leaving>;

  static void saveCome(const Part& part, std::string& out) {
    putSize(part.come.size(), out);
    putSize(part.left, out);
    for (const Leaving& leaving : part.come) {
      Codec<Kept<Key>>::encode(leaving.key, out);
      if constexpr (!leavesNothing) Codec<typename Slot::Leaving>::encode(leaving.value, out);
    }
  }
  void loadCome(Part& part, std::string_view& in) {
    const std::size_t count = takeCount(in);
    part.left = static_cast<std::size_t>(takeNumber<std::uint64_t>(in));
    if (part.left > count) throw DecodeError("dstream: decode: more keys have left a window than have come");
    for (std::size_t i = 0; i < count; ++i) {
      Kept<Key> key = Codec<Kept<Key>>::decode(in);
      if constexpr (leavesNothing) {
        part.come.push_back({std::move(key), {}});
      } else {
        part.come.push_back({std::move(key), Codec<typename Slot::Leaving>::decode(in)});
      }
    }
  }

  static constexpr std::size_t atOnce = Table::atOnce;
  /// Asks for the memory of `count` keys: their entries, and what these point to.
  template <class KeyAt>
  static void lookAhead(Table& table, std::size_t count, const KeyAt& keyAt, std::size_t (&likely)[atOnce]) {
    table.lookAhead(count, keyAt, likely);
    if constexpr (requires(const Slot& slot) { slot.prefetch(); })
      for (std::size_t i = 0; i < count; ++i)
        if (likely[i] != Table::none) table.entries()[likely[i]].second.prefetch();
  }

  /// The next keys that leave, at most so many at once.
  void evictSome(Table& table, const std::vector<Leaving>& come, std::size_t& left) const {
    const std::size_t from = left;
    const std::size_t count = come.size() - from < atOnce ? come.size() - from : atOnce;
    std::size_t likely[atOnce];
    lookAhead(table, count, [&](std::size_t i) -> decltype(auto) { return Owned<Key>::look(come[from + i].key); }, likely);
    for (std::size_t i = 0; i < count; ++i, ++left) {
      const auto& key = Owned<Key>::look(come[left].key);
      const std::size_t at = table.indexOf(key, likely[i]);
      if (at == Table::none) throw std::logic_error("dstream: a window has lost a key: one that is not equal to itself, or whose hash changes");
      if (!table.entries()[at].second.evict(come[left].value, functions_)) table.erase(key);
    }
  }

  /// Takes the records behind those that have come, some at once; counts them all.
  struct PushStep {
    template <class Record>
    std::size_t operator()(std::size_t seen, Record&& record) {
      if (seen < known) return seen + 1;
      waiting.emplace_back(Owned<Key>::own(member<0>(record)), Owned<Value>::own(member<1>(record)));
      if (waiting.size() == atOnce) pushWaiting();
      return seen + 1;
    }
    /// What comes behind one that throws is read again.
    void pushWaiting() {
      std::size_t likely[atOnce];
      lookAhead(table, waiting.size(), [&](std::size_t i) -> decltype(auto) { return Owned<Key>::look(waiting[i].first); }, likely);
      for (auto& [key, value] : waiting) {
        come.push_back({std::move(key), Slot::leaving(value)});
        try {
          table.combine(Owned<Key>::look(come.back().key), [&] { return Slot(value, functions); }, [&](Slot& slot) { slot.push(value, functions); });
        } catch (...) {
          come.pop_back();
          throw;
        }
      }
      waiting.clear();
    }
    Table& table;
    std::vector<Leaving>& come;
    const Functions& functions;
    const std::size_t known;
    std::vector<std::pair<Kept<Key>, Kept<Value>>> waiting{};
  };

  Functions functions_;
  Filter filter_;
  LiveTables<Key, Value, Slot> tables_;
  History<Parts> batches_;
};

/// The stream of windows over a stream that has each key at most once a batch.
template <class Slot, bool durable, class Stream, class Filter = EveryPair>
auto keyedWindows(const Stream& stream, typename Slot::Functions functions, WindowExtent extent, const OperatorInfo& info,
                  const std::string& name, Filter filter = {}) {
  using Record = typename Stream::rdd_type::reference;
  using Contents = KeyedWindow<KeyOf<Record>, ValueOf<Record>, Slot, Filter>;
  using Parent = std::remove_cvref_t<decltype(stream.node())>;
  auto node = std::make_shared<WindowStateNode<Parent, Contents, durable>>(stream.node(), Contents(std::move(functions), std::move(filter)), extent);
  node->name = name;
  node->operatorInfo = info;
  node->operatorInfo.algorithm = Slot::algorithm;
  extent.describe(node->operatorInfo);
  return DStream<SharedRef<WideRdd<typename Contents::Data>, detail::replayable<Parent>>>{stream.graph(), {std::move(node)}};
}

}  // namespace dstream::inline v0::detail
