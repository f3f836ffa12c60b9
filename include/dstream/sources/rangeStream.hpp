// SPDX-License-Identifier: BSL-1.0
#pragma once
// rangeStream: a range, piece by piece → DStream<T>.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/sources/planned.hpp>
#include <dstream/sources/queued_batch.hpp>
#include <dstream/stream/node.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0 {

/// Reads the range on the jobs lane, where user functions belong. A range with random access knows its size, and so each batch its place in it;
/// of another one a batch takes what follows, and the end is known once it has been met.
template <class Range, class Record>
class RangeInput final : public SharedNode<QueuedBatch<Kept<Record>>>, public Input {
  using T = Kept<Record>;
  using Piece = std::pair<std::uint64_t, std::uint64_t>;  // from, to
  static constexpr bool sized = detail::RandomAccess<std::remove_reference_t<Range>>;

 public:
  using rdd_type = QueuedBatch<T>;
  using Partitions = typename QueuedBatch<T>::Partitions;
  /// The program makes the same range again; one without random access cannot be asked for its middle.
  static constexpr bool replayable = sized;
  static constexpr bool resumable = false;

  template <class Given>
  RangeInput(Given&& range, std::size_t recordsPerBatch) : range_(std::forward<Given>(range)), recordsPerBatch_(recordsPerBatch) {
    if (recordsPerBatch == 0) throw std::invalid_argument("dstream: rangeStream needs at least one record per batch");
  }

  [[nodiscard]] static const char* kindName() { return "range"; }

  NodeBase& node() override { return *this; }
  void start(Deferred<Runtime, Range>& runtime) override {
    runner_ = runtime.runner;
    if constexpr (sized) size_ = static_cast<std::uint64_t>(detail::last(range_) - detail::first(range_));
  }
  InputInfo plan(const Batch& batch, std::size_t) override {
    const std::uint64_t left = atEnd_.load(detail::memory_order_acquire) || planned_ > size_ ? 0 : size_ - planned_;
    InputInfo info{this->id, {}, planned_, planned_ + (left < recordsPerBatch_ ? left : recordsPerBatch_), 0};
    for (const auto& [seq, piece] : again_)
      if (seq == batch.seq) info.to = piece.second;
    info.blocks = info.to == info.from ? 0 : 1;
    planned_ = info.to;
    pieces_.add(batch.seq, {info.from, info.to});
    return info;
  }
  void requestStop() override { stopped_.store(true, detail::memory_order_release); }
  // acquire: partner of requestStop's release
  [[nodiscard]] bool ended() const override { return stopped_.load(detail::memory_order_acquire) || finished(); }
  /// What was not given yet stays in the range.
  [[nodiscard]] bool drained() const override { return ended(); }
  [[nodiscard]] bool finished() const override {
    return (sized && size_ - planned_ <= recordsPerBatch_) || atEnd_.load(detail::memory_order_acquire);
  }
  std::uint64_t close() override {
    pieces_.clear();
    return 0;
  }

  /// Whether an output asks for the batch or not: its records are the range's next.
  void advance(const Batch& batch) override {
    records_ = nullptr;
    if (batch.attempt > 1 && !sized && takenBy_ == batch.seq) throw IllegalState("dstream: rangeStream: a range without random access cannot be read again, as the repeated batch " + std::to_string(batch.seq) + " needs");
    takenBy_ = batch.seq;
    const Deferred<std::optional<Piece>, Range> piece = pieces_.look(batch.seq);
    if (!piece) throw IllegalState("dstream: rangeStream: batch " + std::to_string(batch.seq) + " was never planned");
    position_ = piece->second;
    auto partitions = std::make_shared<Partitions>();
    if (piece->first != piece->second && !atEnd_.load(detail::memory_order_relaxed)) {
      try {
        read(*piece, partitions->emplace_back());
      } catch (...) {
        if (!sized) atEnd_.store(true, detail::memory_order_release);  // nobody knows where the range stands now
        throw;
      }
    }
    records_ = std::move(partitions);
  }
  // What PersistentPart asks, of a range with random access: the position behind a batch.
  Persistent* persistent() override { return part_.get(); }
  static constexpr bool undoes = true;
  static constexpr bool source = true;
  [[nodiscard]] static std::string keptSchema() { return "position in a range"; }
  void noteChanges() {}
  void saveChange(const Batch&, std::string& out) { detail::putNumber(position_, out); }
  void saveAll(std::string& out) { detail::putNumber(position_, out); }
  void restoreAll(std::string_view in, RunnerRef) { restore(in); }
  void restoreChange(std::string_view in, const Batch&, RunnerRef) { restore(in); }
  void replan(std::string_view in, const Batch& batch) { again_.emplace_back(batch.seq, Piece{0, detail::takeNumber<std::uint64_t>(in)}); }

  void forget(const Batch& batch) override {
    SharedNode<QueuedBatch<T>>::forget(batch);
    pieces_.forget(batch.seq);
    records_ = nullptr;
  }

 private:
  void restore(std::string_view in) {
    position_ = planned_ = detail::takeNumber<std::uint64_t>(in);
    if (!in.empty()) throw DecodeError("dstream: decode: bytes behind a position");
    if (position_ > size_) throw DecodeError("dstream: decode: a position behind the end of the range: it is not the same any more");
  }

  std::optional<QueuedBatch<T>> compute(const Batch&) override { return QueuedBatch<T>(records_, runner_); }

  void read(Piece piece, std::vector<T>& into) {
    if constexpr (sized) {
      into.reserve(static_cast<std::size_t>(piece.second - piece.first));
      auto from = detail::first(range_);
      using Difference = decltype(from - from);
      const auto to = from + static_cast<Difference>(piece.second);
      for (auto it = from + static_cast<Difference>(piece.first); it != to; ++it) into.push_back(Owned<Record>::own(*it));
    } else {
      if (!at_) at_.emplace(detail::first(range_));
      std::uint64_t left = piece.second - piece.first;
      for (; left != 0 && *at_ != detail::last(range_); ++*at_, --left) into.push_back(Owned<Record>::own(**at_));
      if (*at_ == detail::last(range_)) atEnd_.store(true, detail::memory_order_release);
    }
  }

  Range range_;  // a reference where it is borrowed
  const std::size_t recordsPerBatch_;
  RunnerRef runner_;
  std::uint64_t size_ = static_cast<std::uint64_t>(-1);  // where it is not known, never reached
  std::uint64_t planned_ = 0;
  Deferred<detail::Planned<Piece>, Range> pieces_;
  detail::Atomic<bool> stopped_{false};
  detail::Atomic<bool> atEnd_{false};  // release on the jobs lane, which met the end; acquire on the io lane

  // the jobs lane's
  std::optional<detail::IteratorOf<std::remove_reference_t<Range>>> at_;
  std::shared_ptr<const Partitions> records_;
  std::uint64_t position_ = 0;  // behind the batch that was taken last
  std::uint64_t takenBy_ = 0;

  Deferred<std::vector<std::pair<std::uint64_t, Piece>>, Range> again_;  // planned by an earlier run; written before the lanes run
  detail::PersistentPart<RangeInput, sized> part_{*this};
};

/// **shape** range of T → DStream<T>
/// **meaning** each batch takes the next `recordsPerBatch` records of the range, and the stream comes to its end with the range. A range without
/// random access, a generated one too, is read as the batches need it and one record ahead; its plans say how many records were asked for.
/// **function contract** the range is read on the jobs lane, one batch after another; what it throws fails the batch and ends the stream's source.
/// **kept** an lvalue container is borrowed, and must outlive the streaming context; an rvalue is owned, a view copied; of the records, as owners,
/// those of one batch. **order** that of the range. **cost** a copy per record.
/// **errors** std::invalid_argument for zero records per batch; compile time: records that cannot be kept. IllegalState after start.
template <class Use>
template <class Range>
auto BasicStreamingContext<Use>::rangeStream(Range&& range, std::size_t recordsPerBatch) {
  constexpr bool iterable = detail::Iterable<Range>;
  static_assert(iterable, "rangeStream needs a range: a container or a view, std::views::iota(1, 10) for numbers, not the first of them");
  if constexpr (iterable) {
    using Plain = std::remove_cvref_t<Range>;
    constexpr bool borrowed = std::is_lvalue_reference_v<Range> && !isView<Plain>;
    using Held = std::conditional_t<!borrowed, Plain, std::conditional_t<detail::Iterable<const Plain>, const Plain&, Plain&>>;
    using Record = typename decltype(detail::headOf(std::declval<Range>()))::value_type;
    if constexpr (detail::canKeep<Record>()) {
      return addInput(std::make_shared<RangeInput<Held, Record>>(std::forward<Range>(range), recordsPerBatch));
    } else {
      return Invalid{};
    }
  } else {
    return Invalid{};
  }
}

}  // namespace dstream::inline v0
