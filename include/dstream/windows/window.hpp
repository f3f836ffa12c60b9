// SPDX-License-Identifier: BSL-1.0
#pragma once
// window: DStream<T> → DStream<T>, at each slide the batches of the last `length`.

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/schema.hpp>
#include <dstream/stream/batches_rdd.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/history.hpp>
#include <dstream/stream/node.hpp>
#include <dstream/stream/persistent.hpp>
#include <dstream/windows/extent.hpp>
#include <dstream/windows/window_pane.hpp>

namespace dstream::inline v0 {

namespace detail {

/// The pane of a batch: what takes the place of its Rdd where checkpoints may have it.
template <Rdd R, bool durable>
using PaneOf = std::conditional_t<durable, WindowPane<R>, R>;

template <Node Parent, bool durable>
class WindowNode final : public SharedNode<BatchesRdd<PaneOf<typename Parent::rdd_type, durable>>> {
  using R = typename Parent::rdd_type;
  using Record = typename R::value_type;
  using Pane = PaneOf<R, durable>;

 public:
  WindowNode(Parent parent, WindowExtent extent) : parent_(std::move(parent)), extent_(extent) { this->slide = extent.slide; }
  void eachParent(VisitShared visit) override { parent_.eachShared(visit); }

  void advance(const Batch& batch) override {
    kept_.dropUntil({batch.time.nanoseconds - extent_.length});
    failed_.dropUntil({batch.time.nanoseconds - extent_.length});
    if (!extent_.holds(batch.time, this->zero())) return;
    std::optional<R> rdd = ask(batch);
    if (!rdd) return;
    runner_ = rdd->runner();
    prepareNow(*rdd);
    kept_.add(batch.time, Pane(*std::move(rdd)));
  }
  /// Without a checkpoint what a failed batch brought stays in the window.
  void again(const Batch& batch) override {
    SharedNode<BatchesRdd<Pane>>::again(batch);
    kept_.dropFrom(batch.time);
    failed_.dropFrom(batch.time);
  }

  Persistent* persistent() override { return part_.get(); }
  [[nodiscard]] bool transient() const override { return !durable; }

  // What PersistentPart asks.
  static constexpr bool undoes = true;
  [[nodiscard]] std::string keptSchema() const {
    return "window of " + std::to_string(extent_.length) + " ns every " + std::to_string(this->slide) + " ns: " + schemaOf<Kept<Record>>();
  }
  void noteChanges() {}
  void saveChange(const Batch& batch, std::string& out) {
    if (kept_.empty() || kept_.last().time != batch.time) return;  // no batch is an empty change
    const std::size_t before = out.size();
    Pane& pane = kept_.last().value;
    savePane(pane, out);
    // What the checkpoint has the window has too, whatever becomes of the files: so a restart changes nothing.
    if (this->parentsReadOutside()) pane.replace(RecordBytes<Record>::load(std::string_view(out).substr(before), runner_));
  }
  void restoreChange(std::string_view bytes, const Batch& batch, RunnerRef runner) {
    kept_.dropUntil({batch.time.nanoseconds - extent_.length});
    if (!bytes.empty()) kept_.add(batch.time, Pane(RecordBytes<Record>::load(bytes, runner)));
    runner_ = runner;
  }
  void saveAll(std::string& out) {
    for (auto* entry = kept_.first(); entry != nullptr; entry = entry->next) {
      std::string bytes;
      savePane(entry->value, bytes);
      putTime(entry->time, out);
      putSize(bytes.size(), out);
      out += bytes;
    }
  }
  void restoreAll(std::string_view in, RunnerRef runner) {
    kept_ = {};
    runner_ = runner;
    while (!in.empty()) {
      const Time time = takeTime(in);
      const std::size_t size = takeCount(in);
      kept_.add(time, Pane(RecordBytes<Record>::load(takeBytes(in, size), runner)));
    }
  }

 private:
  std::optional<R> ask(const Batch& batch) {
    try {
      return parent_.compute(batch);
    } catch (...) {
      failed_.add(batch.time, std::current_exception());
      throw;
    }
  }
  /// What is wide is computed now: kept uncomputed it would hold its parent's blocks. What it throws it throws again when a job asks.
  void prepareNow(R& rdd) {
    try {
      rdd.prepare(runner_);
    } catch (...) {  // the job that needs it will say so
    }
  }
  void savePane(Pane& pane, std::string& out) {
    pane.prepare(runner_);
    Pane copy = pane;  // a loop may move out what its Rdd owns
    RecordBytes<Record>::save(copy, runner_, out);
  }
  std::optional<BatchesRdd<Pane>> compute(const Batch&) override {
    std::vector<Pane> batches;
    kept_.each([&](Time, const Pane& pane) { batches.push_back(pane); });
    return BatchesRdd<Pane>(std::move(batches), runner_, failed_.empty() ? nullptr : failed_.first()->value);
  }

  Parent parent_;
  const WindowExtent extent_;
  RunnerRef runner_;
  History<Pane> kept_;
  History<std::exception_ptr> failed_;  // what the batches failed with that are in the window and could not be had
  PersistentPart<WindowNode, durable> part_{*this};
};

template <bool durable = true>
struct WindowOp : Nameable<WindowOp<durable>> {
  static constexpr Kind kind = Kind::Temporal;
  static constexpr OperatorInfo info{.name = "window", .role = Role::Window, .algorithm = "kept batches"};

  explicit WindowOp(WindowExtent window) : extent(window) {}

  /// No checkpoint may have this window, so its records need no Codec. A stream with a checkpoint directory refuses to start with it.
  [[nodiscard]] WindowOp<false> transient() const {
    WindowOp<false> op{extent};
    op.name = this->name;
    return op;
  }

  template <class Record>
  static consteval bool check() {
    if constexpr (!durable) {
      return true;
    } else {
      constexpr bool codable = hasKeptCodec<std::remove_cvref_t<Record>>();
      static_assert(codable, "checkpoints keep the records of a window, so they need to be owned and to have a Codec; specialise dstream::Codec, or say .transient() of the window");
      return codable;
    }
  }
  template <Node N>
  auto onto(const DStream<N>& stream) const {
    using Made = WindowNode<N, durable>;
    using Result = BatchesRdd<PaneOf<typename N::rdd_type, durable>>;
    const WindowExtent checked = extent.over(stream.node().slide(), info.name);
    auto node = std::make_shared<Made>(stream.node(), checked);
    node->name = this->name;
    node->operatorInfo = infoOf(WindowOp{checked}, info.role);
    return DStream<SharedRef<Result, detail::replayable<N>>>{stream.graph(), {std::move(node)}};
  }

  constexpr void describe(OperatorInfo& into) const { extent.describe(into); }

  WindowExtent extent;

 private:
  template <class T>
  static consteval bool hasKeptCodec() {
    if constexpr (Ownable<T>) {
      return Codable<Kept<T>>;
    } else {
      return false;
    }
  }
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T>
/// **meaning** every `slide` (default: the stream's own), the records of the batches in (t − length, t]; the first windows hold fewer batches. At
/// other batch times there is no batch, and a batch between two windows is not asked for. **kept** the batches themselves: received blocks of text
/// stay, uncopied, and count against blockMemory as long as a window needs them; fused operators above are computed again in each window, wide
/// ones once (put cache() before a dear function). Files are read again for each window, and one that has vanished or changed since fails it, though its own batch
/// succeeded; cache() before the window reads once. Under a checkpoint a window keeps the records of files, as owners. **order** oldest batch first, each in its
/// own order. **units** any std::chrono duration.
/// **errors** std::invalid_argument unless length and slide are positive multiples of the stream's slide. A batch that failed before its outputs ran
/// fails each window that holds it, with the same error. **source** Spark DStream.window.
[[nodiscard]] inline auto window(Timespan length) { return detail::WindowOp<>{detail::extentOf(length)}; }
[[nodiscard]] inline auto window(Timespan length, Timespan slide) {
  return detail::WindowOp<>{detail::extentOf(length, slide)};
}

}  // namespace dstream::inline v0
