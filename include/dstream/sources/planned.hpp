// SPDX-License-Identifier: BSL-1.0
#pragma once
// Planned: what a source has set aside for batches that are formed and not yet computed.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/fifo.hpp>
#include <dstream/exec/mutex.hpp>

namespace dstream::inline v0::detail {

/// **meaning** batches come in order of their seq, and go in about that order. **cost** constant for the oldest one, of however many.
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
    each(seq, [&](std::optional<Data>& found) { data = std::exchange(found, std::nullopt); });
    while (!batches_.empty() && !batches_.front().second) batches_.pop_front();
    return data;
  }
  /// A copy, so that a batch that is repeated finds it again, until it is forgotten.
  [[nodiscard]] std::optional<Data> look(std::uint64_t seq) {
    std::optional<Data> data;
    const Lock lock(mutex_);
    each(seq, [&](const std::optional<Data>& found) { data = found; });
    return data;
  }
  /// Up to this batch; also what was planned for one that could not be formed.
  void forget(std::uint64_t seq) {
    const Lock lock(mutex_);
    while (!batches_.empty() && batches_.front().first <= seq) batches_.pop_front();
  }
  void clear() {
    const Lock lock(mutex_);
    batches_.clear();
  }

 private:
  /// What was set aside for that batch; the last is what counts, where a first try to form it failed.
  template <class Body>
  void each(std::uint64_t seq, const Body& body) {
    for (std::size_t i = 0; i < batches_.size() && batches_[i].first <= seq; ++i)
      if (batches_[i].first == seq && batches_[i].second) body(batches_[i].second);
  }

  Mutex mutex_;
  Fifo<std::pair<std::uint64_t, std::optional<Data>>> batches_;  // none: taken before an older one
};

}  // namespace dstream::inline v0::detail
