// SPDX-License-Identifier: BSL-1.0
#pragma once
// KeyForm: how a table of one batch stores a key: text as a TextKey, a small number as it is, anything else in its kept form.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/shuffle/hash.hpp>
#include <dstream/shuffle/table_bound.hpp>
#include <dstream/shuffle/table_hash.hpp>
#include <dstream/shuffle/text_arena.hpp>
#include <dstream/shuffle/text_key.hpp>

namespace dstream::inline v0::detail {

template <class T>
inline constexpr bool holdsFloats = std::is_floating_point_v<T>;
template <template <class...> class Product, class... Members>
  requires(sizeof...(Members) > 0) && (std::tuple_size<Product<Members...>>::value == sizeof...(Members))
inline constexpr bool holdsFloats<Product<Members...>> = (holdsFloats<std::remove_cvref_t<Members>> || ...);
template <class T>
inline constexpr bool holdsFloats<std::optional<T>> = holdsFloats<T>;
template <class T, class Allocator>
inline constexpr bool holdsFloats<std::vector<T, Allocator>> = holdsFloats<T>;
template <FixedArray T>
inline constexpr bool holdsFloats<T> = holdsFloats<typename T::value_type>;
template <class T>
  requires Duration<T> || TimePoint<T>
inline constexpr bool holdsFloats<T> = holdsFloats<typename T::rep>;

/// As ==, but for a NaN, which is equal to every other one: a key of it could not be found again.
template <class Left, class Right>
constexpr bool sameFloats(const Left& left, const Right& right) {
  if constexpr (std::is_floating_point_v<Left>) {
    return left == right || (left != left && right != right);
  } else if constexpr (!holdsFloats<Left>) {
    return left == right;
  } else if constexpr (Duration<Left>) {
    return detail::sameFloats(left.count(), right.count());
  } else if constexpr (TimePoint<Left>) {
    return detail::sameFloats(left.time_since_epoch(), right.time_since_epoch());
  } else if constexpr (requires { left.has_value(); }) {
    return left.has_value() == right.has_value() && (!left || detail::sameFloats(*left, *right));
  } else if constexpr (requires { left.size(); }) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i)
      if (!detail::sameFloats(left[i], right[i])) return false;
    return true;
  } else {
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      using std::get;
      return (detail::sameFloats(get<Index>(left), get<Index>(right)) && ...);
    }(std::make_index_sequence<std::tuple_size_v<Left>>{});
  }
}

/// As ==, part by part: vector<string> and vector<string_view>.
template <class Left, class Right>
constexpr bool sameParts(const Left& left, const Right& right) {
  if constexpr (requires { static_cast<bool>(left == right); }) {
    return left == right;
  } else if constexpr (requires { left.size(); }) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i)
      if (!detail::sameParts(left[i], right[i])) return false;
    return true;
  } else {
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      using std::get;
      return (detail::sameParts(get<Index>(left), get<Index>(right)) && ...);
    }(std::make_index_sequence<std::tuple_size_v<Left>>{});
  }
}

/// Equal whether kept or not.
template <class Key, class K>
DSTREAM_INLINE bool sameKey(const Kept<Key>& stored, const K& key) {
  if constexpr (isStdText<Kept<Key>>) {
    return std::string_view(stored) == std::string_view(key);
  } else if constexpr (holdsFloats<Kept<Key>>) {
    return detail::sameFloats(stored, key);
  } else if constexpr (requires { static_cast<bool>(stored == key); }) {
    return stored == key;
  } else if constexpr (requires { static_cast<bool>(Owned<Key>::look(stored) == key); }) {
    return Owned<Key>::look(stored) == key;
  } else {
    return detail::sameParts(stored, key);
  }
}

/// Of keys that need no memory of the table's.
struct NoArena {
  NoArena() = default;
  explicit NoArena(TableShare&) {}
  static void clear() {}
  static std::size_t bytes() { return 0; }
};

/// `Probe`: a key on its way to the table; `Stored`: in it. `keep` stores a probe, `take` gives the kept form of what was stored.
/// `small`: a key fits two registers, and those that `canWait` allows make a probe by `waiting`, with a hash by `hashWaiting`, that owns all it needs.
template <class Key>
struct KeyForm {
  using Stored = Kept<Key>;
  using Arena = NoArena;
  static constexpr bool small = false;

  template <class K>
  DSTREAM_INLINE static K&& probe(K&& key) {
    return std::forward<K>(key);
  }
  template <class K>
  DSTREAM_INLINE static std::uint64_t hash(const K& probe, const HashSeed& seed) {
    return tableHash<Key>(probe, seed);
  }
  DSTREAM_INLINE static std::uint64_t hashStored(const Stored& stored, const HashSeed& seed) { return hash(Owned<Key>::look(stored), seed); }
  template <class K>
  DSTREAM_INLINE static bool same(const Stored& stored, const K& probe) {
    return sameKey<Key>(stored, probe);
  }
  template <class K>
  static Stored keep(Arena&, K&& probe) {
    if constexpr (std::is_same_v<std::remove_cvref_t<K>, Stored>) {
      return std::forward<K>(probe);
    } else if constexpr (sameRecords<K, Key>) {
      return Owned<std::remove_cvref_t<K>>::own(std::forward<K>(probe));
    } else {  // text of some other kind
      return Owned<Key>::own(std::forward<K>(probe));
    }
  }
  static Kept<Key> take(Stored& stored) { return std::move(stored); }
  static std::uint64_t partitionHash(const Stored& stored) { return KeyHash<Key>::hash(Owned<Key>::look(stored), 0); }
};

/// Numbers and their like.
template <class Key>
  requires SelfOwned<Key> && wordSized<Key> && (!Text<Key>)
struct KeyForm<Key> {
  using Stored = Key;
  using Arena = NoArena;
  static constexpr bool small = true;

  DSTREAM_INLINE static Key probe(const Key& key) { return key; }
  DSTREAM_INLINE static bool canWait(const Key&) { return true; }
  DSTREAM_INLINE static Key waiting(const Key& key) { return key; }
  DSTREAM_INLINE static std::uint64_t hashWaiting(const Key& probe, const HashSeed& seed) { return hash(probe, seed); }
  DSTREAM_INLINE static std::uint64_t hash(const Key& probe, const HashSeed& seed) {
    if constexpr (std::is_integral_v<Key> && sizeof(Key) <= 2) {  // so few keys have places of their own
      if (!seed.strong) [[likely]] return static_cast<std::uint64_t>(static_cast<std::uint16_t>(probe)) * 0x100000001;
    } else if constexpr (std::is_integral_v<Key> && sizeof(Key) <= 8) {
      if (!seed.strong) [[likely]] return mix(static_cast<std::uint64_t>(probe) ^ seed.first, seed.second | 1);
    }
    return tableHash<Key>(probe, seed);
  }
  DSTREAM_INLINE static std::uint64_t hashStored(const Stored& stored, const HashSeed& seed) { return hash(stored, seed); }
  DSTREAM_INLINE static bool same(const Stored& stored, const Key& probe) { return sameKey<Key>(stored, probe); }
  DSTREAM_INLINE static Stored keep(Arena&, const Key& probe) { return probe; }
  static Kept<Key> take(Stored& stored) { return stored; }
  static std::uint64_t partitionHash(const Stored& stored) { return KeyHash<Key>::hash(stored, 0); }
};

template <class Key>
  requires std::is_same_v<Key, std::string_view> || std::is_same_v<Key, std::string>
struct KeyForm<Key> {
  using Stored = TextKey;
  using Arena = TextArena;
  static constexpr bool small = true;

  DSTREAM_INLINE static TextKey probe(std::string_view key) { return TextKey(key); }
  DSTREAM_INLINE static bool canWait(std::string_view key) { return key.size() - 1 < TextKey::most; }  // not the empty one
  DSTREAM_INLINE static TextKey waiting(std::string_view key) { return TextKey::ofShort(key); }
  DSTREAM_INLINE static std::uint64_t hashWaiting(const TextKey& probe, const HashSeed& seed) {
    if (seed.strong) [[unlikely]] return hashText(probe, seed);
    return mix(probe.first() ^ seed.first, probe.second() ^ seed.second);
  }
  DSTREAM_INLINE static std::uint64_t hash(const TextKey& probe, const HashSeed& seed) {
    return probe.isShort() ? hashWaiting(probe, seed) : hashLong(probe, seed);
  }
  /// Most are so short that their first and last 16 bytes are all there is.
  DSTREAM_INLINE static std::uint64_t hashLong(const TextKey& probe, const HashSeed& seed) {
    const std::string_view text = probe.text();
    if (text.size() > 32 || seed.strong) [[unlikely]] return hashText(probe, seed);
    std::uint64_t words[4];
    __builtin_memcpy(words, text.data(), 16);
    __builtin_memcpy(words + 2, text.data() + text.size() - 16, 16);
    return mix(mix(words[0] ^ seed.first, words[1] ^ seed.second), mix(words[2] ^ seed.second, words[3] ^ seed.first) ^ text.size());
  }
  [[gnu::noinline]] static std::uint64_t hashText(TextKey probe, const HashSeed& seed) { return tableHash<Key>(probe.text(), seed); }
  DSTREAM_INLINE static std::uint64_t hashStored(const Stored& stored, const HashSeed& seed) { return hash(stored, seed); }
  DSTREAM_INLINE static bool same(const Stored& stored, const TextKey& probe) { return stored == probe; }
  DSTREAM_INLINE static Stored keep(Arena& arena, const TextKey& probe) {
    if (probe.isShort()) [[likely]] return probe;
    return TextKey(arena.keep(probe.text()));
  }
  static Kept<Key> take(const Stored& stored) { return Kept<Key>(stored.text()); }
  static std::uint64_t partitionHash(const Stored& stored) { return KeyHash<Key>::hash(stored.text(), 0); }
};

}  // namespace dstream::inline v0::detail
