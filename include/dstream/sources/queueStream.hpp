// SPDX-License-Identifier: BSL-1.0
#pragma once
// queueStream: a queue of batches → DStream<T>.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/fifo.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/sources/planned.hpp>
#include <dstream/sources/queued_batch.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

/// **meaning** batches that a program pushes and a stream takes, from any threads. A copy is the same queue.
template <class T>
class BatchQueue {
 public:
  using Partitions = std::vector<std::vector<T>>;

  /// One batch of one partition.
  void push(std::vector<T> records) {
    Partitions partitions;
    partitions.push_back(std::move(records));
    push(std::move(partitions));
  }
  /// One batch of several partitions.
  void push(Partitions partitions) {
    const detail::Lock lock(state_->mutex);
    if (state_->closed) throw IllegalState("dstream: this BatchQueue has been closed");
    state_->batches.push_back(std::move(partitions));
  }
  /// The same from a list in braces; a list of lists is a batch of several partitions.
  void push(std::initializer_list<T> records) { push(std::vector<T>(records)); }
  void push(std::initializer_list<std::initializer_list<T>> partitions) { push(Partitions(partitions.begin(), partitions.end())); }
  /// No batch follows: when the queue is empty, its stream has come to its end.
  void close() {
    const detail::Lock lock(state_->mutex);
    state_->closed = true;
  }
  [[nodiscard]] std::size_t size() const {
    const detail::Lock lock(state_->mutex);
    return state_->batches.size();
  }
  [[nodiscard]] bool closed() const {
    const detail::Lock lock(state_->mutex);
    return state_->closed;
  }

  /// The next batch, or with `all` everything queued as one; none when there is nothing.
  [[nodiscard]] std::optional<Partitions> pop(bool all) {
    const detail::Lock lock(state_->mutex);
    if (state_->batches.empty()) return std::nullopt;
    Partitions taken = std::move(state_->batches.front());
    state_->batches.pop_front();
    while (all && !state_->batches.empty()) {
      for (auto& partition : state_->batches.front()) taken.push_back(std::move(partition));
      state_->batches.pop_front();
    }
    return taken;
  }

 private:
  struct Shared {
    mutable detail::Mutex mutex;
    detail::Fifo<Partitions> batches;
    bool closed = false;
  };
  std::shared_ptr<Shared> state_ = std::make_shared<Shared>();
};

struct QueueOptions {
  /// One pushed batch per batch time; else all that are queued then, in order.
  bool oneAtATime = true;
};

template <class T>
class QueueInput final : public SharedNode<QueuedBatch<T>>, public Input {
 public:
  using rdd_type = QueuedBatch<T>;
  using Partitions = typename QueuedBatch<T>::Partitions;
  static constexpr bool replayable = false;
  static constexpr bool resumable = false;

  QueueInput(BatchQueue<T> queue, QueueOptions options, Partitions whenEmpty)
      : queue_(std::move(queue)), options_(options), whenEmpty_(std::make_shared<const Partitions>(std::move(whenEmpty))) {}

  [[nodiscard]] static const char* kindName() { return "queue"; }

  NodeBase& node() override { return *this; }
  void start(Deferred<Runtime, T>& runtime) override {
    runner_ = runtime.runner;
    repeats_ = runtime.repeats;
  }

  InputInfo plan(const Batch& batch, std::size_t) override {
    InputInfo info{this->id, {}, planned_, planned_, 0};
    std::shared_ptr<const Partitions> taken = whenEmpty_;
    if (auto popped = queue_.pop(!options_.oneAtATime)) taken = std::make_shared<const Partitions>(*std::move(popped));
    for (const auto& partition : *taken) info.to += partition.size();
    info.blocks = taken->size();
    planned_ = info.to;
    batches_.add(batch.seq, std::move(taken));
    return info;
  }

  void requestStop() override { stopped_.store(true, detail::memory_order_release); }
  // acquire: partner of requestStop's release
  [[nodiscard]] bool ended() const override { return stopped_.load(detail::memory_order_acquire) || finished(); }
  /// A stopped queue keeps its batches: they belong to the program.
  [[nodiscard]] bool drained() const override { return stopped_.load(detail::memory_order_acquire) || queue_.size() == 0; }
  [[nodiscard]] bool finished() const override { return queue_.closed() && (!options_.oneAtATime || queue_.size() <= 1); }
  std::uint64_t close() override {
    batches_.clear();
    return 0;
  }
  /// Also what was planned for a batch that could not be formed.
  void forget(const Batch& batch) override {
    SharedNode<QueuedBatch<T>>::forget(batch);
    batches_.forget(batch.seq);
  }

 private:
  std::optional<QueuedBatch<T>> compute(const Batch& batch) override {
    auto partitions = repeats_ ? batches_.look(batch.seq) : batches_.take(batch.seq);
    if (partitions) return QueuedBatch<T>(*std::move(partitions), runner_);
    throw IllegalState("dstream: queueStream: batch " + std::to_string(batch.seq) + " was never planned");
  }

  BatchQueue<T> queue_;
  const QueueOptions options_;
  const std::shared_ptr<const Partitions> whenEmpty_;
  RunnerRef runner_;
  bool repeats_ = false;
  std::uint64_t planned_ = 0;
  detail::Atomic<bool> stopped_{false};
  detail::Planned<std::shared_ptr<const Partitions>> batches_;
};

/// **shape** BatchQueue<T> → DStream<T>
/// **meaning** each batch takes the next pushed one, or with `oneAtATime = false` all of them; nothing queued gives a batch of `whenEmpty`, which
/// is empty where it is not given.
/// Batches may be pushed before and after start. **kept** the pushed records, until their batch is done. **order** as pushed.
/// In a job with a checkpoint a queue is not replayable, and its type says so, so `.exactlyOnce()` does not compile below it: the records are the program's own. Batches that
/// fail are repeated with the same records. After a restart no committed batch comes again, seq and time go on, and the program pushes what comes next; what it
/// had pushed that was not committed is gone with it, and a batch that had been planned comes again with what the queue has then.
/// **errors** IllegalState after start. **source** Spark's queueStream. **example** examples/queue_stream.cpp
template <class Use>
template <class T>
auto BasicStreamingContext<Use>::queueStream(BatchQueue<T>& queue, QueueOptions options) {
  return addInput(std::make_shared<QueueInput<T>>(queue, options, typename BatchQueue<T>::Partitions{}));
}
template <class Use>
template <class T>
auto BasicStreamingContext<Use>::queueStream(BatchQueue<T>& queue, QueueOptions options, std::vector<std::type_identity_t<T>> whenEmpty) {
  typename BatchQueue<T>::Partitions partitions;
  partitions.push_back(std::move(whenEmpty));
  return addInput(std::make_shared<QueueInput<T>>(queue, options, std::move(partitions)));
}
template <class Use>
template <class T>
auto BasicStreamingContext<Use>::queueStream(BatchQueue<T>& queue) {
  return queueStream(queue, QueueOptions{});
}

}  // namespace dstream::inline v0
