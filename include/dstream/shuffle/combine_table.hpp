// SPDX-License-Identifier: BSL-1.0
#pragma once
// CombineTable: one running combination per distinct key, for as long as one likes; what windows and states keep.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/shuffle/hash.hpp>
#include <dstream/shuffle/key_form.hpp>
#include <dstream/shuffle/table_hash.hpp>

namespace dstream::inline v0 {

/// **meaning** maps a key to its combination, in order of first appearance. Key is the record's type, what is stored its kept form; it is
/// looked up by the record's key without making the kept form first.
/// **kept** one entry per distinct key, plus 8 bytes × at most 8/3 per entry for the index. **cost** one hash, one probe of the index, one
/// comparison of keys per record. Linear probing over a power of two; 32 bits of the hash tell most other keys apart unseen.
/// **errors** more than 2³¹ distinct keys throw std::length_error. When an operation throws, the table keeps what it had.
/// **threads** one owner at a time.
template <class Key, class Combined>
class CombineTable {
 public:
  using Entry = std::pair<Kept<Key>, Combined>;

  explicit CombineTable(std::uint64_t seed = 0) : seed_(seed) {}

  /// The combination of `key`: `update(combined)` when there is one, else stored from `create()`.
  template <class K, class Create, class Update>
  DSTREAM_INLINE void combine(K&& key, Create&& create, Update&& update) {
    probe(detail::tableHash<Key>(key, seed_), std::forward<K>(key), create, update);
  }
  /// The same for a key in its kept form, which is moved in.
  template <class Create, class Update>
  void combineKept(Kept<Key>&& key, Create&& create, Update&& update) {
    probe(detail::tableHash<Key>(Owned<Key>::look(key), seed_), std::move(key), create, update);
  }

  /// Room for `keys` keys, those that are there among them; at once for as many only as take some 256 MiB.
  void reserve(std::size_t keys) {
    constexpr std::size_t most = (std::size_t{256} << 20) / (sizeof(Entry) + 3 * sizeof(Slot));
    if (keys > most) keys = most;
    std::size_t size = firstSize;
    while (keysOf(size) < keys) size *= 2;
    if (size > slots_.size()) growTo(size);
  }

  /// The combination of `key`, or null. Valid until the next change of the table.
  template <class K>
  [[nodiscard]] Combined* find(const K& key) {
    const std::size_t at = slotOf(key);
    return at == none ? nullptr : &entries_[slots_[at].entry - 1].second;
  }
  /// Where `key` stands among the entries, or `none`.
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  template <class K>
  [[nodiscard]] std::size_t indexOf(const K& key) const {
    const std::size_t at = slotOf(key);
    return at == none ? none : slots_[at].entry - 1;
  }
  template <class K>
  [[nodiscard]] std::uint64_t hash(const K& key) const {
    return detail::tableHash<Key>(key, seed_);
  }

  static constexpr std::size_t atOnce = 64;
  /// Where the entries of `count` keys, at most atOnce, are likely to stand; their memory has been asked for. Of millions of entries each is somewhere
  /// else, and reading many places at a time takes about as long as reading one.
  template <class KeyAt>
  void lookAhead(std::size_t count, const KeyAt& keyAt, std::size_t (&likely)[atOnce]) const {
    std::uint64_t hashes[atOnce];
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = hash(keyAt(i));
      __builtin_prefetch(slots_.data() + (hashes[i] & mask_));
    }
    for (std::size_t i = 0; i < count; ++i) likely[i] = prefetchEntry(hashes[i]);
  }
  /// A place that lookAhead gave need only be looked at, whatever has changed meanwhile.
  template <class K>
  [[nodiscard]] std::size_t indexOf(const K& key, std::size_t likely) const {
    return likely < entries_.size() && detail::sameKey<Key>(entries_[likely].first, key) ? likely : indexOf(key);
  }
  /// Takes out all. The memory stays for as many again, unless most of it was not used this time.
  void clear() {
    if (entries_.size() < slots_.size() / 16) {
      entries_ = std::vector<Entry>();
      slots_ = std::vector<Slot>();
      mask_ = limit_ = 0;
    } else {
      entries_.clear();
      slots_.assign(slots_.size(), Slot{});
    }
  }
  /// Takes out `key`, if it is there. The last entry moves to its place. **cost** O(1), the index repairs itself without marks.
  template <class K>
  bool erase(const K& key) {
    const std::size_t at = slotOf(key);
    if (at == none) return false;
    const std::size_t hole = slots_[at].entry - 1;
    const std::size_t last = entries_.size() - 1;
    if (hole != last) {
      slots_[slotOfEntry(last)].entry = static_cast<std::uint32_t>(hole + 1);
      entries_[hole] = std::move(entries_[last]);
    }
    entries_.pop_back();
    closeGap(at);
    return true;
  }

  [[nodiscard]] std::vector<Entry>& entries() { return entries_; }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  /// entry: 1 + index into entries_, 0 when free. tag: the hash's upper half.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = 0;
  };

  std::size_t prefetchEntry(std::uint64_t hash) const {
    if (slots_.empty()) return none;
    std::size_t at = hash & mask_;
    while (slots_[at].entry != 0 && slots_[at].tag != static_cast<std::uint32_t>(hash >> 32)) at = (at + 1) & mask_;
    if (slots_[at].entry == 0) return none;
    __builtin_prefetch(&entries_[slots_[at].entry - 1]);
    return slots_[at].entry - 1;
  }

  template <class K, class Create, class Update>
  DSTREAM_INLINE void probe(std::uint64_t hash, K&& key, Create& create, Update& update) {
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    if (entries_.size() >= limit_) grow();
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot slot = slots_[at];
      if (slot.entry == 0) {
        entries_.emplace_back(keep(std::forward<K>(key)), create());
        slots_[at] = {tag, static_cast<std::uint32_t>(entries_.size())};
        return;
      }
      if (slot.tag == tag) {
        Entry& entry = entries_[slot.entry - 1];
        if (detail::sameKey<Key>(entry.first, key)) {
          update(entry.second);
          return;
        }
      }
    }
  }

  /// Where the index holds `key`; none when it does not.
  template <class K>
  [[nodiscard]] std::size_t slotOf(const K& key) const {
    if (entries_.empty()) return none;
    const std::uint64_t hash = detail::tableHash<Key>(key, seed_);
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t at = hash & mask_; slots_[at].entry != 0; at = (at + 1) & mask_)
      if (slots_[at].tag == tag && detail::sameKey<Key>(entries_[slots_[at].entry - 1].first, key)) return at;
    return none;
  }
  [[nodiscard]] std::size_t slotOfEntry(std::size_t entry) const {
    std::size_t at = detail::tableHash<Key>(Owned<Key>::look(entries_[entry].first), seed_) & mask_;
    while (slots_[at].entry != entry + 1) at = (at + 1) & mask_;
    return at;
  }
  /// Moves back what stands behind a freed slot and could have stood in it, so that probes find it without passing a gap.
  void closeGap(std::size_t gap) {
    for (std::size_t at = (gap + 1) & mask_; slots_[at].entry != 0; at = (at + 1) & mask_) {
      const std::size_t home = detail::tableHash<Key>(Owned<Key>::look(entries_[slots_[at].entry - 1].first), seed_) & mask_;
      if (((at - home) & mask_) < ((at - gap) & mask_)) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = Slot{};
  }

  template <class K>
  static Kept<Key> keep(K&& key) {
    if constexpr (std::is_same_v<std::remove_cvref_t<K>, Kept<Key>>) {
      return std::forward<K>(key);
    } else {
      return Owned<Key>::own(std::forward<K>(key));
    }
  }

  static constexpr std::size_t firstSize = 16;
  /// How many keys an index of this size holds.
  static constexpr std::size_t keysOf(std::size_t size) { return size / 4 * 3; }

  void grow() {
    if (entries_.size() > 0x7fffffffU) throw std::length_error("dstream: combine table: too many distinct keys");
    growTo(slots_.empty() ? firstSize : slots_.size() * 2);
  }
  void growTo(std::size_t size) {
    std::vector<Slot> slots(size);
    entries_.reserve(keysOf(size));
    const std::size_t mask = size - 1;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const std::uint64_t hash = detail::tableHash<Key>(Owned<Key>::look(entries_[i].first), seed_);
      std::size_t at = hash & mask;
      while (slots[at].entry != 0) at = (at + 1) & mask;
      slots[at] = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(i + 1)};
    }
    slots_.swap(slots);
    mask_ = mask;
    limit_ = keysOf(size);
  }

  detail::HashSeed seed_;
  std::vector<Entry> entries_;
  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::size_t limit_ = 0;
};

}  // namespace dstream::inline v0
