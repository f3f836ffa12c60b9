// SPDX-License-Identifier: BSL-1.0
#pragma once
// WindowStateNode: a window that is carried along from batch to batch instead of being computed anew.

#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/schema.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/history.hpp>
#include <dstream/stream/node.hpp>
#include <dstream/stream/persistent.hpp>
#include <dstream/windows/extent.hpp>
#include <dstream/windows/window_pane.hpp>

namespace dstream::inline v0::detail {

/// **meaning** the state of a window, and the batches that it has not taken yet. WindowState: `evict(until, runner)` takes out what batches up to
/// `until` gave; `push(time, rdd, runner)` takes in a prepared batch; both may throw, and are called again then with the same argument, with
/// what they had done still done. `result()` is the window's records. `everyBatch()`: also a batch that no window holds leaves something in it. For checkpoints
/// `save(out)` and `load(in, runner)`.
template <Rdd R, class WindowState, bool durable = false>
class WindowContents {
  using Record = typename R::value_type;

 public:
  WindowContents(WindowState state, std::int64_t length) : state_(std::move(state)), length_(length) {}

  void add(Time time, R rdd) {
    runner_ = rdd.runner();
    waiting_.add(time, Waiting{std::move(rdd), nullptr});
  }
  /// It could not be had, for this reason.
  void addFailed(Time time, std::exception_ptr why) { waiting_.add(time, Waiting{std::nullopt, std::move(why)}); }
  [[nodiscard]] bool everyBatch() const { return state_.everyBatch(); }

  /// The window that ends at `now`. A batch whose functions throw is tried again by each window that covers it; one that could not be had fails them.
  void moveTo(Time now) {
    if (now < now_) throw MissingBatch("dstream: a window was asked for after it had moved on");
    now_ = now;
    const std::int64_t until = now.nanoseconds - length_;
    state_.evict({until}, runner_);
    waiting_.dropUntil({until});
    for (; !waiting_.empty(); waiting_.dropFirst()) try {
        takeIn(*waiting_.first());
      } catch (...) {
        prepareBehind(*waiting_.first());
        throw;
      }
  }
  auto result() {
    shown_ = true;
    return state_.result();
  }
  [[nodiscard]] RunnerRef runner() const { return runner_; }

  // For checkpoints: a change is the batches that came, and whether the window was looked at, which a filter uses to drop keys.
  void noteChanges() { noting_ = true; }
  void forgetChange() {
    came_ = {};
    shown_ = false;
  }
  void saveChange(std::string& out) const {
    Codec<bool>::encode(shown_, out);
    std::size_t count = 0;
    came_.each([&](Time, const std::string&) { ++count; });
    putSize(count, out);
    came_.each([&](Time time, const std::string& records) {
      putTime(time, out);
      Codec<std::string>::encode(records, out);
    });
  }
  void restoreChange(std::string_view in, Time now, RunnerRef runner) {
    const bool shown = Codec<bool>::decode(in);
    now_ = now;
    const std::int64_t until = now.nanoseconds - length_;
    state_.evict({until}, runner);
    for (std::size_t left = takeCount(in); left != 0; --left) {
      const Time time = takeTime(in);
      auto records = RecordBytes<Record>::load(Codec<std::string_view>::decode(in), runner);
      if (time.nanoseconds > until) state_.push(time, records, runner);
    }
    if (!in.empty()) throw DecodeError("dstream: decode: bytes behind a window's change");
    if (shown) static_cast<void>(state_.result());
  }
  void saveAll(std::string& out) {
    putTime(now_, out);
    state_.save(out);
  }
  void restoreAll(std::string_view in, RunnerRef runner) {
    waiting_ = {};
    forgetChange();
    now_ = takeTime(in);
    state_.load(in, runner);
    if (!in.empty()) throw DecodeError("dstream: decode: bytes behind a window");
  }

 private:
  /// A batch, or why there is none.
  struct Waiting {
    std::optional<R> rdd;
    std::exception_ptr failure;
  };

  using Entry = typename History<Waiting>::Entry;

  void takeIn(Entry& next) {
    if (!next.value.rdd) std::rethrow_exception(next.value.failure);
    R& rdd = *next.value.rdd;
    rdd.prepare(runner_);
    if constexpr (durable)
      if (noting_) note(next.time, rdd);
    state_.push(next.time, rdd, runner_);
  }
  /// What the batches behind a failed one are made of, as another window, may be there at their own times only.
  void prepareBehind(const Entry& failed) {
    for (Entry* entry = failed.next; entry != nullptr; entry = entry->next) try {
        if (entry->value.rdd) entry->value.rdd->prepare(runner_);
      } catch (...) {  // when it is taken in it is tried again, and says so
      }
  }

  /// Once a batch, also when taking it in is tried again.
  void note(Time time, R& rdd) {
    if (!came_.empty() && came_.last().time == time) return;
    std::string bytes;
    RecordBytes<Record>::save(rdd, runner_, bytes);
    came_.add(time, std::move(bytes));
  }

  WindowState state_;
  const std::int64_t length_;
  RunnerRef runner_;
  Time now_{std::numeric_limits<std::int64_t>::min()};  // batch times may be negative
  History<Waiting> waiting_;
  bool noting_ = false;
  bool shown_ = false;
  Deferred<History<std::string>, R> came_;
};

template <Node Parent, class WindowState, bool durable = true>
class WindowStateNode final : public SharedNode<WideRdd<typename WindowState::Data>> {
  using Data = typename WindowState::Data;
  using Contents = WindowContents<typename Parent::rdd_type, WindowState, durable>;

 public:
  WindowStateNode(Parent parent, WindowState state, WindowExtent extent)
      : parent_(std::move(parent)), contents_(std::make_shared<Contents>(std::move(state), extent.length)), extent_(extent) {
    this->slide = extent.slide;
  }
  void eachParent(VisitShared visit) override { parent_.eachShared(visit); }

  /// Every batch is taken as it comes, though only those at a slide are asked for: so none waits with what it was made from. One that is remembered is shown
  /// now: the next changes it.
  void advance(const Batch& batch) override {
    if (extent_.holds(batch.time, this->zero()) || contents_->everyBatch()) take(batch);
    try {
      contents_->moveTo(batch.time);
      if (this->remember == 0) return;
      if (auto rdd = this->get(batch)) rdd->prepare(rdd->runner());
    } catch (...) {  // the job that needs the window tries again and says so
    }
  }

  Persistent* persistent() override { return kept_.get(); }
  [[nodiscard]] bool transient() const override { return !durable; }
  /// In a checkpoint nothing may wait for a later batch.
  void finish(const Batch& batch) override {
    if (noting_) contents_->moveTo(batch.time);
  }
  void commit(const Batch&) override { contents_->forgetChange(); }

  // What PersistentPart asks.
  // A slide overwrites what each of its keys had: half a window of two stacks as it turns, a total that no inverse gives back bit by bit, keys that a filter drops.
  // To take it back in memory every batch would copy that first, for the sake of the few that fail; the checkpoint has it anyway.
  static constexpr bool undoes = false;
  [[nodiscard]] std::string keptSchema() const {
    return std::string("window of ") + std::to_string(extent_.length) + " ns every " + std::to_string(this->slide) + " ns, " + WindowState::algorithm + ": " +
           schemaOf<Kept<typename Parent::rdd_type::value_type>>();
  }
  void noteChanges() {
    noting_ = true;
    contents_->noteChanges();
  }
  void saveChange(const Batch&, std::string& out) { contents_->saveChange(out); }
  void saveAll(std::string& out) { contents_->saveAll(out); }
  void restoreAll(std::string_view bytes, RunnerRef runner) { contents_->restoreAll(bytes, runner); }
  void restoreChange(std::string_view bytes, const Batch& batch, RunnerRef runner) { contents_->restoreChange(bytes, batch.time, runner); }

 private:
  class WindowWork final : public Work<Data> {
   public:
    WindowWork(std::shared_ptr<Contents> contents, Time time) : Work<Data>(contents->runner()), contents_(std::move(contents)), time_(time) {}

   private:
    Data run(RunnerRef) override {
      try {
        contents_->moveTo(time_);
        return contents_->result();
      } catch (const MissingBatch&) {
        if (failure_) std::rethrow_exception(failure_);
        throw;
      } catch (...) {
        failure_ = std::current_exception();
        throw;
      }
    }
    std::shared_ptr<Contents> contents_;
    const Time time_;
    std::exception_ptr failure_;  // why it was not to be had in time
  };

  void take(const Batch& batch) {
    try {
      if (auto rdd = parent_.compute(batch)) contents_->add(batch.time, *std::move(rdd));
    } catch (...) {
      contents_->addFailed(batch.time, std::current_exception());
      throw;
    }
  }
  std::optional<WideRdd<Data>> compute(const Batch& batch) override { return WideRdd<Data>(new WindowWork(contents_, batch.time)); }

  Parent parent_;
  std::shared_ptr<Contents> contents_;
  const WindowExtent extent_;
  bool noting_ = false;
  PersistentPart<WindowStateNode, durable> kept_{*this};
};

}  // namespace dstream::inline v0::detail
