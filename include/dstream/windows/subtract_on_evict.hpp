// SPDX-License-Identifier: BSL-1.0
#pragma once
// SubtractOnEvict: the combination of a first-in-first-out window, for functions with an inverse.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0::detail {

/// **card** order: first in, first out. Algebra: associative and commutative, with an inverse: `inverse(fn(x, y), y) == x`. Time: one combination
/// per value that comes and one per value that goes. Space: one value and a count; what goes is given by the caller.
/// Source: Hirzel, Schneider, Tangwongsan, "Sliding-window aggregation algorithms", DEBS 2017.
/// **errors** what the functions throw; the window is then as before.
template <class Value>
class SubtractOnEvict {
 public:
  static constexpr const char* algorithm = "subtract on evict";

  /// How many values are in the window.
  [[nodiscard]] std::size_t count() const { return count_; }
  /// The combination; null where there never was one, and after forget until the next value.
  [[nodiscard]] const Value* total() const { return total_ ? &*total_ : nullptr; }

  template <class Combine>
  void push(const Value& value, const Combine& combine) {
    total_.emplace(total_ ? combine(*total_, value) : Value(value));
    ++count_;
  }
  /// The oldest value leaves. With the last one the combination goes too, unless `keepEmpty`: then it stays as what inverse leaves of it.
  template <class Inverse>
  void evict(const Value& value, const Inverse& inverse, bool keepEmpty) {
    if (count_ == 1 && !keepEmpty) {
      total_.reset();
    } else if (total_) {
      total_.emplace(inverse(*total_, value));
    }
    --count_;
  }
  /// The combination starts afresh with the next value; those in the window still leave one by one.
  void forget() { total_.reset(); }

  void save(std::string& out) const {
    Codec<std::optional<Value>>::encode(total_, out);
    putSize(count_, out);
  }
  static SubtractOnEvict load(std::string_view& in) {
    SubtractOnEvict loaded;
    if (auto total = Codec<std::optional<Value>>::decode(in)) loaded.total_.emplace(*std::move(total));
    loaded.count_ = static_cast<std::size_t>(takeNumber<std::uint64_t>(in));
    return loaded;
  }

 private:
  std::optional<Value> total_;
  std::size_t count_ = 0;
};

}  // namespace dstream::inline v0::detail
