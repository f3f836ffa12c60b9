// SPDX-License-Identifier: BSL-1.0
#pragma once
// ReceiverHandle: what a custom receiver gives its records to, and tells how it fares.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/sources/receiver_store.hpp>

namespace dstream::inline v0 {

/// **meaning** given to a receiver's onStart, and good for that run: until the onStop that ends it has returned. What is stored by then is
/// processed. A value; copies are the same handle, and may outlive the stream and its context.
/// **threads** any, several at a time. **order** what one thread stores keeps its order; between threads there is none.
/// **kept** records until their batch is done, counted against Configuration::blockMemory by recordBytes, an estimate, those of a block with some 100 bytes for itself.
/// **errors** IllegalState for storing after the run; std::length_error for more than half of blockMemory at once, the block included.
/// **source** Spark's Receiver, its methods as a value.
template <class T>
class ReceiverHandle {
  using Store = detail::ReceiverStore<T>;
  using Request = detail::ReceiverRequest;
  using Wish = detail::ReceiverWish;

 public:
  /// Made by the library alone, so nothing can be stored before onStart.
  ReceiverHandle(std::shared_ptr<Store> store, std::uint64_t run) : store_(std::move(store)), run_(run) {}

  /// One record, for the open block, which is cut at each batch time and at Configuration::blockBytes. Waits while blockMemory is used up, first
  /// come, first served. False, the record gone and an event posted, when the receiver is to stop meanwhile.
  /// In a testing::World, whose one thread cannot wait, use tryStore. **errors** IllegalState where it would wait within onStart.
  bool store(T record) const { return store_->store(run_, std::move(record)); }
  /// Many records as a block of their own, which is a partition of its batch. When it returns true the runtime has them: a source that wants to be
  /// told can be acknowledged then. No records, no block. Waits as store does.
  bool store(std::vector<T> records) const { return store_->storeAll(run_, std::move(records)); }
  /// One record if there is room now; else false, and the record is untouched.
  [[nodiscard]] bool tryStore(T&& record) const { return store_->tryStore(run_, std::move(record)); }
  [[nodiscard]] bool tryStore(const T& record) const { return store_->tryStore(run_, record); }

  /// Tells of trouble: an event and ReceiverInfo::lastError; receiving goes on.
  void reportError(std::string text) const { store_->reportError(std::move(text)); }
  /// Asks for onStop, a pause and onStart with a new handle; returns at once. Without effect when the run is over, or to end, already.
  void restart(std::string text, Timespan delay = std::chrono::seconds(2)) const {
    store_->ask(run_, Request{Wish::Restart, std::move(text), delay.nanoseconds});
  }
  /// Asks for onStop, for good; returns at once. What was stored is processed; the stream itself goes on without this source.
  void stop(std::string text) const { store_->ask(run_, Request{Wish::Stop, std::move(text)}); }
  /// The source came to its own end, as stop otherwise: when all sources have, awaitTermination returns.
  void finish() const { store_->ask(run_, Request{Wish::Finish, {}}); }

  /// The run is on. A receiving loop asks isStopped, which is true as soon as the run is to end.
  [[nodiscard]] bool isStarted() const { return store_->isOn(run_); }
  [[nodiscard]] bool isStopped() const { return !isStarted(); }
  /// The input's place in the order of creation, as in ReceiverInfo::id.
  [[nodiscard]] std::size_t streamId() const { return store_->id(); }

 private:
  std::shared_ptr<Store> store_;
  std::uint64_t run_;
};

}  // namespace dstream::inline v0
