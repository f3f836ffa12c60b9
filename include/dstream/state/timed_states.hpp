// SPDX-License-Identifier: BSL-1.0
#pragma once
// TimedStates: the states of one partition, in the order of their last update, with an undo of what a batch changed.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/merge_sort.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/shuffle/combine_table.hpp>

namespace dstream::inline v0::detail {

template <class S>
struct StateSlot {
  [[nodiscard]] const S* shown() const { return &state; }

  S state;
};

/// **meaning** what is known of the states of a table beside themselves. If they time out, a list through them, oldest update first. And what each
/// key had before it was first changed since the last commit: its state is moved there, never copied.
/// **cost** O(1) per change, O(expired) per scan; a key that is not touched costs nothing. A rollback sorts those that time out anew.
/// **kept** per key, if states time out, 16 bytes for time and list; else nothing.
template <class Key, class S>
class TimedStates {
 public:
  using Table = CombineTable<Key, StateSlot<S>>;

  explicit TimedStates(bool timed) : timed_(timed) {}

  /// `at`, here and below: where the key stands in the table, or Table::none.
  void put(Table& table, std::size_t at, const Kept<Key>& key, S state, std::int64_t time) {
    note(table, at, key, true);
    if (at == Table::none) {
      insert(table, key, std::move(state), time);
      return;
    }
    table.entries()[at].second.state = std::move(state);
    becomeYoungest(at, time);
  }
  /// Asks for what an update of the key at this place will read: first its link, then those of its neighbours.
  void prefetchLink(std::size_t at) const {
    if (at < links_.size()) __builtin_prefetch(&links_[at]);
  }
  void prefetchNeighbours(std::size_t at) const {
    if (at >= links_.size()) return;
    if (links_[at].older != nobody) __builtin_prefetch(&links_[links_[at].older]);
    if (links_[at].younger != nobody) __builtin_prefetch(&links_[links_[at].younger]);
  }
  /// The state that the key had is moved away, or it had none: what stands in the table is this batch's own, and may be changed there.
  [[nodiscard]] bool ownState(const Kept<Key>& key) const {
    const std::size_t noted = before_.indexOf(Owned<Key>::look(key));
    if (noted == CombineTable<Key, Had>::none) return false;
    const Had& had = before_.entries()[noted].second;
    return !had.known || had.state.has_value();
  }
  /// The state stays, as if it had just been updated.
  void touch(const Table& table, std::size_t at, std::int64_t time) {
    note(table, at, table.entries()[at].first, false);
    becomeYoungest(at, time);
  }
  void remove(Table& table, std::size_t at) {
    note(table, at, table.entries()[at].first, true);
    take(table, at);
  }
  /// The place of the key whose update is the oldest, if it is older than `than`; else none.
  [[nodiscard]] std::size_t oldest(std::int64_t than) const {
    return oldest_ == nobody || links_[oldest_].updated >= than ? Table::none : oldest_;
  }

  /// `body(key, state, updated)` for each key, oldest update first where they time out.
  template <class Body>
  void each(const Table& table, const Body& body) const {
    if (!timed_) {
      for (const auto& [key, slot] : table.entries()) body(key, slot.state, std::int64_t{0});
      return;
    }
    for (std::uint32_t at = oldest_; at != nobody; at = links_[at].younger) body(table.entries()[at].first, table.entries()[at].second.state, links_[at].updated);
  }
  /// For each key that was changed since the last commit: `removed(key)`, `touched(key, updated)` or `put(key, state, updated)`.
  template <class Removed, class Touched, class Put>
  void eachChange(const Table& table, const Removed& removed, const Touched& touched, const Put& put) const {
    for (const auto& [key, had] : before_.entries()) {
      const std::size_t at = table.indexOf(Owned<Key>::look(key));
      if (at == Table::none) {
        removed(key);
      } else if (had.known && !had.state) {
        touched(key, timed_ ? links_[at].updated : 0);
      } else {
        put(key, table.entries()[at].second.state, timed_ ? links_[at].updated : 0);
      }
    }
  }

  /// What a checkpoint says of a key, noted by nobody: `state` none and not `removed`, an update of a known one. False: it is not known.
  bool restore(Table& table, const Kept<Key>& key, std::optional<S> state, std::int64_t updated, bool removed) {
    const std::size_t at = table.indexOf(Owned<Key>::look(key));
    if (at == Table::none) {
      if (!state) return removed;
      insert(table, key, *std::move(state), updated);
      return true;
    }
    if (removed) {
      take(table, at);
      return true;
    }
    if (state) table.entries()[at].second.state = *std::move(state);
    becomeYoungest(at, updated);
    return true;
  }

  void commit() { before_.clear(); }
  /// One that throws can be repeated: what it has put back it does not put back again.
  void rollback(Table& table) {
    if (before_.entries().empty()) return;
    for (auto& [key, had] : before_.entries()) {
      const std::size_t at = table.indexOf(Owned<Key>::look(key));
      if (!had.known) {
        if (at != Table::none) take(table, at);
      } else if (at == Table::none) {
        insert(table, key, *std::move(had.state), had.updated);
        had.state.reset();
      } else {
        if (had.state) table.entries()[at].second.state = *std::move(had.state);
        had.state.reset();
        if (timed_) links_[at].updated = had.updated;
      }
    }
    if (timed_) relink(table.entries().size());
    before_.clear();
  }

 private:
  static constexpr std::uint32_t nobody = 0xffffffffU;

  /// `older` and `younger` are the places of its neighbours in the order of updates.
  struct Link {
    std::int64_t updated = 0;
    std::uint32_t older = nobody;
    std::uint32_t younger = nobody;
  };
  /// No state, though it was known: it is still in the table.
  struct Had {
    bool known;
    std::optional<S> state;
    std::int64_t updated;
  };

  template <class AnyTable>
  void note(AnyTable& table, std::size_t at, const Kept<Key>& key, bool state) {
    Had* noted = nullptr;
    before_.combine(
        Owned<Key>::look(key),  // copied only if this batch has not noted it yet
        [&]() -> Had { return {at != Table::none, std::nullopt, timed_ && at != Table::none ? links_[at].updated : 0}; },
        [&](Had& had) { noted = &had; });
    Had& had = noted != nullptr ? *noted : before_.entries().back().second;
    if constexpr (!std::is_const_v<AnyTable>)
      if (state && had.known && !had.state) had.state.emplace(std::move(table.entries()[at].second.state));  // last: the copy of a key may throw
  }

  void insert(Table& table, const Kept<Key>& key, S&& state, std::int64_t time) {
    const std::size_t at = table.entries().size();
    if (timed_) links_.resize(at + 1);
    table.combineKept(Kept<Key>(key), [&]() -> StateSlot<S> { return {std::move(state)}; }, [](StateSlot<S>&) {});
    if (!timed_) return;
    links_[at].updated = time;
    linkYoungest(at);
  }
  void take(Table& table, std::size_t at) {
    const std::size_t last = table.entries().size() - 1;
    if (!table.erase(Owned<Key>::look(table.entries()[at].first)))
      throw std::logic_error("dstream: a state has lost its key: one that is not equal to itself, or whose hash changes");
    if (!timed_) return;
    unlink(at);
    if (at != last) {  // the last entry took the free place: its neighbours must know
      const Link moved = links_[at] = links_[last];
      (moved.older == nobody ? oldest_ : links_[moved.older].younger) = static_cast<std::uint32_t>(at);
      (moved.younger == nobody ? youngest_ : links_[moved.younger].older) = static_cast<std::uint32_t>(at);
    }
    links_.resize(last);
  }

  void becomeYoungest(std::size_t at, std::int64_t time) {
    if (!timed_) return;
    unlink(at);
    links_[at].updated = time;
    linkYoungest(at);
  }
  void unlink(std::size_t at) {
    const Link link = links_[at];
    (link.older == nobody ? oldest_ : links_[link.older].younger) = link.younger;
    (link.younger == nobody ? youngest_ : links_[link.younger].older) = link.older;
  }
  void linkYoungest(std::size_t at) {
    links_[at].older = youngest_;
    links_[at].younger = nobody;
    (youngest_ == nobody ? oldest_ : links_[youngest_].younger) = static_cast<std::uint32_t>(at);
    youngest_ = static_cast<std::uint32_t>(at);
  }
  /// After a rollback the order of updates is that of old times again. An insertion that threw has left a link too many.
  void relink(std::size_t keys) {
    links_.resize(keys);
    Deferred<std::vector<std::size_t>, S> order(keys);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    detail::mergeSort(order, [&](std::size_t a, std::size_t b) { return links_[a].updated < links_[b].updated; });
    oldest_ = youngest_ = nobody;
    for (const std::size_t at : order) linkYoungest(at);
  }

  bool timed_;
  std::vector<Link> links_;  // beside the table's entries
  std::uint32_t oldest_ = nobody;
  std::uint32_t youngest_ = nobody;
  CombineTable<Key, Had> before_;
};

}  // namespace dstream::inline v0::detail
