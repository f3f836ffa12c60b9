// SPDX-License-Identifier: BSL-1.0
#pragma once
// window: DStream<T> → DStream<T>, at each slide the batches of the last `length`.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/stream/batches_rdd.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/history.hpp>
#include <dstream/stream/node.hpp>
#include <dstream/windows/extent.hpp>

namespace dstream::inline v0 {

namespace detail {

template <Node Parent>
class WindowNode final : public SharedNode<BatchesRdd<typename Parent::rdd_type>> {
  using R = typename Parent::rdd_type;

 public:
  WindowNode(Parent parent, WindowExtent extent) : parent_(std::move(parent)), length_(extent.length) { this->slide = extent.slide; }
  void eachParent(VisitShared visit) override { parent_.eachShared(visit); }

  void advance(const Batch& batch) override {
    kept_.dropUntil({batch.time.nanoseconds - length_});
    std::optional<R> rdd = parent_.compute(batch);
    if (!rdd) return;
    runner_ = rdd->runner();
    prepareNow(*rdd);
    kept_.add(batch.time, *std::move(rdd));
  }

 private:
  /// What is wide is computed now: kept uncomputed it would hold its parent's blocks. What it throws it throws again when a job asks.
  void prepareNow(R& rdd) {
    try {
      rdd.prepare(runner_);
    } catch (...) {  // the job that needs it will say so
    }
  }
  std::optional<BatchesRdd<R>> compute(const Batch&) override {
    std::vector<R> batches;
    kept_.each([&](Time, const R& rdd) { batches.push_back(rdd); });
    return BatchesRdd<R>(std::move(batches), runner_);
  }

  Parent parent_;
  const std::int64_t length_;
  RunnerRef runner_;
  History<R> kept_;
};

struct WindowOp {
  static constexpr Kind kind = Kind::Temporal;
  static constexpr OperatorInfo info{.name = "window", .role = Role::Window, .algorithm = "kept batches"};

  template <class Record>
  static consteval bool check() {
    return true;
  }
  template <Node N>
  auto onto(const DStream<N>& stream) const {
    using Result = BatchesRdd<typename N::rdd_type>;
    const WindowExtent checked = extent.over(stream.node().slide());
    auto node = std::make_shared<WindowNode<N>>(stream.node(), checked);
    node->operatorInfo = infoOf(WindowOp{checked}, info.role);
    return DStream<SharedRef<Result>>{stream.graph(), {std::move(node)}};
  }

  constexpr void describe(OperatorInfo& into) const { extent.describe(into); }

  WindowExtent extent;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T>
/// **meaning** every `slide` (default: the stream's own), the records of the batches in (t − length, t]; the first windows hold fewer batches. At
/// other batch times there is no batch. **kept** the batches themselves: received blocks of text stay, uncopied, and count against blockMemory as
/// long as a window needs them; fused operators above are computed again in each window, wide ones once (put cache() before a dear function).
/// **order** oldest batch first, each in its own order. **units** any std::chrono duration.
/// **errors** std::invalid_argument unless length and slide are positive multiples of the stream's slide. **source** Spark DStream.window.
[[nodiscard]] inline auto window(std::chrono::nanoseconds length) { return detail::WindowOp{detail::extentOf(length)}; }
[[nodiscard]] inline auto window(std::chrono::nanoseconds length, std::chrono::nanoseconds slide) {
  return detail::WindowOp{detail::extentOf(length, slide)};
}

}  // namespace dstream::inline v0
