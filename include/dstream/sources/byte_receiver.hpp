// SPDX-License-Identifier: BSL-1.0
#pragma once
// ByteReceiver: a connection that is kept up, read into blocks and cut at record ends: behind the socket streams and standard input.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/framing.hpp>
#include <dstream/sources/received_blocks.hpp>
#include <dstream/sources/receiver_status.hpp>
#include <dstream/sources/server.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/node.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0 {

/// **meaning** an actor that opens its origin, reads into blocks of whole records and comes back after every mishap. Framing says how bytes become records
/// (see line_framing.hpp and framing.hpp), Origin where they come from.
template <class Framing, class Origin, class Use = OnUse>
class ByteReceiver final : public SharedNode<typename Framing::template Blocks<Use>>, public Input, public Actor {
  using Received = detail::BasicReceivedBlocks<Framing, Use>;
  using Blocks = typename Received::Blocks;
  using Runtime = BasicRuntime<Use>;

 public:
  using rdd_type = Blocks;
  static constexpr bool replayable = false;
  static constexpr bool resumable = Origin::resumable;

  ByteReceiver(const char* kindName, Framing framing, Origin origin, SocketOptions options)
      : kindName_(kindName), origin_(std::move(origin)), options_(options), limiter_(options.rate), received_(std::move(framing), resumable, options.logBytes != 0) {}

  [[nodiscard]] const char* kindName() const { return kindName_; }

  // --- Input ---

  NodeBase& node() override { return *this; }

  void start(Runtime& runtime) override {
    runtime_ = &runtime;
    world_.store(&runtime.world, detail::memory_order_release);
    if (options_.rate.estimate) estimator_.emplace(options_.rate.pid, runtime.interval, static_cast<double>(options_.rate.minimum));
    received_.start(runtime, *this, this->name, options_.logBytes);
  }

  [[nodiscard]] bool ready(const Batch& batch) override {
    const auto end = resumption().endOf(batch.seq);
    if (!end) return true;
    readBetweenSteps();
    const std::uint64_t reached = received_.readyTo();
    if (reached >= *end) return true;
    if (std::exchange(finished_, false))
      static_cast<void>(giveUp(origin_.peer() + Origin::end + " at byte " + std::to_string(reached) + ", and a batch of an earlier run, which must come again, ended at byte " + std::to_string(*end)));
    return false;
  }

  InputInfo plan(const Batch& batch, std::size_t mostBytes) override {
    if (!resumption().endOf(batch.seq)) {
      readBetweenSteps();
      former().cut();
    }
    const InputInfo info = received_.plan(id, batch, mostBytes);
    status_.reached(info.from, received_.receivedTo(), runtime_->world.now(Clock::Steady));
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
  [[nodiscard]] bool drained() const override { return received_.empty(); }

  std::uint64_t close() override {
    const detail::SourceCall<> call;
    runtime_->world.retire(*this);
    readBetweenSteps();  // what had arrived is counted
    connection_.reset();
    const std::uint64_t dropped = received_.close();
    if (!ended_) status_.become(ReceiverState::Stopped, {}, 0);
    return resumable && runtime_->repeats ? 0 : dropped;
  }

  Persistent* persistent() override { return resumption().persistent(); }
  void commit(const Batch& batch) override { resumption().committed(batch.seq); }

  void forget(const Batch& batch) override {
    SharedNode<Blocks>::forget(batch);
    received_.forget(batch);
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
    const detail::SourceCall<> call;
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
      if (resumption().log() != nullptr && !resumption().log()->caughtUp()) return Step::idle();  // it wakes us
      change(ReceiverState::Connecting);
      former().restartAt(resumption().connect(former().position()));
      former().beginText(options_.stripBom && (!resumable || former().received() == 0));
      connection_ = origin_.open(world, *this);
      asked_ = 0;
      heardAt_ = never;
    }
    if (up_) resumption().tell(*connection_);
    const Step next = read();
    if (resumption().keeps()) static_cast<void>(received_.ready());
    if (resumption().log() == nullptr) return next;
    former().cut();
    static_cast<void>(received_.ready());
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
  /// Whom untilAnswered waits for; less are addresses.
  static constexpr std::size_t theSender = static_cast<std::size_t>(-1);

  [[nodiscard]] typename Received::Former& former() { return received_.former(); }
  [[nodiscard]] detail::BasicResumption<Use>& resumption() { return received_.resumption(); }

  std::optional<Blocks> compute(const Batch& batch) override { return received_.blocksOf(batch); }

  using Status = Transfer::Status;
  using MaybeStatus = Deferred<std::optional<Status>, Use>;

  Step read() {
    const MaybeStatus status = readSome();
    if (limited_ && connection_ != nullptr) return Step::at(runtime_->world.now(Clock::Steady) + limitEvery);
    if (!status) return Step::idle();  // the pool wakes us, or there is no connection any more
    switch (*status) {
      case Status::Bytes: return Step::ready();
      case Status::Connecting: return untilAnswered(connection_->address());
      case Status::WouldBlock: return up_ ? untilIdle() : untilGreeted();
      case Status::Fin: return comeToEnd();
      case Status::Error: break;
    }
    return mishap(resumption().error().empty() ? connection_->error() : origin_.peer() + ": " + resumption().error());
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
        if (const Status status = resumption().greet(*connection_); status != Status::Bytes) return status;
        auto space = former().space();
        while (space.data == nullptr && makeRoom()) space = former().space();
        if (space.data == nullptr) return std::nullopt;
        std::size_t most = resumption().within(former(), space.bytes);
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
        former().filled(transfer.bytes);
        resumption().cut(former());
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
    if (!resumable || options_.onEnd != EndOfStream::Reconnect) return former().endOfText();
    static_cast<void>(former().breakOff());
    return true;
  }

  void breakOff(const std::string& reason) {
    connection_.reset();
    const std::size_t lost = former().breakOff();
    reportDropped();
    if (lost != 0 && !resumable) drop(lost, reason, false);
  }

  void drop(std::uint64_t bytes, const std::string& reason, bool overload) {
    status_.dropped(bytes, overload);
    runtime_->events.post(DataDropped{this->name, bytes, reason});
  }

  /// By the overload policy. False: nothing that waits may go.
  bool makeRoom() {
    if (options_.onOverload == Overload::Wait || former().ready().empty()) return false;
    const bool oldest = options_.onOverload == Overload::DropOldest;
    const std::uint64_t bytes = received_.dropSome(oldest);
    drop(bytes, oldest ? "memory is used up, and the oldest was to go then" : "memory is used up, and every other block was to go then", true);
    return true;
  }

  /// Who is asked, an address or the sender, has not answered: until when that may stay so. 0: nobody is asked yet.
  Step untilAnswered(std::size_t asked) {
    const Nanos now = runtime_->world.now(Clock::Steady);
    if (std::exchange(asked_, asked) != asked) askedAt_ = now;
    const Nanos limit = options_.connectTimeout.count();
    if (limit == 0 || asked == 0) return Step::idle();
    if (now - askedAt_ < limit) return Step::at(later(askedAt_, limit));
    if (asked == theSender) return mishap(origin_.peer() + ": the sender did not say within " + std::to_string(limit / 1'000'000) + " ms where it begins");
    connection_->nextAddress();
    return Step::ready();
  }
  /// The connection is made, and the sender must say where it begins.
  Step untilGreeted() {
    const Step answered = untilAnswered(theSender);
    if (connection_ == nullptr) return answered;
    const Step idle = untilIdle();
    return connection_ != nullptr && answered.until < idle.until ? answered : idle;
  }

  /// Nothing waits on the connection: until when that may stay so.
  Step untilIdle() {
    if (options_.idleTimeout.count() == 0) return Step::idle();
    const Nanos now = runtime_->world.now(Clock::Steady);
    if (std::exchange(heard_, false) || heardAt_ == never) heardAt_ = now;
    const Nanos limit = options_.idleTimeout.count();
    if (now - heardAt_ < limit) return Step::at(later(heardAt_, limit));
    return mishap(origin_.peer() + ": nothing came for " + std::to_string(options_.idleTimeout.count() / 1'000'000) + " ms");
  }

  void reportDropped() {
    if (const Dropped dropped = former().takeDropped(); dropped.bytes != 0) drop(dropped.bytes, dropped.reason, false);
  }

  Step backOff(const std::string& error) {
    World& world = runtime_->world;
    Nanos wait = options_.firstRetry.count();
    const Nanos last = options_.lastRetry.count();
    for (std::uint64_t i = 1; i < receiver().retries && wait < last; ++i) wait = wait > last / 2 ? last : wait * 2;
    const Nanos earlier = static_cast<Nanos>(world.random() % static_cast<std::uint64_t>(wait / 2 + 1));
    retryAt_ = later(world.now(Clock::Steady), later(wait - earlier, wait / 4));
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

  /// Neither is negative.
  [[nodiscard]] static constexpr Nanos later(Nanos moment, Nanos wait) { return wait > never - moment ? never : moment + wait; }

  void cameUp() {
    if (up_) return;
    heardAt_ = never;  // the sender's answer was something
    connection_->wakeAt(wakeAtBytes);
    status_.cameUp();
    change(ReceiverState::Up);
    resumption().tell(*connection_);
  }

  void change(ReceiverState state, const std::string& error = {}) {
    up_ = state == ReceiverState::Up;
    status_.become(state, error, runtime_->world.now(Clock::Wall));
    runtime_->events.post(ReceiverChanged{receiver()});
  }

  const char* const kindName_;
  const Origin origin_;
  const SocketOptions options_;
  detail::Atomic<bool> stopRequested_{false};
  detail::RateLimiter limiter_;
  Deferred<std::optional<detail::BasicPidEstimator<Use>>, Use> estimator_;  // the jobs lane's

  // the io lane's
  Runtime* runtime_ = nullptr;
  detail::Atomic<World*> world_{nullptr};  // for other threads: start's release, partner of the acquires in requestStop and receiver
  Deferred<std::unique_ptr<Connection>, Use> connection_;
  Nanos retryAt_ = 0;
  std::size_t asked_ = 0;  // see untilAnswered
  Nanos askedAt_ = 0;
  Nanos heardAt_ = never;
  bool heard_ = false;
  bool limited_ = false;
  bool up_ = false;
  bool fin_ = false;
  bool ended_ = false;
  bool finished_ = false;

  Received received_;
  detail::ReceiverStatus status_;
};

}  // namespace dstream::inline v0
