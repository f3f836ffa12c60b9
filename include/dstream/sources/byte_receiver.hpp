// SPDX-License-Identifier: BSL-1.0
#pragma once
// ByteReceiver: a connection that is kept up, read into blocks and cut at record ends: behind the socket streams and standard input.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/framing.hpp>
#include <dstream/sources/planned.hpp>
#include <dstream/sources/receiver_status.hpp>
#include <dstream/sources/resumption.hpp>
#include <dstream/sources/server.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/node.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0 {

/// **meaning** an actor that opens its origin, reads into blocks of whole records and comes back after every mishap. Framing says how bytes become records
/// (see line_framing.hpp and framing.hpp), Origin where they come from.
template <class Framing, class Origin, class Use = OnUse>
class ByteReceiver final : public SharedNode<typename Framing::template Blocks<Use>>, public Input, public Actor {
  using Block = BasicBlock<Use>;
  using Blocks = typename Framing::template Blocks<Use>;
  using Former = typename Framing::template Former<Use>;
  using Runtime = BasicRuntime<Use>;
  using Ready = std::remove_reference_t<decltype(std::declval<Former&>().ready())>;

 public:
  using rdd_type = Blocks;
  static constexpr bool replayable = false;
  static constexpr bool resumable = Origin::resumable;

  ByteReceiver(const char* kindName, Framing framing, Origin origin, SocketOptions options)
      : kindName_(kindName), framing_(std::move(framing)), origin_(std::move(origin)), options_(options), limiter_(options.rate), resumption_(resumable, options.logBytes != 0) {}

  [[nodiscard]] const char* kindName() const { return kindName_; }

  // --- Input ---

  NodeBase& node() override { return *this; }

  void start(Runtime& runtime) override {
    runtime_ = &runtime;
    world_.store(&runtime.world, detail::memory_order_release);
    if (options_.rate.estimate) estimator_.emplace(options_.rate.pid, runtime.interval, static_cast<double>(options_.rate.minimum));
    former_.emplace(framing_.template former<Use>(runtime.blocks, runtime.configuration.maxRecordBytes, *this));
    resumption_.start(runtime, *this, this->name, options_.logBytes);
  }

  [[nodiscard]] bool ready(const Batch& batch) override {
    const auto end = resumption_.endOf(batch.seq);
    if (!end) return true;
    readBetweenSteps();
    const Ready& there = ready();
    const std::uint64_t reached = resumption_.behind(there.empty() ? planned_ : there.back().end);
    if (reached >= *end) return true;
    if (std::exchange(finished_, false))
      static_cast<void>(giveUp(origin_.peer() + Origin::end + " at byte " + std::to_string(reached) + ", and a batch of an earlier run, which must come again, ended at byte " + std::to_string(*end)));
    return false;
  }

  InputInfo plan(const Batch& batch, std::size_t mostBytes) override {
    const auto again = resumption_.endOf(batch.seq);
    if (!again) {
      readBetweenSteps();
      former_->cut();
    }
    BlockList<Use> blocks;
    planned_ = resumption_.behind(planned_);
    InputInfo info{id, {}, planned_, planned_, 0};
    Ready& there = ready();
    blocks.reserve(there.size());
    while (!there.empty()) {
      const std::size_t bytes = there.front().text().size();
      if (again ? there.front().end > *again : mostBytes != 0 && !blocks.empty() && info.to - info.from + bytes > mostBytes) break;
      info.to = resumption_.keeps() ? there.front().end : info.to + bytes;
      blocks.push_back(std::move(there.front()));
      there.pop_front();
    }
    info.blocks = blocks.size();
    planned_ = info.to;
    std::uint64_t waiting = former_->bytesWaiting();
    for (const Block& block : there) waiting += block.text().size();
    status_.reached(info.from, resumption_.keeps() ? resumption_.reached(former_->received()) : planned_ + waiting, runtime_->world.now(Clock::Steady));
    resumption_.planned(batch.seq, planned_);
    batches_.add(batch.seq, std::move(blocks));
    return info;
  }

  void completed(const BatchInfo& batch) override {
    for (const InputInfo& info : batch.inputs) {
      if (info.id != id) continue;
      status_.workedOff(info.to);
      if (!estimator_) continue;
      if (const auto rate = estimator_->compute(batch.ended, info.to - info.from, batch.processingDelay(), batch.schedulingDelay())) limiter_.set(*rate);
    }
  }

  void requestStop() override {
    stopRequested_.store(true, detail::memory_order_release);
    if (World* const world = world_.load(detail::memory_order_acquire)) world->wake(*this);
  }
  [[nodiscard]] bool ended() const override { return ended_; }
  [[nodiscard]] bool finished() const override { return finished_; }
  [[nodiscard]] bool drained() const override {
    return former_->ready().empty() && former_->bytesWaiting() == 0 && gathered_.empty() && (resumption_.log() == nullptr || resumption_.log()->empty());
  }

  std::uint64_t close() override {
    runtime_->world.retire(*this);
    readBetweenSteps();  // what had arrived is counted
    connection_.reset();
    std::uint64_t dropped = former_->breakOff();
    Ready& there = ready();
    if (auto* const log = resumption_.log()) {
      runtime_->world.retire(*log);
      dropped += log->close();
    } else {
      for (const Block& block : there) dropped += block.text().size();
    }
    there.clear();
    batches_.clear();
    if (!ended_) status_.become(ReceiverState::Stopped, {}, 0);
    return resumable && runtime_->repeats ? 0 : dropped;
  }

  Persistent* persistent() override { return resumption_.persistent(); }
  void commit(const Batch& batch) override { resumption_.committed(batch.seq); }

  /// Also what was planned for a batch that could not be formed.
  void forget(const Batch& batch) override {
    SharedNode<Blocks>::forget(batch);
    batches_.forget(batch.seq);
    resumption_.forget(batch.seq);
    given_.reset();
  }

  [[nodiscard]] bool hasReceiver() const override { return true; }
  [[nodiscard]] ReceiverInfo receiver() const override {
    const World* const world = world_.load(detail::memory_order_acquire);
    ReceiverInfo info = status_.of(id, this->name, world == nullptr ? 0 : world->now(Clock::Steady));
    info.rate = limiter_.rate();
    return info;
  }

  // --- Actor ---

  Step step(World& world) override {
    if (ended_) return Step::idle();
    // acquire: partner of requestStop's release
    if (stopRequested_.load(detail::memory_order_acquire)) {
      if (!fin_) readBetweenSteps();
      if (ended_) return Step::idle();
      if (fin_ && !endOfText()) return Step::idle();  // the pool wakes us
      if (connection_ != nullptr) breakOff("the stream was stopped in the middle of a record");
      return end(ReceiverState::Stopped);
    }
    if (connection_ == nullptr) {
      if (world.now(Clock::Steady) < retryAt_) return Step::at(retryAt_);
      if (fin_) return comeToEnd();
      if (resumption_.log() != nullptr && !resumption_.log()->caughtUp()) return Step::idle();  // it wakes us
      change(ReceiverState::Connecting);
      former_->restartAt(resumption_.connect(former_->position()));
      former_->beginText(options_.stripBom && (!resumable || former_->received() == 0));
      connection_ = origin_.open(world, *this);
      heardAt_ = never;
    }
    if (up_) resumption_.tell(*connection_);
    const Step next = read();
    if (resumption_.keeps()) static_cast<void>(ready());
    if (resumption_.log() == nullptr) return next;
    former_->cut();
    static_cast<void>(ready());
    const Nanos soon = world.now(Clock::Steady) + logEvery;
    return up_ && next.until > soon ? Step::at(soon) : next;
  }

 private:
  /// How much is read before others of the lane have their turn.
  static constexpr std::size_t bytesPerStep = std::size_t{1} << 20;
  /// What may wait in the kernel for the next batch. A wake-up per packet costs more than the packet: with 1 MiB a loopback connection carries a
  /// fifth more, with a quarter of it nothing.
  static constexpr std::size_t wakeAtBytes = std::size_t{1} << 20;

  /// With a log, what waits in the kernel is fetched at least so often.
  static constexpr Nanos logEvery = 10'000'000;
  /// How often a receiver at its rate's limit goes on.
  static constexpr Nanos limitEvery = 5'000'000;

  /// What a batch may have: all whole records, or, with a log, those of them that are durable. Where connections break, or a log is written, often, there are many
  /// small blocks, each of which holds the memory of a large one: they are put together.
  Ready& ready() {
    if (!resumption_.keeps()) return former_->ready();
    auto* const log = resumption_.log();
    for (auto& fresh = former_->ready(); !fresh.empty(); fresh.pop_front())
      log != nullptr ? log->add(std::move(fresh.front())) : gather(std::move(fresh.front()));
    while (auto block = log == nullptr ? std::nullopt : log->take()) gather(*std::move(block));
    return gathered_;
  }
  void gather(Block block) {
    const std::string_view text = block.text();
    if (gathered_.empty() || gathered_.back().capacity() - gathered_.back().size < text.size() || resumption_.ends(gathered_.back().end))
      return gathered_.push_back(std::move(block));
    Block& last = gathered_.back();
    std::memcpy(last.data() + last.size, text.data(), text.size());
    last.size += text.size();
    last.end = block.end;
  }

  std::optional<Blocks> compute(const Batch& batch) override {
    if (given_ && givenTo_ == batch.seq) return given_;
    auto planned = batches_.take(batch.seq);
    auto blocks = framing_.template blocks<Use>(planned ? *std::move(planned) : BlockList<Use>{}, runtime_->runner);
    if (runtime_->repeats) {
      given_.emplace(blocks);
      givenTo_ = batch.seq;
    }
    return blocks;
  }

  using Status = Transfer::Status;
  using MaybeStatus = Deferred<std::optional<Status>, Use>;

  Step read() {
    const MaybeStatus status = readSome();
    if (limited_ && connection_ != nullptr) return Step::at(runtime_->world.now(Clock::Steady) + limitEvery);
    if (!status) return Step::idle();  // the pool wakes us, or there is no connection any more
    switch (*status) {
      case Status::Bytes: return Step::ready();
      case Status::Connecting:
      case Status::WouldBlock: return untilIdle();
      case Status::Fin: return comeToEnd();
      case Status::Error: break;
    }
    return mishap(resumption_.error().empty() ? connection_->error() : origin_.peer() + ": " + resumption_.error());
  }

  /// What the kernel holds at the end of a batch's time belongs to the batch. What else there is to learn is the next step's.
  void readBetweenSteps() {
    if (!up_) return;
    const MaybeStatus status = readSome();
    if (limited_ || (status && *status != Status::WouldBlock)) runtime_->world.wake(*this);
  }

  /// Reads until nothing waits or the others of the lane should have their turn; none: there is no memory. Bytes that are no records end the
  /// connection, as an error of it would.
  MaybeStatus readSome() {
    limited_ = false;
    try {
      for (std::size_t bytes = 0; bytes < bytesPerStep;) {
        if (const Status status = resumption_.greet(*connection_); status != Status::Bytes) return status;
        auto space = former_->space();
        while (space.data == nullptr && makeRoom()) space = former_->space();
        if (space.data == nullptr) return std::nullopt;
        std::size_t most = resumption_.within(*former_, space.bytes);
        if (limiter_.limits()) most = limiter_.allowed(runtime_->world.now(Clock::Steady), most);
        if (most == 0) {
          limited_ = true;
          return std::nullopt;
        }
        const Transfer transfer = connection_->read(space.data, most);
        if (transfer.status == Status::Connecting || transfer.status == Status::Error) return transfer.status;
        cameUp();
        if (transfer.status == Status::Fin) {
          connection_.reset();
          up_ = false;
          fin_ = true;
        }
        if (transfer.status != Status::Bytes) return transfer.status;
        former_->filled(transfer.bytes);
        resumption_.cut(*former_);
        reportDropped();
        status_.received(transfer.bytes);
        if (limiter_.limits()) limiter_.spend(transfer.bytes);
        heard_ = true;
        bytes += transfer.bytes;
      }
      return Status::Bytes;
    } catch (const FramingError& error) {
      const std::string what = origin_.peer() + ": " + error.what();
      breakOff(what);
      static_cast<void>(resumable ? giveUp(what) : backOff(what));  // a sender that goes on would send the same again
      return Status::Bytes;
    } catch (...) {  // what only a framing of the user's own throws, or memory that is not to be had: nobody knows where the records stand
      const std::string what = origin_.peer() + ": the framing threw: " + detail::whatOf(std::current_exception());
      breakOff(what);
      static_cast<void>(giveUp(what));
      return std::nullopt;
    }
  }

  /// The sender closed in order: what may be a last record without its end is one.
  Step comeToEnd() {
    if (!endOfText()) return Step::idle();  // the pool wakes us
    fin_ = false;
    reportDropped();
    switch (options_.onEnd) {
      case EndOfStream::Finish: finished_ = true; return end(ReceiverState::Finished);
      case EndOfStream::Reconnect: return backOff(origin_.peer() + Origin::end);
      case EndOfStream::Fail: break;
    }
    return giveUp(origin_.peer() + Origin::end + ", and this receiver is to fail then");
  }

  /// The connection could not be made, or broke.
  Step mishap(const std::string& error) {
    const bool wasUp = receiver().state == ReceiverState::Up;
    breakOff("the connection broke in the middle of a record: " + error);
    if (!wasUp) status_.connectFailed();
    if (options_.failAfter != 0 && receiver().retries >= options_.failAfter) return giveUp(error);
    return backOff(error);
  }

  /// What is left is the last record, unless the sender goes on with it over the next connection.
  [[nodiscard]] bool endOfText() {
    if (!resumable || options_.onEnd != EndOfStream::Reconnect) return former_->endOfText();
    static_cast<void>(former_->breakOff());
    return true;
  }

  void breakOff(const std::string& reason) {
    connection_.reset();
    const std::size_t lost = former_->breakOff();
    reportDropped();
    if (lost != 0 && !resumable) drop(lost, reason, false);
  }

  void drop(std::uint64_t bytes, const std::string& reason, bool overload) {
    status_.dropped(bytes, overload);
    runtime_->events.post(DataDropped{this->name, bytes, reason});
  }

  /// By the overload policy. False: nothing that waits may go.
  bool makeRoom() {
    Ready& there = former_->ready();
    if (options_.onOverload == Overload::Wait || there.empty()) return false;
    const bool oldest = options_.onOverload == Overload::DropOldest;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0, count = there.size(); i < count; ++i) {
      Block block = std::move(there.front());
      there.pop_front();
      if (oldest ? i == 0 : i % 2 == 0) {
        bytes += block.text().size();
      } else {
        there.push_back(std::move(block));
      }
    }
    drop(bytes, oldest ? "memory is used up, and the oldest was to go then" : "memory is used up, and every other block was to go then", true);
    return true;
  }

  /// Nothing waits on the connection: until when that may stay so.
  Step untilIdle() {
    if (options_.idleTimeout.count() == 0) return Step::idle();
    const Nanos now = runtime_->world.now(Clock::Steady);
    if (std::exchange(heard_, false) || heardAt_ == never) heardAt_ = now;
    const Nanos limit = options_.idleTimeout.count();
    if (now - heardAt_ < limit) return limit < never - heardAt_ ? Step::at(heardAt_ + limit) : Step::idle();
    return mishap(origin_.peer() + ": nothing came for " + std::to_string(options_.idleTimeout.count() / 1'000'000) + " ms");
  }

  void reportDropped() {
    if (const Dropped dropped = former_->takeDropped(); dropped.bytes != 0) drop(dropped.bytes, dropped.reason, false);
  }

  Step backOff(const std::string& error) {
    World& world = runtime_->world;
    Nanos wait = options_.firstRetry.count();
    for (std::uint64_t i = 1; i < receiver().retries && wait < options_.lastRetry.count(); ++i) wait *= 2;
    if (wait > options_.lastRetry.count()) wait = options_.lastRetry.count();
    wait += wait / 4 - static_cast<Nanos>(world.random() % static_cast<std::uint64_t>(wait / 2 + 1));
    retryAt_ = world.now(Clock::Steady) + wait;
    change(ReceiverState::BackingOff, error);
    return Step::at(retryAt_);
  }

  Step giveUp(const std::string& error) {
    change(ReceiverState::Failed, error);
    ended_ = true;
    runtime_->fail(std::make_exception_ptr(std::runtime_error("dstream: receiver " + this->name + " failed: " + error)));
    return Step::idle();
  }

  Step end(ReceiverState state) {
    ended_ = true;
    change(state);
    runtime_->world.notify();
    return Step::idle();
  }

  void cameUp() {
    if (up_) return;
    connection_->wakeAt(wakeAtBytes);
    status_.cameUp();
    change(ReceiverState::Up);
    resumption_.tell(*connection_);
  }

  void change(ReceiverState state, const std::string& error = {}) {
    up_ = state == ReceiverState::Up;
    status_.become(state, error, runtime_->world.now(Clock::Wall));
    runtime_->events.post(ReceiverChanged{receiver()});
  }

  const char* const kindName_;
  const Framing framing_;
  const Origin origin_;
  const SocketOptions options_;
  detail::Atomic<bool> stopRequested_{false};
  detail::RateLimiter limiter_;
  Deferred<std::optional<detail::BasicPidEstimator<Use>>, Use> estimator_;  // the jobs lane's

  // the io lane's
  Runtime* runtime_ = nullptr;
  detail::Atomic<World*> world_{nullptr};  // for other threads: start's release, partner of the acquires in requestStop and receiver
  Deferred<std::optional<Former>, Use> former_;
  Deferred<std::unique_ptr<Connection>, Use> connection_;
  Nanos retryAt_ = 0;
  std::uint64_t planned_ = 0;
  Nanos heardAt_ = never;
  bool heard_ = false;
  bool limited_ = false;
  bool up_ = false;
  bool fin_ = false;
  bool ended_ = false;
  bool finished_ = false;

  detail::BasicResumption<Use> resumption_;
  Ready gathered_;  // in no batch yet; where positions are kept
  detail::Planned<BlockList<Use>> batches_;
  detail::ReceiverStatus status_;
  std::optional<Blocks> given_;  // the jobs lane's: the batch that may come again
  std::uint64_t givenTo_ = 0;
};

}  // namespace dstream::inline v0
