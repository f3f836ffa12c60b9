// SPDX-License-Identifier: BSL-1.0
#pragma once
// Single: the data of a wide operator that gives one record, or none.

#include <cstddef>
#include <optional>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

/// **meaning** one partition with at most one record of type T.
template <class T>
struct Single {
  using reference = View<T>;
  using value_type = std::remove_cvref_t<reference>;

  [[nodiscard]] static constexpr std::size_t partitions() { return 1; }
  [[nodiscard]] static constexpr std::size_t splits(std::size_t, std::size_t) { return 1; }

  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Slice, Accumulator accumulator, Step& step) const {
    if (record) accumulator = step(std::move(accumulator), Owned<T>::look(*record));
    return accumulator;
  }

  std::optional<Kept<T>> record;
};

}  // namespace dstream::inline v0
