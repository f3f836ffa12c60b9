// SPDX-License-Identifier: BSL-1.0
#pragma once
// GraphDriver, Driver: a graph or a pipeline batch by batch, and what comes out, with a manual clock and no thread.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/runtime/context.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/sources/queueStream.hpp>
#include <dstream/testing/world.hpp>

namespace dstream::inline v0::testing {

struct DriveOptions {
  std::size_t workers = 2;
  /// Between two batches.
  std::chrono::nanoseconds interval = std::chrono::seconds(1);
  /// The wall clock at first, in nanoseconds since the epoch.
  Nanos start = 1'000'000'000'000;
  /// Tasks run in a random order that this decides, and so do the seeds of hash tables; without it in theirs.
  std::optional<std::uint64_t> taskSeed{};
};

namespace detail {

/// A streaming context in a World of its own, tick by tick.
class DrivenContext {
 public:
  explicit DrivenContext(const DriveOptions& options)
      : world_(options.start, options.taskSeed.value_or(1)),
        context_("local[" + std::to_string(options.workers) + "]", "driver", Configuration{.stopOnSignals = false, .defaultListener = false}, shuffled(options)),
        stream_(context_, options.interval), interval_(options.interval) {
    stream_.addStreamingListener([this](const Event& event) {
      if (const auto* batch = event.as<BatchCompleted>()) failed_ = batch->info.failedOutputs != 0;
    });
  }
  DrivenContext(const DrivenContext&) = delete;
  DrivenContext& operator=(const DrivenContext&) = delete;

  void tick() {
    failed_ = false;
    world_.advance(interval_);
    try {
      static_cast<void>(stream_.awaitTerminationOrTimeout(std::chrono::nanoseconds(0)));
    } catch (...) {
      const std::exception_ptr error = std::current_exception();
      if (failed_ || error != known_) {  // else what an earlier batch threw: it is repeated for ever
        known_ = error;
        throw;
      }
    }
  }
  [[nodiscard]] StreamingContext& stream() { return stream_; }
  [[nodiscard]] testing::World& world() { return world_; }

 private:
  /// Before the context hires its workers.
  testing::World& shuffled(const DriveOptions& options) {
    if (options.taskSeed) world_.shuffleTasks(*options.taskSeed);
    return world_;
  }

  testing::World world_;
  Context context_;
  StreamingContext stream_;
  const std::chrono::nanoseconds interval_;
  std::exception_ptr known_;
  bool failed_ = false;
};

}  // namespace detail

/// **meaning** the batches of a stream that `build(streamingContext)` gives, in a testing::World of its own: each tick is a batch time. What the
/// graph is fed with is the test's: queues that it pushes to, peers of the World.
/// **errors** what the batch throws, tick throws, once; later batches give their own results.
template <class Build>
class GraphDriver {
 public:
  using Stream = std::invoke_result_t<Build&, StreamingContext&>;
  using Result = std::vector<Kept<typename Stream::value_type>>;

  explicit GraphDriver(Build build, const DriveOptions& options = {}) : driven_(options) {
    const Stream last = build(driven_.stream());
    slide_ = std::chrono::nanoseconds(last.node().slide());
    last | foreachRDD([this](const auto& batch) { collected_ = batch.collect(); });
    driven_.stream().start();
  }

  /// The next batch time, and the stream's records at it.
  Result tick() { return next().value_or(Result{}); }
  /// The same, and none where the stream has no batch then, as a window between its slides.
  std::optional<Result> next() {
    collected_.reset();
    driven_.tick();
    return std::exchange(collected_, std::nullopt);
  }
  /// How often the stream has a batch.
  [[nodiscard]] std::chrono::nanoseconds slide() const { return slide_; }
  [[nodiscard]] testing::World& world() { return driven_.world(); }

 private:
  detail::DrivenContext driven_;
  std::chrono::nanoseconds slide_{};
  std::optional<Result> collected_;
};

namespace detail {
template <class T, class Pipeline>
struct FromQueue {
  auto operator()(StreamingContext& stream) { return stream.queueStream(queue) | pipeline; }
  BatchQueue<T> queue;
  Pipeline pipeline;
};
}  // namespace detail

/// **meaning** the batches of a pipeline over T: `feed` gives one batch and returns what the pipeline made of it.
/// ```
/// auto driver = testing::drive<std::string>(flatMap(splitWords) | count());
/// auto counts = driver.feed({"a b", "c"});   // {3}
/// ```
/// **errors** as GraphDriver.
template <class T, class Pipeline>
class Driver {
  using Graph = GraphDriver<detail::FromQueue<T, Pipeline>>;

 public:
  using Result = typename Graph::Result;

  explicit Driver(const Pipeline& pipeline, const DriveOptions& options = {}) : graph_({queue_, pipeline}, options) {}

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
  Result tick() { return graph_.tick(); }

  [[nodiscard]] testing::World& world() { return graph_.world(); }

 private:
  BatchQueue<T> queue_;
  Graph graph_;
};

template <class T, class Pipeline>
[[nodiscard]] Driver<T, Pipeline> drive(const Pipeline& pipeline, const DriveOptions& options = {}) {
  return Driver<T, Pipeline>(pipeline, options);
}
template <class T, class Pipeline>
[[nodiscard]] Driver<T, Pipeline> drive(const Pipeline& pipeline, std::size_t workers) {
  return Driver<T, Pipeline>(pipeline, {.workers = workers});
}
/// Any graph: `build(streamingContext)` makes its sources and gives the stream that is looked at.
/// ```
/// BatchQueue<Pair> left, right;
/// auto driver = testing::drive([&](StreamingContext& stream) { return stream.queueStream(left) | join(stream.queueStream(right)); });
/// left.push({{"a", 1}});
/// right.push({{"a", 2}});
/// auto joined = driver.tick();   // {("a", (1, 2))}
/// ```
template <class Build>
  requires std::is_invocable_v<Build&, StreamingContext&>
[[nodiscard]] GraphDriver<Build> drive(Build build, const DriveOptions& options = {}) {
  return GraphDriver<Build>(std::move(build), options);
}

}  // namespace dstream::inline v0::testing
