// SPDX-License-Identifier: BSL-1.0
#pragma once
// TaskTable: one running combination per distinct key of a batch; what a task of a keyed operator folds into.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/shuffle/key_form.hpp>
#include <dstream/shuffle/table_bound.hpp>

namespace dstream::inline v0::detail {

/// **meaning** maps a key to its combination, in order of first appearance, for as long as a batch. Nothing is taken out but all at once: what
/// changes over many batches is a CombineTable's.
/// **kept** one entry per distinct key, text of up to 15 bytes in it, and 16 to 128 bytes of index for each, none for keys that were only listed; all of it for the
/// next batch, until most of it was not used for 16 batches in a row: batches differ, and a worker that comes late to one finds little to do.
/// **cost** one hash, one probe of the index, one comparison of keys per record; the index is at most half full, a small one an eighth.
/// **errors** more than 2³¹ distinct keys throw std::length_error, more memory than its bound allows TableError. When an operation throws, the table keeps what it had.
/// **threads** one owner at a time.
/// Small numbers are found without it, by themselves, once half of a table's keys are such: 4 bytes for each number below the greatest, at most 256 KiB.
/// Keys made to meet in one place of the index are noticed by how far they stand from it: from then on the table hashes with another seed, and with
/// more care.
template <class Key, class Combined>
class TaskTable {
  using Places = Deferred<std::vector<std::vector<std::uint32_t>>, Key>;
  /// tag: the hash's upper half, 0 when free. entry: index into entries_.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = 0;
  };

 public:
  using Form = KeyForm<Key>;
  using Entry = std::pair<typename Form::Stored, Combined>;

  explicit TaskTable(std::uint64_t seed) : seed_(seed) {}
  TaskTable(const TaskTable&) = delete;
  TaskTable& operator=(const TaskTable&) = delete;

  /// Its memory counts from now on, until `leave` or `clear`; not what combinations hold outside of themselves.
  void join(TableBound& bound) { share_.join(bound, bytes() + arena_.bytes()); }
  void leave() noexcept { share_.leave(); }

  /// The combination of `key`: `update(combined)` when there is one, else stored from `create()`.
  template <class K, class Create, class Update>
  DSTREAM_INLINE void combine(K&& key, Create&& create, Update&& update) {
    combineProbe(Form::probe(std::forward<K>(key)), create, update);
  }
  template <class Probe, class Create, class Update>
  DSTREAM_INLINE void combineProbe(Probe&& probe, Create&& create, Update&& update) {
    makeRoom(1);
    combineHere(hash(probe), std::forward<Probe>(probe), create, update);
  }

  // The same in three steps, for many keys at a time: while one waits, the memory that it needs is on its way.

  template <class Probe>
  [[nodiscard]] DSTREAM_INLINE std::uint64_t hash(const Probe& probe) const {
    return Form::hash(probe, seed_);
  }
  template <class Probe>
  [[nodiscard]] DSTREAM_INLINE std::uint64_t hashWaiting(const Probe& probe) const {
    return Form::hashWaiting(probe, seed_);
  }
  DSTREAM_INLINE void prefetchPlace(std::uint64_t hash) const { __builtin_prefetch(slots_.data() + (hash & mask_)); }
  /// Room for so many new keys. False: hashes taken before hold no longer.
  DSTREAM_INLINE bool makeRoom(std::size_t keys) {
    if (indexed() + keys <= limit_ && !crowded_) [[likely]] return true;
    grow(keys);
    return false;
  }
  /// Updates the combination of a small number that is known by itself; false for any other key.
  template <class Probe, class Update>
  DSTREAM_INLINE bool updateNumber(const Probe& probe, Update&& update) {
    if constexpr (numbers) {
      const auto number = static_cast<std::uint64_t>(probe);
      if (number >= numberOf_.size() || numberOf_[number] == 0) return false;
      update(entries_[numberOf_[number] - 1].second);
      return true;
    }
    return false;
  }
  /// Where its memory lies, for registers: good until a key is new.
  class Known {
   public:
    explicit Known(TaskTable& table) : slots_(table.slots_.data()), mask_(table.mask_), entries_(table.entries_.data()) {}

    DSTREAM_INLINE void prefetchEntry(std::uint64_t hash) const { __builtin_prefetch(entries_ + slots_[hash & mask_].entry); }
    /// Updates the combination of a key that stands right where its hash says, as most do; false for any other.
    template <class Probe, class Update>
    DSTREAM_INLINE bool update(std::uint64_t hash, const Probe& probe, Update&& update) const {
      const Slot slot = slots_[hash & mask_];
      if (slot.tag != tagOf(hash)) [[unlikely]] return false;
      Entry& entry = entries_[slot.entry];
      if (!Form::same(entry.first, probe)) [[unlikely]] return false;
      update(entry.second);
      return true;
    }

   private:
    const Slot* slots_;
    std::size_t mask_;
    Entry* entries_;
  };
  /// Where `key` stands among the entries, or `none`. Not for a table that only lists.
  static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);
  template <class Probe>
  [[nodiscard]] DSTREAM_INLINE std::uint32_t indexOf(std::uint64_t hash, const Probe& probe) const {
    if constexpr (numbers)
      if (isNumbered(probe)) return numberOf_[static_cast<std::size_t>(probe)] - 1;
    if (slots_.empty()) return none;
    const std::uint32_t tag = tagOf(hash);
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot slot = slots_[at];
      if (slot.tag == tag && Form::same(entries_[slot.entry].first, probe)) [[likely]] return slot.entry;
      if (slot.tag == 0) return none;
    }
  }
  /// Of a table that has entries.
  DSTREAM_INLINE void prefetchEntry(std::uint64_t hash) const { __builtin_prefetch(entries_.data() + slots_[hash & mask_].entry); }
  /// Where there is room.
  template <class Probe, class Create, class Update>
  DSTREAM_INLINE void combineHere(std::uint64_t hash, Probe&& probe, Create&& create, Update&& update) {
    if (updateNumber(probe, update)) return;
    if constexpr (numbers)
      if (isNumbered(probe)) {
        entries_.emplace_back(probe, create());
        numberOf_[static_cast<std::size_t>(probe)] = static_cast<std::uint32_t>(entries_.size());
        ++numbered_;
        return;
      }
    const std::uint32_t tag = tagOf(hash);
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot slot = slots_[at];
      if (slot.tag == tag) [[likely]] {
        Entry& entry = entries_[slot.entry];
        if (Form::same(entry.first, probe)) [[likely]] {
          update(entry.second);
          return;
        }
      } else if (slot.tag == 0) {
        const std::size_t index = entries_.size();
        entries_.emplace_back(Form::keep(arena_, std::forward<Probe>(probe)), create());
        slots_[at] = {tag, static_cast<std::uint32_t>(index)};
        if (((at - hash) & mask_) > farthest) [[unlikely]] crowded_ = !seed_.strong;
        return;
      }
    }
  }

  /// Where tables are merged in the end anyway, keys that hardly repeat need not be looked for: asked before so many records, says whether they are to be
  /// listed instead, one entry each. It looks into stretches of them, and goes on to list after one that had seven new keys in eight records.
  void mayList() { mayList_ = true; }
  DSTREAM_INLINE bool lists(std::size_t records) {
    if (!mayList_) [[likely]] return false;
    if (entries_.capacity() - entries_.size() < records) reserveEntries(2 * entries_.capacity() + records);
    if (toList_ != 0) {
      toList_ -= records < toList_ ? records : toList_;
      listed_ = true;
      return true;
    }
    if (listed_) [[unlikely]] startAnew();
    looked_ += records;
    if (looked_ >= stretch) {
      if (entries_.size() - before_ > looked_ / 8 * 7) toList_ = 7 * stretch;
      before_ = entries_.size();
      looked_ = 0;
    }
    return false;
  }
  template <class Probe, class Create>
  DSTREAM_INLINE void list(const Probe& probe, Create&& create) {
    entries_.emplace_back(Form::keep(arena_, probe), create());
  }
  /// A key may have several entries.
  [[nodiscard]] bool repeats() const { return toList_ != 0 || listed_ || first_ != 0; }

  /// Whether it has met keys that seemed made to collide.
  [[nodiscard]] bool isWary() const { return seed_.strong; }
  [[nodiscard]] std::vector<Entry>& entries() { return entries_; }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

  /// Finds out which entries are in which of so many partitions.
  void sortOut(std::size_t partitions) {
    share_.add(entries_.size() * 2 * sizeof(std::uint32_t));
    places_.resize(partitions);
    for (auto& places : places_) places.clear();
    for (std::size_t i = 0; i < entries_.size(); ++i)
      places_[Form::partitionHash(entries_[i].first) % partitions].push_back(static_cast<std::uint32_t>(i));
  }
  /// The entries of another table that are in this partition, none of them here yet: only listed.
  void listAll(TaskTable& other, std::size_t partition) {
    reserveEntries(other.places_[partition].size());
    for (const std::uint32_t place : other.places_[partition]) {
      Entry& entry = other.entries_[place];
      entries_.emplace_back(Form::keep(arena_, std::move(entry.first)), std::move(entry.second));
    }
  }
  /// The same where there may be some: `merge(combined, Combined&& other)`.
  template <class Merge>
  void absorb(TaskTable& other, std::size_t partition, const Merge& merge) {
    const auto& places = other.places_[partition];
    constexpr std::size_t atOnce = 32;
    std::uint64_t hashes[atOnce];
    for (std::size_t from = 0; from < places.size(); from += atOnce) {
      const std::size_t count = places.size() - from < atOnce ? places.size() - from : atOnce;
      makeRoom(count);
      for (std::size_t i = 0; i < count; ++i) {
        hashes[i] = Form::hashStored(other.entries_[places[from + i]].first, seed_);
        prefetchPlace(hashes[i]);
      }
      for (std::size_t i = 0; i < count; ++i) {
        Entry& entry = other.entries_[places[from + i]];
        combineHere(
            hashes[i], std::move(entry.first), [&]() -> Combined { return std::move(entry.second); },
            [&](Combined& combined) { merge(combined, std::move(entry.second)); });
      }
    }
  }
  /// Takes out all.
  void clear() noexcept {
    share_.leave();
    const std::size_t used = entries_.size();
    forgetNumbers();
    entries_.clear();
    arena_.clear();
    crowded_ = mayList_ = listed_ = false;
    first_ = toList_ = looked_ = before_ = 0;
    const std::size_t room = slots_.size() > 2 * entries_.capacity() ? slots_.size() : 2 * entries_.capacity();  // listed keys have no place in the index
    seldom_ = room > leastPlaces && used < room / 16 ? seldom_ + 1 : 0;
    if (seldom_ == patience || bytes() + arena_.bytes() > share_.mayKeep()) {
      seldom_ = 0;
      arena_ = typename Form::Arena(share_);
      std::vector<Entry>().swap(entries_);
      std::vector<Slot>().swap(slots_);
      Places().swap(places_);
      decltype(numberOf_)().swap(numberOf_);
      mask_ = limit_ = 0;
    } else if (used != 0) {
      slots_.assign(slots_.size(), Slot{});
    }
  }

 private:
  /// No hash worth the name lets a key stand farther from its place in an index half empty: the longest cluster of 2³¹ keys has about 110.
  static constexpr std::size_t farthest = 256;

  /// A small index has more room than it needs, since keys that stand elsewhere than expected cost a branch that nobody can foresee; in a large one
  /// the caches matter more.
  static constexpr std::size_t mostIn(std::size_t size) { return size <= 8 * 1024 ? size / 8 : size <= 16 * 1024 ? size / 4 : size / 2; }

  static constexpr std::size_t leastPlaces = 256;
  /// Numbers below it may have places of their own.
  static constexpr bool numbers = std::is_integral_v<Key> && sizeof(Key) <= 8;
  static constexpr std::uint64_t mostNumbers = 64 * 1024;
  static constexpr std::size_t stretch = 64 * 1024;
  static constexpr std::size_t patience = 16;

  static std::uint32_t tagOf(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32) | 1; }

  /// It has a place of its own, taken or not.
  template <class Probe>
  [[nodiscard]] DSTREAM_INLINE bool isNumbered(const Probe& probe) const {
    if constexpr (numbers) return static_cast<std::uint64_t>(probe) < numberOf_.size();
    return false;
  }
  /// **units** bytes; of text apart.
  [[nodiscard]] std::size_t bytes() const {
    std::size_t places = 0;
    for (const auto& one : places_) places += one.capacity();
    return slots_.size() * sizeof(Slot) + entries_.capacity() * sizeof(Entry) + places * sizeof(std::uint32_t);
  }
  [[gnu::noinline]] void reserveEntries(std::size_t entries) {
    if (entries <= entries_.capacity()) return;
    const std::size_t before = entries_.capacity() * sizeof(Entry);
    share_.add(entries * sizeof(Entry));
    entries_.reserve(entries);
    share_.remove(before);
  }
  /// Entries that are in the index.
  [[nodiscard]] std::size_t indexed() const { return entries_.size() - first_ - numbered_; }

  /// Once half of a table's keys are small numbers, those have places of their own: no hash, no probe. Only here, when no record waits whose key would
  /// find another place than the records before it.
  void placeNumbers() {
    std::uint64_t greatest = 0;
    std::size_t small = 0;
    for (std::size_t i = first_; i < entries_.size(); ++i) {
      const auto number = static_cast<std::uint64_t>(entries_[i].first);
      if (number >= mostNumbers) continue;
      ++small;
      if (number > greatest) greatest = number;
    }
    if (small < leastPlaces / 4 || small < (entries_.size() - first_) / 2 || greatest < numberOf_.size()) return;
    numberOf_.resize(std::size_t{2} << (63 - __builtin_clzll(greatest | 1)));  // the power of two above it
    numbered_ = 0;
    for (std::size_t i = first_; i < entries_.size(); ++i) {
      if (!isNumbered(entries_[i].first)) continue;
      numberOf_[static_cast<std::size_t>(entries_[i].first)] = static_cast<std::uint32_t>(i + 1);
      ++numbered_;
    }
  }
  void forgetNumbers() {
    if constexpr (numbers) {
      if (entries_.size() - first_ < numberOf_.size() / 16) {
        for (std::size_t i = first_; i < entries_.size(); ++i)
          if (isNumbered(entries_[i].first)) numberOf_[static_cast<std::size_t>(entries_[i].first)] = 0;
      } else {
        numberOf_.assign(numberOf_.size(), 0);
      }
      numbered_ = 0;
    }
  }

  /// What is listed is not in the index; nor is what was before it, lest the index grow with it all.
  void startAnew() {
    forgetNumbers();
    slots_.assign(slots_.size(), Slot{});
    first_ = before_ = entries_.size();
    listed_ = false;
  }

  [[gnu::noinline]] void grow(std::size_t keys) {
    if (entries_.size() + keys > 0x7fffffffU) throw std::length_error("dstream: too many distinct keys in one task");
    if constexpr (numbers) placeNumbers();
    const std::size_t wanted = indexed() + keys;
    std::size_t size = slots_.empty() ? leastPlaces : slots_.size();
    while (mostIn(size) < wanted) size *= 2;
    if (std::exchange(crowded_, false)) {
      seed_ = HashSeed(mix(seed_.first, reinterpret_cast<std::uintptr_t>(slots_.data()) ^ secret0));  // where memory lies, nobody foresees
      seed_.strong = true;
    }
    const std::size_t before = slots_.size() * sizeof(Slot);
    share_.add(size * sizeof(Slot));
    std::vector<Slot> slots(size);
    if (first_ == 0) reserveEntries(mostIn(size));
    const std::size_t mask = size - 1;
    for (std::size_t i = first_; i < entries_.size(); ++i) {
      if (isNumbered(entries_[i].first)) continue;
      const std::uint64_t hash = Form::hashStored(entries_[i].first, seed_);
      std::size_t at = hash & mask;
      while (slots[at].tag != 0) at = (at + 1) & mask;
      slots[at] = {tagOf(hash), static_cast<std::uint32_t>(i)};
    }
    slots_.swap(slots);
    share_.remove(before);
    mask_ = mask;
    limit_ = mostIn(size);
  }

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::vector<Entry> entries_;
  std::size_t limit_ = 0;
  std::size_t first_ = 0;  // of the entries in the index
  Deferred<std::vector<std::uint32_t>, Key> numberOf_;  // for a small number 1 + its entry, 0 for none
  std::size_t numbered_ = 0;             // entries from first_ on that are found by it
  HashSeed seed_;
  std::size_t seldom_ = 0;  // batches that used little of it, since one that did not
  bool crowded_ = false;
  bool mayList_ = false;
  bool listed_ = false;     // since startAnew
  std::size_t toList_ = 0;  // records
  std::size_t looked_ = 0;  // records of this stretch
  std::size_t before_ = 0;  // entries when it began
  Places places_;  // for each partition, its entries' indices
  TableShare share_;
  [[no_unique_address]] typename Form::Arena arena_{share_};
};

}  // namespace dstream::inline v0::detail
