// SPDX-License-Identifier: BSL-1.0
#pragma once
// DurableUpdate: the states of updateStateByKey, and how a checkpoint has them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/shuffle/combine_table.hpp>
#include <dstream/shuffle/hash.hpp>
#include <dstream/state/durable_states.hpp>
#include <dstream/state/same_state.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0::detail {

template <class Key, class S>
struct UpdatedStates {
  using Tables = std::vector<CombineTable<Key, S>>;
  /// Of the batch that runs; null, outside or inside, until they are computed.
  using Next = std::shared_ptr<std::shared_ptr<const Tables>>;

  explicit UpdatedStates(const Next&) {}
  /// Of the last committed batch; null before the first.
  std::shared_ptr<const Tables> states;

  /// The same in another number of partitions.
  static std::shared_ptr<Tables> inPartitions(const Tables& tables, std::size_t partitions, RunnerRef runner) {
    auto moved = std::make_shared<Tables>(partitions, CombineTable<Key, S>(runner.seed()));
    for (const auto& table : tables)
      for (const auto& [key, state] : table.entries())
        (*moved)[KeyHash<Key>::hash(Owned<Key>::look(key), 0) % partitions].combineKept(Kept<Key>(key), [&] { return state; }, [](S&) {});
    return moved;
  }
};

/// **cost** a change is what would have other bytes than before: all states are compared, as they are all computed anew, and those that have changed are encoded.
/// A state of which only its Codec knows what it is made of is encoded as it is and as it was.
template <class Key, class S>
class DurableUpdate final : public UpdatedStates<Key, S>, public Persistent {
  using Base = UpdatedStates<Key, S>;
  using typename Base::Next;
  using typename Base::Tables;
  using Table = CombineTable<Key, S>;
  using StoredKey = Kept<Key>;

 public:
  explicit DurableUpdate(const Next& next) : Base(next), next_(next) {}

  [[nodiscard]] std::string schema() const override { return schema_.text(); }
  [[nodiscard]] bool reads(std::string_view written) const override { return schema_.reads(written); }

  void saveChange(const Batch&, std::string& out) override {
    schema_.putForm(out);
    const Tables none;
    const Tables& after = next_ == nullptr || *next_ == nullptr ? none : **next_;
    saveParts(out, after.size(), RunnerRef{}, [&](std::size_t part, std::string& text) {
      const Table* const before = this->states == nullptr ? nullptr : &(*this->states)[part];
      for (const auto& [key, state] : after[part].entries()) {
        const std::size_t at = before == nullptr ? Table::none : before->indexOf(Owned<Key>::look(key));
        if (at != Table::none && unchanged(before->entries()[at].second, state)) continue;
        put(KeyChange::Put, key, text);
        Codec<S>::encode(state, text);
      }
      if (before == nullptr) return;
      for (const auto& [key, state] : before->entries())
        if (after[part].indexOf(Owned<Key>::look(key)) == Table::none) put(KeyChange::Removed, key, text);
    });
  }
  void restoreChange(std::string_view bytes, const Batch&, RunnerRef runner) override {
    const std::size_t form = schema_.takeForm(bytes);
    auto tables = std::const_pointer_cast<Tables>(this->states);  // nobody looks at them yet
    loadParts(
        bytes, runner,
        [&](std::size_t parts) {
          if (parts == 0) return;  // the batch had none
          if (tables == nullptr) tables = std::make_shared<Tables>(parts, Table(runner.seed()));
          if (tables->size() != parts) tables = Base::inPartitions(*tables, parts, runner);
        },
        [&](std::size_t part, std::string_view& in) {
          while (!in.empty()) {
            const KeyChange change = takeKeyChange(in);
            StoredKey key = Codec<StoredKey>::decode(in);
            if (change == KeyChange::Removed) {
              (*tables)[part].erase(Owned<Key>::look(key));
            } else {
              put((*tables)[part], std::move(key), StateForms<S>::decode(in, form));
            }
          }
        });
    this->states = std::move(tables);
  }
  void saveAll(RunnerRef runner, std::string& out) override {
    const Tables none;
    const Tables& tables = this->states == nullptr ? none : *this->states;
    saveParts(out, tables.size(), runner, [&](std::size_t part, std::string& text) {
      for (const auto& [key, state] : tables[part].entries()) {
        Codec<StoredKey>::encode(key, text);
        Codec<S>::encode(state, text);
      }
    });
  }
  void restoreAll(std::string_view bytes, std::string_view writtenSchema, RunnerRef runner) override {
    const std::size_t form = schema_.form(writtenSchema);
    std::shared_ptr<Tables> tables;
    loadParts(
        bytes, runner,
        [&](std::size_t parts) {
          if (parts != 0) tables = std::make_shared<Tables>(parts, Table(runner.seed()));
        },
        [&](std::size_t part, std::string_view& in) {
          while (!in.empty()) {
            StoredKey key = Codec<StoredKey>::decode(in);
            put((*tables)[part], std::move(key), StateForms<S>::decode(in, form));
          }
        });
    this->states = std::move(tables);
  }

 private:
  static bool unchanged(const S& before, const S& after) {
    if constexpr (hasSameState<S>()) {
      return sameState(before, after);
    } else {
      std::string oldBytes;
      std::string newBytes;
      Codec<S>::encode(before, oldBytes);
      Codec<S>::encode(after, newBytes);
      return oldBytes == newBytes;
    }
  }
  static void put(KeyChange change, const StoredKey& key, std::string& out) {
    putNumber(static_cast<std::uint8_t>(change), out);
    Codec<StoredKey>::encode(key, out);
  }
  static void put(Table& table, StoredKey key, S state) {
    table.combineKept(std::move(key), [&]() -> S { return std::move(state); }, [&](S& known) { known = std::move(state); });
  }

  const Next& next_;
  const StateSchema<Key, S> schema_{"updateStateByKey", ""};
};

/// DurableUpdate, or the states alone for an operator that is transient.
template <bool durable>
struct DurableUpdateOr {
  template <class Key, class S>
  using type = DurableUpdate<Key, S>;
};
template <>
struct DurableUpdateOr<false> {
  template <class Key, class S>
  using type = UpdatedStates<Key, S>;
};

}  // namespace dstream::inline v0::detail
