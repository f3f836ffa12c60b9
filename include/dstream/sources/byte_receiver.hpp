// SPDX-License-Identifier: BSL-1.0
#pragma once
// ByteReceiver: a connection that is kept up, read into blocks and cut at record ends: behind the socket streams and standard input.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/framing.hpp>
#include <dstream/sources/planned.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

/// How a receiver of bytes behaves: of a socket, and of standard input.
struct SocketOptions {
  /// What it means that the sender closed the connection. Spark reconnects, for ever.
  EndOfStream onEnd = EndOfStream::Reconnect;
  /// A byte-order mark at the start of a connection is taken away; without this it is data.
  bool stripBom = false;
  /// Waits before a connect: doubled from the first to the last with each one that fails, and jittered by a quarter either way.
  std::chrono::nanoseconds firstRetry = std::chrono::milliseconds(100);
  std::chrono::nanoseconds lastRetry = std::chrono::seconds(2);
  /// After so many connects in a row that failed the receiver has failed, and awaitTermination throws; 0: it goes on trying.
  std::uint64_t failAfter = 0;

  /// **errors** std::invalid_argument that names the source.
  void validate(const char* source) const {
    if (firstRetry.count() <= 0 || lastRetry < firstRetry)
      throw std::invalid_argument("dstream: " + std::string(source) + ": firstRetry must be longer than zero and not longer than lastRetry");
  }
};

/// **meaning** where a receiver's bytes come from: a server.
struct FromServer {
  static constexpr const char* end = ": the sender closed the connection";

  FromServer(const char* source, std::string host, std::uint16_t port) : endpoint{std::move(host), port} {
    if (endpoint.host.empty()) throw std::invalid_argument(std::string("dstream: ") + source + " needs a host");
    if (port == 0) throw std::invalid_argument(std::string("dstream: ") + source + " needs a port");
  }
  template <class Through>
  [[nodiscard]] auto open(Through& world, Actor& owner) const {
    return world.connect(endpoint, owner);
  }
  [[nodiscard]] std::string peer() const { return endpoint.host + ":" + std::to_string(endpoint.port); }

  Endpoint endpoint;
};

/// **meaning** an actor that opens its origin, reads into blocks of whole records and comes back after every mishap. Framing says how bytes become records
/// (see line_framing.hpp and framing.hpp), Origin where they come from.
template <class Framing, class Origin, class Use = OnUse>
class ByteReceiver final : public SharedNode<typename Framing::template Blocks<Use>>, public Input, public Actor {
  using Block = BasicBlock<Use>;
  using Blocks = typename Framing::template Blocks<Use>;
  using Former = typename Framing::template Former<Use>;
  using Runtime = BasicRuntime<Use>;

 public:
  using rdd_type = Blocks;
  static constexpr bool replayable = false;
  static constexpr bool resumable = false;

  ByteReceiver(const char* kindName, Framing framing, Origin origin, SocketOptions options)
      : kindName_(kindName), framing_(std::move(framing)), origin_(std::move(origin)), options_(options) {}

  [[nodiscard]] const char* kindName() const { return kindName_; }

  // --- Input ---

  NodeBase& node() override { return *this; }

  void start(Runtime& runtime) override {
    runtime_ = &runtime;
    former_.emplace(framing_.template former<Use>(runtime.blocks, runtime.configuration.maxRecordBytes, *this));
    runtime.world.spawn(*this, Lane::Io);
  }

  InputInfo plan(const Batch& batch, std::size_t mostBytes) override {
    former_->cut();
    std::vector<Block> blocks;
    InputInfo info{id, this->name, planned_, planned_, 0};
    std::deque<Block>& ready = former_->ready();
    while (!ready.empty()) {
      const std::size_t bytes = ready.front().text().size();
      if (mostBytes != 0 && !blocks.empty() && info.to - info.from + bytes > mostBytes) break;
      info.to += bytes;
      blocks.push_back(std::move(ready.front()));
      ready.pop_front();
    }
    info.blocks = blocks.size();
    planned_ = info.to;
    batches_.add(batch.seq, std::move(blocks));
    return info;
  }

  void requestStop() override {
    stopRequested_.store(true, std::memory_order_release);
    if (runtime_ != nullptr) runtime_->world.wake(*this);
  }
  [[nodiscard]] bool ended() const override { return ended_; }
  [[nodiscard]] bool finished() const override { return finished_; }
  [[nodiscard]] bool drained() const override { return former_->ready().empty() && former_->bytesWaiting() == 0; }

  std::uint64_t close() override {
    runtime_->world.retire(*this);
    connection_.reset();
    std::uint64_t dropped = former_->breakOff();
    for (const Block& block : former_->ready()) dropped += block.text().size();
    former_->ready().clear();
    batches_.clear();
    const detail::Lock lock(mutex_);
    if (!ended_) info_.state = ReceiverState::Stopped;
    return dropped;
  }

  /// Also what was planned for a batch that could not be formed.
  void forget(const Batch& batch) override {
    SharedNode<Blocks>::forget(batch);
    batches_.forget(batch.seq);
    given_.reset();
  }

  [[nodiscard]] bool hasReceiver() const override { return true; }
  [[nodiscard]] ReceiverInfo receiver() const override {
    const detail::Lock lock(mutex_);
    ReceiverInfo info = info_;
    info.id = id;
    info.name = this->name;
    return info;
  }

  // --- Actor ---

  Step step(World& world) override {
    if (ended_) return Step::idle();
    // acquire: partner of requestStop's release
    if (stopRequested_.load(std::memory_order_acquire)) {
      if (fin_ && !former_->endOfText()) return Step::idle();  // the pool wakes us
      if (connection_ != nullptr) breakOff("the stream was stopped in the middle of a record");
      return end(ReceiverState::Stopped);
    }
    if (connection_ == nullptr) {
      if (world.now(Clock::Steady) < retryAt_) return Step::at(retryAt_);
      if (fin_) return comeToEnd();
      change(ReceiverState::Connecting);
      former_->beginText(options_.stripBom);
      connection_ = origin_.open(world, *this);
    }
    return read();
  }

 private:
  /// How much is read before others of the lane have their turn.
  static constexpr std::size_t bytesPerStep = std::size_t{1} << 20;

  std::optional<Blocks> compute(const Batch& batch) override {
    if (given_ && givenTo_ == batch.seq) return given_;
    auto planned = batches_.take(batch.seq);
    auto blocks = framing_.template blocks<Use>(planned ? *std::move(planned) : std::vector<Block>{}, runtime_->runner);
    if (runtime_->repeats) {
      given_.emplace(blocks);
      givenTo_ = batch.seq;
    }
    return blocks;
  }

  /// Bytes that are no records end the connection, as an error of it would.
  Step read() {
    try {
      return readSome();
    } catch (const FramingError& error) {
      const std::string what = origin_.peer() + ": " + error.what();
      breakOff(what);
      return backOff(what);
    }
  }

  Step readSome() {
    for (std::size_t bytes = 0; bytes < bytesPerStep;) {
      const auto space = former_->space();
      if (space.data == nullptr) return Step::idle();  // the pool wakes us
      const Transfer transfer = connection_->read(space.data, space.bytes);
      switch (transfer.status) {
        case Transfer::Status::Bytes:
          cameUp();
          former_->filled(transfer.bytes);
          reportDropped();
          received(transfer.bytes);
          bytes += transfer.bytes;
          break;
        case Transfer::Status::Connecting: return Step::idle();
        case Transfer::Status::WouldBlock: cameUp(); return Step::idle();
        case Transfer::Status::Fin:
          cameUp();
          connection_.reset();
          fin_ = true;
          return comeToEnd();
        case Transfer::Status::Error: return mishap();
      }
    }
    return Step::ready();
  }

  /// The sender closed in order: what may be a last record without its end is one.
  Step comeToEnd() {
    if (!former_->endOfText()) return Step::idle();  // the pool wakes us
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
  Step mishap() {
    const std::string error = connection_->error();
    const bool wasUp = receiver().state == ReceiverState::Up;
    breakOff("the connection broke in the middle of a record: " + error);
    {
      const detail::Lock lock(mutex_);
      if (!wasUp) ++info_.retries;
    }
    if (options_.failAfter != 0 && receiver().retries >= options_.failAfter) return giveUp(error);
    return backOff(error);
  }

  void breakOff(const std::string& reason) {
    connection_.reset();
    const std::size_t lost = former_->breakOff();
    reportDropped();
    if (lost != 0) runtime_->events.post(DataDropped{this->name, lost, reason});
  }

  void reportDropped() {
    if (const Dropped dropped = former_->takeDropped(); dropped.bytes != 0) runtime_->events.post(DataDropped{this->name, dropped.bytes, dropped.reason});
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
    {
      const detail::Lock lock(mutex_);
      ++info_.connections;
      info_.retries = 0;
    }
    change(ReceiverState::Up);
  }

  void received(std::size_t bytes) {
    const detail::Lock lock(mutex_);
    info_.bytes += bytes;
  }

  void change(ReceiverState state, const std::string& error = {}) {
    up_ = state == ReceiverState::Up;
    {
      const detail::Lock lock(mutex_);
      info_.state = state;
      if (!error.empty()) {
        info_.lastError = error;
        info_.lastErrorTime = runtime_->world.now(Clock::Wall);
      }
    }
    runtime_->events.post(ReceiverChanged{receiver()});
  }

  const char* const kindName_;
  const Framing framing_;
  const Origin origin_;
  const SocketOptions options_;
  std::atomic<bool> stopRequested_{false};

  // the io lane's
  Runtime* runtime_ = nullptr;
  Deferred<std::optional<Former>, Use> former_;
  Deferred<std::unique_ptr<Connection>, Use> connection_;
  Nanos retryAt_ = 0;
  std::uint64_t planned_ = 0;
  bool up_ = false;
  bool fin_ = false;
  bool ended_ = false;
  bool finished_ = false;

  detail::Planned<std::vector<Block>> batches_;
  std::optional<Blocks> given_;  // the batch that may come again
  std::uint64_t givenTo_ = 0;
  mutable detail::Mutex mutex_;
  ReceiverInfo info_;  // whoever asks
};

}  // namespace dstream::inline v0
