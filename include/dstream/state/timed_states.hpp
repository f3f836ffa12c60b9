// SPDX-License-Identifier: BSL-1.0
#pragma once
// TimedStates: the states of one partition, in the order of their last update, with an undo of what a batch changed.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/merge_sort.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/shuffle/combine_table.hpp>

namespace dstream::inline v0::detail {

/// One key's state; `older` and `younger` are the places of its neighbours in the order of updates.
template <class S>
struct StateSlot {
  static constexpr std::uint32_t nobody = 0xffffffffU;

  [[nodiscard]] const S* shown() const { return &state; }

  S state;
  std::int64_t updated;
  std::uint32_t older = nobody;
  std::uint32_t younger = nobody;
};

/// **meaning** a table and, if states time out, a list through it, oldest update first. Between begin and commit or rollback it notes what each
/// changed key had before. **cost** O(1) per change, O(expired) per scan; a key that is not touched costs nothing. **kept** per key its entry, 16
/// bytes for the list and time, and up to 22 for the table's index.
template <class Key, class S>
class TimedStates {
 public:
  using Table = CombineTable<Key, StateSlot<S>>;

  [[nodiscard]] const S* find(Table& table, const Kept<Key>& key) const {
    const StateSlot<S>* slot = table.find(Owned<Key>::look(key));
    return slot == nullptr ? nullptr : &slot->state;
  }

  void put(Table& table, const Kept<Key>& key, S state, std::int64_t time) {
    note(table, key);
    set(table, key, std::move(state), time);
  }
  /// The state stays, as if it had just been updated.
  void touch(Table& table, const Kept<Key>& key, std::int64_t time) {
    note(table, key);
    const std::size_t at = table.indexOf(Owned<Key>::look(key));
    unlink(table, at);
    table.entries()[at].second.updated = time;
    linkYoungest(table, at);
  }
  void remove(Table& table, const Kept<Key>& key) {
    note(table, key);
    take(table, key);
  }
  /// The key whose update is the oldest, if it is older than `than`.
  [[nodiscard]] std::optional<Kept<Key>> oldest(const Table& table, std::int64_t than) const {
    if (oldest_ == nobody || table.entries()[oldest_].second.updated >= than) return std::nullopt;
    return table.entries()[oldest_].first;
  }

  void commit() { before_ = Notes(); }
  void rollback(Table& table) {
    if (before_.entries().empty()) return;
    for (auto& [key, had] : before_.entries()) {
      if (had) {
        set(table, key, std::move(had->state), had->updated);
      } else {
        take(table, key);
      }
    }
    before_ = Notes();
    relink(table);
  }

 private:
  static constexpr std::uint32_t nobody = StateSlot<S>::nobody;
  struct Had {
    S state;
    std::int64_t updated;
  };
  using Notes = CombineTable<Key, std::optional<Had>>;

  void note(Table& table, const Kept<Key>& key) {
    before_.combineKept(
        Kept<Key>(key),
        [&]() -> std::optional<Had> {
          const StateSlot<S>* slot = table.find(Owned<Key>::look(key));
          return slot == nullptr ? std::optional<Had>{} : std::optional<Had>{Had{slot->state, slot->updated}};
        },
        [](std::optional<Had>&) {});
  }
  void set(Table& table, const Kept<Key>& key, S&& state, std::int64_t time) {
    const std::size_t known = table.indexOf(Owned<Key>::look(key));
    if (known != Table::none) {
      unlink(table, known);
      table.entries()[known].second.state = std::move(state);
      table.entries()[known].second.updated = time;
      linkYoungest(table, known);
      return;
    }
    table.combineKept(Kept<Key>(key), [&]() -> StateSlot<S> { return {std::move(state), time}; }, [](StateSlot<S>&) {});
    linkYoungest(table, table.entries().size() - 1);
  }
  void take(Table& table, const Kept<Key>& key) {
    const std::size_t at = table.indexOf(Owned<Key>::look(key));
    if (at == Table::none) return;
    unlink(table, at);
    const std::size_t last = table.entries().size() - 1;
    table.erase(Owned<Key>::look(key));
    if (at == last) return;
    StateSlot<S>& moved = table.entries()[at].second;  // the last entry took the free place: its neighbours must know
    (moved.older == nobody ? oldest_ : table.entries()[moved.older].second.younger) = static_cast<std::uint32_t>(at);
    (moved.younger == nobody ? youngest_ : table.entries()[moved.younger].second.older) = static_cast<std::uint32_t>(at);
  }

  void unlink(Table& table, std::size_t at) {
    StateSlot<S>& slot = table.entries()[at].second;
    (slot.older == nobody ? oldest_ : table.entries()[slot.older].second.younger) = slot.younger;
    (slot.younger == nobody ? youngest_ : table.entries()[slot.younger].second.older) = slot.older;
  }
  void linkYoungest(Table& table, std::size_t at) {
    StateSlot<S>& slot = table.entries()[at].second;
    slot.older = youngest_;
    slot.younger = nobody;
    (youngest_ == nobody ? oldest_ : table.entries()[youngest_].second.younger) = static_cast<std::uint32_t>(at);
    youngest_ = static_cast<std::uint32_t>(at);
  }
  /// After a rollback the order of updates is that of old times again.
  void relink(Table& table) {
    Deferred<std::vector<std::size_t>, S> order(table.entries().size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    detail::mergeSort(order, [&](std::size_t a, std::size_t b) {
      return table.entries()[a].second.updated < table.entries()[b].second.updated;
    });
    oldest_ = youngest_ = nobody;
    for (const std::size_t at : order) linkYoungest(table, at);
  }

  Notes before_;
  std::uint32_t oldest_ = nobody;
  std::uint32_t youngest_ = nobody;
};

}  // namespace dstream::inline v0::detail
