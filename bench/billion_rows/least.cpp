// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include <dstream/core.hpp>

#include "billion_rows/contenders.hpp"
#include "billion_rows/own_functions.hpp"
#include "support/bench.hpp"
#include "support/rivals.hpp"

namespace bench {

namespace {

using Half [[gnu::vector_size(16)]] = std::uint64_t;

/// A name of at most 31 bytes that holds no NUL, taken without a branch on its length.
class Key {
 public:
  static constexpr std::size_t most = 31;

  Key() = default;
  explicit Key(std::string_view name) {
    char here[32];
    const char* from = name.data();
    if ((reinterpret_cast<std::uintptr_t>(from) & 4095) > 4096 - 32) [[unlikely]] {
      std::memcpy(here, from, name.size());
      from = here;
    }
    std::memcpy(&left_, from, 16);
    std::memcpy(&right_, from + 16, 16);
    left_ &= ones(32 - name.size());
    right_ &= ones(48 - name.size());
  }
  [[nodiscard]] std::uint64_t hash() const {
    const Half both = left_ + Half{right_[1], right_[0]};
    return dstream::detail::mix(both[0] ^ 0x9e3779b97f4a7c15U, both[1] ^ 0xbf58476d1ce4e5b9U);
  }
  [[nodiscard]] std::string_view text() const {
    const char* const bytes = reinterpret_cast<const char*>(this);
    return {bytes, strnlen(bytes, 32)};
  }
  friend bool operator==(const Key& one, const Key& other) {
    const Half differ = (one.left_ ^ other.left_) | (one.right_ ^ other.right_);
    return (differ[0] | differ[1]) == 0;
  }

 private:
  /// 32 bytes of ones and 32 of zeros, from there.
  static Half ones(std::size_t at) {
    static constexpr auto both = [] {
      std::array<unsigned char, 64> bytes{};
      for (std::size_t i = 0; i < 32; ++i) bytes[i] = 0xff;
      return bytes;
    }();
    Half half;
    std::memcpy(&half, both.data() + at, 16);
    return half;
  }

  Half left_{};
  Half right_{};
};

/// No growth, no seed, no bound, no thought for keys made to collide: one place of two bytes for each of 8,192 hashes, and another map for longer names.
class StationTable {
 public:
  void add(std::string_view name, std::int32_t tenths) {
    if (name.size() - 1 >= Key::most) return longer_[CarefulText(name.data(), name.size())].add(tenths);
    const Key key(name);
    const std::uint64_t hash = key.hash();
    Station& here = stations_[places_[hash % places_.size()]];
    if (here.key == key) [[likely]] return here.found.add(tenths);
    elsewhere(key, hash, tenths);
  }
  [[nodiscard]] Digest digest() const {
    Digest digest;
    for (std::size_t i = 1; i <= count_; ++i) digest += noted(Digest{}, stations_[i].key.text(), stations_[i].found);
    for (const auto& [name, found] : longer_) digest += noted(Digest{}, std::string_view(name.data(), name.size()), found);
    return digest;
  }

 private:
  struct Station {
    Key key;
    Extremes found;
  };

  [[gnu::noinline]] void elsewhere(const Key& key, std::uint64_t hash, std::int32_t tenths) {
    std::size_t place = hash % places_.size();
    while (places_[place] != 0 && !(stations_[places_[place]].key == key)) place = (place + 1) % places_.size();
    if (places_[place] == 0) {
      if (count_ + 1 == stations_.size()) fail("billion_rows: more stations than the least table has room for");
      places_[place] = static_cast<std::uint16_t>(++count_);
      stations_[count_].key = key;
    }
    stations_[places_[place]].found.add(tenths);
  }

  std::array<std::uint16_t, 8192> places_{};  // 0: none, whose key is empty
  std::array<Station, 1024> stations_{};
  std::size_t count_ = 0;
  CarefulMap<CarefulText, Extremes> longer_;
};

}  // namespace

Digest least(std::string_view rows) {
  const auto table = std::make_unique<StationTable>();
  dstream::lines(rows) | dstream::map(fields)
      | dstream::mapValues([](std::string_view text) { return tenthsOf(text); })
      | dstream::foreach([&](const auto& row) { table->add(row.first, row.second); });
  return table->digest();
}

}  // namespace bench
