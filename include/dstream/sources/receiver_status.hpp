// SPDX-License-Identifier: BSL-1.0
#pragma once
// ReceiverStatus: where a receiver stands, written by its lane and asked from anywhere.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/receiver_lag.hpp>

namespace dstream::inline v0::detail {

/// **threads** any. **units** `now` is the wall clock's, in nanoseconds.
class ReceiverStatus {
 public:
  /// An error of before stays the last one until there is another.
  void become(ReceiverState state, const std::string& error, Nanos now) {
    const Lock lock(mutex_);
    info_.state = state;
    if (error.empty()) return;
    info_.lastError = error;
    info_.lastErrorTime = now;
  }
  void cameUp() {
    const Lock lock(mutex_);
    ++info_.connections;
    info_.retries = 0;
  }
  void connectFailed() {
    const Lock lock(mutex_);
    ++info_.retries;
  }
  void received(std::size_t bytes) {
    const Lock lock(mutex_);
    info_.bytes += bytes;
  }

  void dropped(std::uint64_t bytes, bool overload) {
    const Lock lock(mutex_);
    (overload ? info_.overloadBytes : info_.droppedBytes) += bytes;
  }
  /// See ReceiverLag; `now` is the steady clock's.
  void reached(std::uint64_t from, std::uint64_t position, Nanos now) {
    const Lock lock(mutex_);
    lag_.reached(from, position, now);
  }
  void workedOff(std::uint64_t position) {
    const Lock lock(mutex_);
    lag_.done(position);
  }

  /// `now` is the steady clock's.
  [[nodiscard]] ReceiverInfo of(std::size_t id, std::string name, Nanos now) const {
    const Lock lock(mutex_);
    ReceiverInfo info = info_;
    info.lagBytes = lag_.bytes();
    info.lag = lag_.age(now);
    info.id = id;
    info.name = std::move(name);
    return info;
  }

 private:
  mutable Mutex mutex_;
  ReceiverInfo info_;
  ReceiverLag lag_;
};

}  // namespace dstream::inline v0::detail
