// SPDX-License-Identifier: BSL-1.0
#pragma once
// Planned: what a source has set aside for batches that are formed and not yet computed.

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/exec/mutex.hpp>

namespace dstream::inline v0::detail {

/// **threads** the io lane adds, the jobs lane takes and forgets.
template <class Data>
class Planned {
 public:
  void add(std::uint64_t seq, Data data) {
    const Lock lock(mutex_);
    batches_.emplace_back(seq, std::move(data));
  }
  /// None when that batch was never planned, or was taken.
  [[nodiscard]] std::optional<Data> take(std::uint64_t seq) {
    std::optional<Data> data;
    const Lock lock(mutex_);
    for (auto& entry : batches_)
      if (entry.first == seq) data = std::move(entry.second);
    std::erase_if(batches_, [&](const auto& entry) { return entry.first == seq; });
    return data;
  }
  /// A copy, so that a batch that is repeated finds it again, until it is forgotten.
  [[nodiscard]] std::optional<Data> look(std::uint64_t seq) {
    const Lock lock(mutex_);
    for (const auto& entry : batches_)
      if (entry.first == seq) return entry.second;
    return std::nullopt;
  }
  /// Up to this batch; also what was planned for one that could not be formed.
  void forget(std::uint64_t seq) {
    const Lock lock(mutex_);
    std::erase_if(batches_, [&](const auto& entry) { return entry.first <= seq; });
  }
  void clear() {
    const Lock lock(mutex_);
    batches_.clear();
  }

 private:
  Mutex mutex_;
  std::vector<std::pair<std::uint64_t, Data>> batches_;
};

}  // namespace dstream::inline v0::detail
