// SPDX-License-Identifier: BSL-1.0
#pragma once
// Driver: feeds a pipeline batch by batch and collects what comes out, with a manual clock and no thread.

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/runtime/context.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/sources/queueStream.hpp>
#include <dstream/testing/world.hpp>

namespace dstream::inline v0::testing {

/// **meaning** the batches of a pipeline over T, one second apart, in a testing::World of its own: `feed` gives one batch and returns what the
/// pipeline made of it. What the pipeline throws, feed throws.
/// ```
/// auto driver = testing::drive<std::string>(flatMap(splitWords) | count());
/// auto counts = driver.feed({"a b", "c"});   // {3}
/// ```
template <class T, class Pipeline>
class Driver {
  using Stream = decltype(std::declval<StreamingContext&>().queueStream(std::declval<BatchQueue<T>&>()) | std::declval<const Pipeline&>());

 public:
  using Result = std::vector<Kept<typename Stream::value_type>>;

  explicit Driver(const Pipeline& pipeline, std::size_t workers = 2)
      : context_("local[" + std::to_string(workers) + "]", "driver", Configuration{.stopOnSignals = false, .defaultListener = false}, world_),
        stream_(context_, std::chrono::seconds(1)) {
    stream_.queueStream(queue_) | pipeline | foreachRDD([this](const auto& batch) { collected_.push_back(batch.collect()); });
    stream_.start();
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// One batch of one partition.
  Result feed(std::vector<T> records) {
    queue_.push(std::move(records));
    return tick();
  }
  /// One batch of several partitions.
  Result feedPartitions(std::vector<std::vector<T>> partitions) {
    queue_.push(std::move(partitions));
    return tick();
  }
  /// A batch time at which nothing has come.
  Result tick() {
    const std::size_t before = collected_.size();
    world_.advance(std::chrono::seconds(1));
    static_cast<void>(stream_.awaitTerminationOrTimeout(std::chrono::nanoseconds(0)));  // throws what the batch threw
    return collected_.size() == before ? Result{} : collected_.back();
  }

  [[nodiscard]] testing::World& world() { return world_; }

 private:
  testing::World world_;
  Context context_;
  StreamingContext stream_;
  BatchQueue<T> queue_;
  std::vector<Result> collected_;
};

template <class T, class Pipeline>
[[nodiscard]] Driver<T, Pipeline> drive(const Pipeline& pipeline, std::size_t workers = 2) {
  return Driver<T, Pipeline>(pipeline, workers);
}

}  // namespace dstream::inline v0::testing
