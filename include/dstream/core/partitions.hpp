// SPDX-License-Identifier: BSL-1.0
#pragma once
// Partitions: the data of a wide operator that gives many records.

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

/// **meaning** partitions of kept records of type T; the next loop is given views of them. **kept** the records, as owners.
template <class T>
class Partitions {
 public:
  using Stored = Kept<T>;
  using reference = View<T>;
  using value_type = std::remove_cvref_t<reference>;

  Partitions() = default;
  explicit Partitions(std::vector<std::vector<Stored>> parts) : parts_(std::move(parts)) {}

  [[nodiscard]] std::size_t partitions() const { return parts_.size(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    const std::size_t perSlice = bytes < sizeof(Stored) ? 1 : bytes / sizeof(Stored);
    return parts_[partition].empty() ? 1 : (parts_[partition].size() - 1) / perSlice + 1;
  }

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    const std::vector<Stored>& part = parts_[slice.partition];
    const auto at = [&](std::size_t index) { return part.begin() + static_cast<std::ptrdiff_t>(part.size() * index / slice.count); };
    const auto to = at(slice.index + 1);
    for (auto record = at(slice.index); record != to; ++record) {  // no index: inside another loop it is one register too many
      accumulator = step(std::move(accumulator), Owned<T>::look(*record));
      if (v0::stopped(accumulator)) break;
    }
    return accumulator;
  }

 private:
  std::vector<std::vector<Stored>> parts_;
};

}  // namespace dstream::inline v0
