// SPDX-License-Identifier: BSL-1.0
#pragma once
// constantStream: the same batch at every batch time → DStream<T>.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/sources/queued_batch.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

template <class T>
class ConstantInput final : public SharedNode<QueuedBatch<T>>, public Input {
 public:
  using rdd_type = QueuedBatch<T>;
  using Partitions = typename QueuedBatch<T>::Partitions;
  static constexpr bool replayable = true;
  static constexpr bool resumable = false;

  explicit ConstantInput(Partitions partitions) : partitions_(std::make_shared<const Partitions>(std::move(partitions))) {
    for (const auto& partition : *partitions_) records_ += partition.size();
  }

  [[nodiscard]] static const char* kindName() { return "constant"; }

  NodeBase& node() override { return *this; }
  void start(Deferred<Runtime, T>& runtime) override { runner_ = runtime.runner; }
  InputInfo plan(const Batch&, std::size_t) override {
    InputInfo info{this->id, {}, planned_, planned_ + records_, partitions_->size()};
    planned_ = info.to;
    return info;
  }
  void requestStop() override { stopped_.store(true, detail::memory_order_release); }
  // acquire: partner of requestStop's release
  [[nodiscard]] bool ended() const override { return stopped_.load(detail::memory_order_acquire); }
  [[nodiscard]] bool drained() const override { return true; }
  [[nodiscard]] bool finished() const override { return false; }
  std::uint64_t close() override { return 0; }

 private:
  std::optional<QueuedBatch<T>> compute(const Batch&) override { return QueuedBatch<T>(partitions_, runner_); }

  const std::shared_ptr<const Partitions> partitions_;
  std::size_t records_ = 0;
  RunnerRef runner_;
  std::uint64_t planned_ = 0;
  detail::Atomic<bool> stopped_{false};
};

/// **shape** range of T → DStream<T>
/// **meaning** these records in every batch, in `partitions` nearly equal partitions; it does not end by itself.
/// **kept** one copy of the records, as owners, for all batches; the range is read here, to its end. **order** that of the range.
/// **errors** compile time: records that cannot be kept. IllegalState after start. **source** Spark's ConstantInputDStream.
template <class Use>
template <class Range>
auto BasicStreamingContext<Use>::constantStream(Range&& records, std::size_t partitions) {
  constexpr bool iterable = detail::Iterable<Range>;
  static_assert(iterable, "constantStream needs a range: a container or a view");
  if constexpr (iterable) {
    auto head = detail::headOf(std::forward<Range>(records));
    using Head = decltype(head);
    if constexpr (detail::canKeep<typename Head::reference>()) {
      auto buffers = detail::buffered(head, RunnerRef{});
      return addInput(std::make_shared<ConstantInput<Kept<typename Head::value_type>>>(detail::evenly(std::move(buffers), RunnerRef{}, partitions == 0 ? 1 : partitions)));
    } else {
      return Invalid{};
    }
  } else {
    return Invalid{};
  }
}

}  // namespace dstream::inline v0
