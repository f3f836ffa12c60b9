// SPDX-License-Identifier: BSL-1.0
#pragma once
// Broadcast: one value that the tasks of all batches read.

#include <type_traits>
#include <utility>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/context.hpp>
#include <dstream/stream/errors.hpp>

namespace dstream::inline v0 {

/// **meaning** an immutable value that lambdas capture; a copy is a share of the same value and cheap. To change what batches see, broadcast a new
/// value. **threads** any. **kept** the value, until its last share goes. **cost** reading: a load and a branch that is never taken.
/// **errors** IllegalState for value() after destroy(). **source** Spark's Broadcast; workers are threads here, so nothing travels.
template <class T>
class Broadcast {
 public:
  explicit Broadcast(T value) : shared_(std::make_shared<Shared>(std::move(value))) {}

  /// Valid as long as this share lives, after destroy() too.
  [[nodiscard]] const T& value() const {
    // acquire: partner of destroy's release
    if (shared_->destroyed.load(detail::memory_order_acquire)) throw IllegalState("dstream: this broadcast value has been destroyed");
    return shared_->value;
  }
  [[nodiscard]] const T& operator*() const { return value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  /// Spark deletes the workers' copies, which come again when they are asked for; here there are none, and nothing happens.
  void unpersist() const {}
  /// From here on no share gives the value. Tasks that have it already may go on with it: its memory goes with the last share.
  void destroy() const { shared_->destroyed.store(true, detail::memory_order_release); }

 private:
  struct Shared {
    explicit Shared(T given) : value(std::move(given)) {}
    const T value;
    detail::Atomic<bool> destroyed{false};
  };
  std::shared_ptr<Shared> shared_;
};

/// **shape** T → Broadcast<T>. **kept** the value, moved or copied.
template <class Use>
template <class T>
auto BasicContext<Use>::broadcast(T&& value) {
  return Broadcast<std::decay_t<T>>(std::forward<T>(value));
}

}  // namespace dstream::inline v0
