// SPDX-License-Identifier: BSL-1.0
#pragma once
// tableHash: the hash of a key within one table, which nobody outside can foresee.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <dstream/core/config.hpp>
#include <dstream/shuffle/hash.hpp>

namespace dstream::inline v0::detail {

/// What a table hashes with: two secrets, since whoever knows the factors of a hash can make any number of keys that meet in one place, whatever the seed.
/// The constants of KeyHash are known to all. `strong`: keys have met that seemed made to.
struct HashSeed {
  explicit HashSeed(std::uint64_t seed) : first(mix(seed ^ secret0, secret1)), second(mix(seed ^ secret1, secret0)) {}
  std::uint64_t first;
  std::uint64_t second;
  bool strong = false;
};

/// The parts of a key, each with a factor that is secret.
struct SecretChain {
  [[nodiscard]] DSTREAM_INLINE SecretChain word(std::uint64_t word) const { return with(mix(word ^ first ^ hash, second | 1)); }
  [[nodiscard]] SecretChain text(std::string_view text) const {
    std::uint64_t running = hash;
    for (std::size_t at = 0; at + 16 < text.size(); at += 16)
      running = mix(readLittle<std::uint64_t>(text.data() + at) ^ first, readLittle<std::uint64_t>(text.data() + at + 8) ^ second ^ running);
    const TextEnd end(text);
    return with(mix(mix(end.left ^ first, end.right ^ second ^ running) ^ first ^ text.size(), second | 1));
  }
  [[nodiscard]] SecretChain present() const { return with(hash + 1); }

  [[nodiscard]] DSTREAM_INLINE SecretChain with(std::uint64_t next) const { return {next, first, second}; }

  std::uint64_t hash;
  std::uint64_t first;
  std::uint64_t second;
};

/// Equal keys give equal hashes, kept or not. A type whose KeyHash is the user's is hashed by that, from a secret seed.
template <class Key, class K>
[[nodiscard]] DSTREAM_INLINE std::uint64_t tableHash(const K& key, const HashSeed& seed) {
  return detail::feed<Key>(key, SecretChain{seed.first + seed.second, seed.first, seed.second}).hash;
}

}  // namespace dstream::inline v0::detail
