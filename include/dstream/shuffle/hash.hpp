// SPDX-License-Identifier: BSL-1.0
#pragma once
// Hashes of keys: partitionHash, fixed, decides the partition of a key; tableHash, seeded, is only ever inside one table.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// **meaning** `KeyHash<T>::hash(key, seed)`, 64 well-mixed bits; equal keys give equal hashes, and a key and its kept form do too.
/// Known for arithmetic types, enums, text, pair, tuple, optional, vector of such, and whatever std::hash knows (then as fixed as that is).
/// Specialise it for your own key types. Those known here have `feed(key, chain)` too, by which a table hashes them in its own way; `Fed` tells it from what a specialisation of yours may have inherited.
template <class T>
struct KeyHash {};

namespace detail {

/// The folded 128-bit product: one multiply mixes 64 bits into 64.
DSTREAM_INLINE constexpr std::uint64_t mix(std::uint64_t left, std::uint64_t right) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(left) * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline constexpr std::uint64_t secret0 = 0xa0761d6478bd642fULL;
inline constexpr std::uint64_t secret1 = 0xe7037ed1a0b428dbULL;

template <class Word>
DSTREAM_INLINE std::uint64_t readLittle(const char* bytes) {
  Word word;
  __builtin_memcpy(&word, bytes, sizeof(word));
  if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) {
    Word swapped = 0;
    for (std::size_t i = 0; i < sizeof(word); ++i) swapped = static_cast<Word>(swapped << 8 | (word >> (8 * i) & 0xff));
    word = swapped;
  }
  return word;
}

/// The last 16 bytes of a text in two little-endian words; of a shorter one its first and last 8, 4 or single ones, which may be the same.
struct TextEnd {
  explicit TextEnd(std::string_view text) {
    const char* const bytes = text.data();
    const std::size_t size = text.size();
    if (size >= 8) {
      left = readLittle<std::uint64_t>(bytes + (size > 16 ? size - 16 : 0));
      right = readLittle<std::uint64_t>(bytes + size - 8);
    } else if (size >= 4) {
      left = readLittle<std::uint32_t>(bytes);
      right = readLittle<std::uint32_t>(bytes + size - 4);
    } else if (size > 0) {
      left = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[0])) << 16 |
             static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[size / 2])) << 8 | static_cast<unsigned char>(bytes[size - 1]);
    }
  }
  std::uint64_t left = 0;
  std::uint64_t right = 0;
};

/// Bytes in little-endian words of 8, the last two overlapping. Then the length.
inline std::uint64_t hashBytes(std::string_view text, std::uint64_t seed) {
  seed ^= secret0;
  for (std::size_t at = 0; at + 16 < text.size(); at += 16)
    seed = mix(readLittle<std::uint64_t>(text.data() + at) ^ secret1, readLittle<std::uint64_t>(text.data() + at + 8) ^ seed);
  const TextEnd end(text);
  return mix(secret1 ^ text.size(), mix(end.left ^ secret1, end.right ^ seed));
}

DSTREAM_INLINE constexpr std::uint64_t hashWord(std::uint64_t word, std::uint64_t seed) { return mix(mix(word ^ secret0, seed ^ secret1), secret1); }

template <class T>
inline constexpr bool isStdText = false;
template <class Traits>
inline constexpr bool isStdText<std::basic_string_view<char, Traits>> = true;
template <class Traits, class Allocator>
inline constexpr bool isStdText<std::basic_string<char, Traits, Allocator>> = true;

template <class T>
concept StdHashable = requires(const T& key) {
  { std::hash<T>{}(key) } -> std::convertible_to<std::size_t>;
};

template <class Traits>
void asStdText(const std::basic_string_view<char, Traits>*);
template <class Traits, class Allocator>
void asStdText(const std::basic_string<char, Traits, Allocator>*);
/// What is made of std's text compares as that does.
template <class T>
concept FromStdText = requires(const T* key) { asStdText(key); };
template <class T>
concept ComparesItself = requires(const T& left, const T& right) { left == right; };

/// What is nothing but text: std's, and what converts to it and has neither a == nor a hash of its own.
template <class T>
concept Text = std::convertible_to<const T&, std::string_view> && !std::is_null_pointer_v<T> &&
               (isStdText<T> || std::is_pointer_v<T> || std::is_array_v<T> || (!StdHashable<T> && (FromStdText<T> || !ComparesItself<T>)));

}  // namespace detail

template <class T>
concept Hashable = requires(const T& key) {
  { KeyHash<T>::hash(key, std::uint64_t{}) } -> std::convertible_to<std::uint64_t>;
};

namespace detail {

/// The hash of the parts of a key so far, each of which is the seed of the next: what KeyHash says.
struct FixedChain {
  [[nodiscard]] constexpr FixedChain word(std::uint64_t word) const { return {hashWord(word, hash)}; }
  [[nodiscard]] FixedChain text(std::string_view text) const { return {hashBytes(text, hash)}; }
  [[nodiscard]] constexpr FixedChain present() const { return {hash + 1}; }
  std::uint64_t hash;
};

/// Feeds a key to a chain, part by part as far as its parts are known.
template <class T, class Key, class Chain>
DSTREAM_INLINE constexpr Chain feed(const Key& key, Chain chain) {
  if constexpr (requires { requires std::is_same_v<typename KeyHash<T>::Fed, T>; }) {
    return KeyHash<T>::feed(key, chain);
  } else {
    chain.hash = KeyHash<T>::hash(key, chain.hash);
    return chain;
  }
}

template <class T>
struct FedKey {
  using Fed = T;
  template <class Key>
  static constexpr std::uint64_t hash(const Key& key, std::uint64_t seed) {
    return KeyHash<T>::feed(key, FixedChain{seed}).hash;
  }
};

}  // namespace detail

template <class T>
  requires std::is_integral_v<T> || std::is_enum_v<T>
struct KeyHash<T> {
  using Fed = T;
  static constexpr std::uint64_t hash(T key, std::uint64_t seed) { return feed(key, detail::FixedChain{seed}).hash; }
  template <class Chain>
  static constexpr Chain feed(T key, Chain chain) {
    if constexpr (std::is_same_v<T, char>) {
      return chain.word(static_cast<unsigned char>(key));  // whether char has a sign differs between machines
    } else {
      return chain.word(static_cast<std::uint64_t>(key));
    }
  }
};

template <std::floating_point T>
struct KeyHash<T> {
  using Fed = T;
  static constexpr std::uint64_t hash(T key, std::uint64_t seed) { return feed(key, detail::FixedChain{seed}).hash; }
  template <class Chain>
  static constexpr Chain feed(T key, Chain chain) {
    const double widened = key == T{0} ? 0.0 : key != key ? __builtin_nan("") : static_cast<double>(key);  // -0.0 equals 0.0, and one NaN all others
    return chain.word(__builtin_bit_cast(std::uint64_t, widened));
  }
};

template <detail::Text T>
struct KeyHash<T> {
  using Fed = T;
  static std::uint64_t hash(std::string_view key, std::uint64_t seed) { return detail::hashBytes(key, seed); }
  template <class Chain>
  static Chain feed(std::string_view key, Chain chain) {
    return chain.text(key);
  }
};

/// pair, tuple and their like: each member's hash is the seed of the next.
template <template <class...> class Product, class... Members>
  requires(std::tuple_size<Product<Members...>>::value == sizeof...(Members)) && (Hashable<std::remove_cvref_t<Members>> && ...)
struct KeyHash<Product<Members...>> : detail::FedKey<Product<Members...>> {
  template <class Key, class Chain>
  static constexpr Chain feed(const Key& key, Chain chain) {
    return feedMembers(key, chain, std::index_sequence_for<Members...>{});
  }

 private:
  template <class Key, class Chain, std::size_t... Index>
  static constexpr Chain feedMembers(const Key& key, Chain chain, std::index_sequence<Index...>) {
    using std::get;
    ((chain = detail::feed<std::remove_cvref_t<Members>>(get<Index>(key), chain)), ...);
    return chain;
  }
};

template <Hashable T>
struct KeyHash<std::optional<T>> : detail::FedKey<std::optional<T>> {
  template <class Optional, class Chain>
  static constexpr Chain feed(const Optional& key, Chain chain) {
    return key ? detail::feed<T>(*key, chain.present()) : chain.word(0);
  }
};

template <Hashable T, class Allocator>
struct KeyHash<std::vector<T, Allocator>> : detail::FedKey<std::vector<T, Allocator>> {
  template <class Vector, class Chain>
  static constexpr Chain feed(const Vector& key, Chain chain) {
    chain = chain.word(key.size());
    for (const auto& element : key) chain = detail::feed<T>(element, chain);
    return chain;
  }
};

namespace detail {
/// std::array, as far as is to be known of it without its header.
template <class T>
concept FixedArray = requires(const T& key) {
  std::tuple_size<T>::value;
  typename T::value_type;
  key.begin();
};
/// std::chrono's, in the same way.
template <class T>
concept Duration = requires(const T& key) {
  typename T::rep;
  typename T::period;
  key.count();
};
template <class T>
concept TimePoint = requires(const T& key) {
  typename T::clock;
  { key.time_since_epoch() } -> Duration;
};
}  // namespace detail

template <detail::FixedArray T>
  requires Hashable<typename T::value_type> && (!detail::StdHashable<T>)
struct KeyHash<T> : detail::FedKey<T> {
  template <class Array, class Chain>
  static constexpr Chain feed(const Array& key, Chain chain) {
    for (const auto& element : key) chain = detail::feed<typename T::value_type>(element, chain);
    return chain;
  }
};

template <detail::Duration T>
  requires Hashable<typename T::rep>
struct KeyHash<T> : detail::FedKey<T> {
  template <class Chain>
  static constexpr Chain feed(const T& key, Chain chain) {
    return detail::feed<typename T::rep>(key.count(), chain);
  }
};
template <detail::TimePoint T>
  requires Hashable<typename T::rep>
struct KeyHash<T> : detail::FedKey<T> {
  template <class Chain>
  static constexpr Chain feed(const T& key, Chain chain) {
    return detail::feed<typename T::rep>(key.time_since_epoch().count(), chain);
  }
};

template <class T>
  requires(!std::is_arithmetic_v<T> && !std::is_enum_v<T> && !detail::Text<T> && !detail::Duration<T> && !detail::TimePoint<T>) && detail::StdHashable<T>
struct KeyHash<T> {
  using Fed = T;
  static std::uint64_t hash(const T& key, std::uint64_t seed) { return feed(key, detail::FixedChain{seed}).hash; }
  template <class Chain>
  static Chain feed(const T& key, Chain chain) {
    return chain.word(std::hash<T>{}(key));
  }
};

/// **meaning** the hash that decides a key's partition: `partitionHash(key) % partitions`. The same on every machine and in every version
/// of this inline namespace, since state, recovery and other machines rely on it.
template <class Key>
constexpr std::uint64_t partitionHash(const Key& key) {
  return KeyHash<Key>::hash(key, 0);
}

}  // namespace dstream::inline v0
