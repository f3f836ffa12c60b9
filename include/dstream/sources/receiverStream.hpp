// SPDX-License-Identifier: BSL-1.0
#pragma once
// receiverStream: a receiver of the user's own → DStream<T>.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/scheduler.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/planned.hpp>
#include <dstream/sources/queued_batch.hpp>
#include <dstream/sources/receiver_handle.hpp>
#include <dstream/sources/receiver_status.hpp>
#include <dstream/sources/receiver_store.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

/// **meaning** a movable type with the type of its records and two functions, both called on the io lane, where sockets and clocks wait for them:
/// they must return quickly. `onStart(handle)` sets up and starts what receives, usually a thread of the receiver's own that keeps a copy of the
/// handle. `onStop()` is called once for every onStart, also for one that threw; it makes an end of what onStart began and joins its threads, and an
/// onStart may follow. A stop at once calls it on the thread that stops.
/// **errors** what onStart or onStop throws stops the receiver for good: ReceiverState::Failed, and awaitTermination throws it.
template <class T>
concept Receiver = std::movable<T> && requires(T& receiver, ReceiverHandle<typename T::value_type> handle) {
  receiver.onStart(handle);
  receiver.onStop();
};

/// The supervisor of a receiver: an actor that starts and stops it as its handle, or the stream, asks.
template <class Of>
class ReceiverInput final : public SharedNode<QueuedBatch<typename Of::value_type>>, public Input, public Actor {
  using T = typename Of::value_type;
  using Received = QueuedBatch<T>;
  using Blocks = std::shared_ptr<detail::ReceivedBlocks<T>>;

 public:
  using rdd_type = Received;
  static constexpr bool replayable = false;
  static constexpr bool resumable = false;

  explicit ReceiverInput(Of receiver) : receiver_(std::move(receiver)) {}

  [[nodiscard]] static const char* kindName() { return "receiver"; }

  // --- Input ---

  NodeBase& node() override { return *this; }
  void start(Deferred<Runtime, Of>& runtime) override {
    runtime_ = &runtime;
    world_.store(&runtime.world, detail::memory_order_release);
    store_->attach(runtime.world, *this, runtime.blocks, id);
    runtime.world.spawn(*this, Lane::Io);
  }
  InputInfo plan(const Batch& batch, std::size_t mostBytes) override {
    Blocks blocks = store_->take(mostBytes);
    InputInfo info{id, {}, planned_, planned_ + blocks->bytes, blocks->partitions.size()};
    planned_ = info.to;
    status_.reached(info.from, store_->bytesStored(), runtime_->world.now(Clock::Steady));
    batches_.add(batch.seq, std::move(blocks));
    return info;
  }
  void completed(const BatchInfo& batch) override {
    for (const InputInfo& info : batch.inputs)
      if (info.id == id) status_.workedOff(info.to);
  }
  void requestStop() override {
    stopRequested_.store(true, detail::memory_order_release);
    if (World* const world = world_.load(detail::memory_order_acquire)) world->wake(*this);
  }
  [[nodiscard]] bool ended() const override { return ended_; }
  [[nodiscard]] bool finished() const override { return finished_; }
  [[nodiscard]] bool drained() const override { return store_->empty(); }
  std::uint64_t close() override {
    runtime_->world.retire(*this);
    if (const std::exception_ptr error = shutDown()) static_cast<void>(fail(error));
    tellErrors();
    batches_.clear();
    if (!ended_) status_.become(ReceiverState::Stopped, {}, 0);
    return store_->close();
  }
  void forget(const Batch& batch) override {
    SharedNode<Received>::forget(batch);
    batches_.forget(batch.seq);
  }
  [[nodiscard]] bool hasReceiver() const override { return true; }
  [[nodiscard]] ReceiverInfo receiver() const override {
    const World* const world = world_.load(detail::memory_order_acquire);
    ReceiverInfo info = status_.of(id, this->name, world == nullptr ? 0 : world->now(Clock::Steady));
    info.bytes = store_->bytesStored();
    return info;
  }

  // --- Actor ---

  Step step(World& world) override {
    store_->look();
    tellErrors();
    if (ended_) return Step::idle();
    // acquire: partner of requestStop's release
    if (stopRequested_.load(detail::memory_order_acquire)) return end(ReceiverState::Stopped, {});
    const detail::ReceiverRequest request = store_->takeRequest();
    switch (request.wish) {
      case detail::ReceiverWish::None: break;
      case detail::ReceiverWish::Restart: return pause(request);
      case detail::ReceiverWish::Finish: return end(ReceiverState::Finished, {});
      case detail::ReceiverWish::Stop: return end(ReceiverState::Stopped, request.text);
    }
    if (running_) return Step::idle();
    if (world.now(Clock::Steady) < startAt_) return Step::at(startAt_);
    return begin();
  }

 private:
  std::optional<Received> compute(const Batch& batch) override {
    std::optional<Blocks> blocks = runtime_->repeats ? batches_.look(batch.seq) : batches_.take(batch.seq);
    if (!blocks) throw IllegalState("dstream: receiverStream: batch " + std::to_string(batch.seq) + " was never planned");
    const auto* const partitions = &(*blocks)->partitions;
    return Received(std::shared_ptr<const typename Received::Partitions>(*std::move(blocks), partitions), runtime_->runner);
  }

  Step begin() {
    change(ReceiverState::Connecting);
    running_ = true;
    const std::uint64_t run = store_->open();
    try {
      const detail::SourceCall<> call;
      runtime_->world.linger();
      receiver_.onStart(ReceiverHandle<T>(store_, run));
    } catch (...) {
      const std::exception_ptr error = std::current_exception();
      static_cast<void>(shutDown());
      return fail(error);
    }
    status_.cameUp();
    change(ReceiverState::Up);
    return Step::ready();  // onStart may have asked for something
  }

  /// onStop, where onStart was called. Gives what it threw.
  std::exception_ptr shutDown() {
    if (!std::exchange(running_, false)) return nullptr;
    tellRefused(store_->beginEnd());
    std::exception_ptr error;
    try {
      const detail::SourceCall<> call;
      runtime_->world.linger();
      receiver_.onStop();
    } catch (...) {
      error = std::current_exception();
    }
    tellRefused(store_->end());
    return error;
  }

  Step pause(const detail::ReceiverRequest& request) {
    if (const std::exception_ptr error = shutDown()) return fail(error);
    const Nanos now = runtime_->world.now(Clock::Steady);
    startAt_ = request.delay > never - now ? never : now + request.delay;
    change(ReceiverState::BackingOff, request.text);
    return Step::at(startAt_);
  }

  Step end(ReceiverState state, const std::string& text) {
    if (const std::exception_ptr error = shutDown()) return fail(error);
    ended_ = true;
    finished_ = state == ReceiverState::Finished;
    change(state, text);
    runtime_->world.notify();
    return Step::idle();
  }

  Step fail(const std::exception_ptr& error) {
    ended_ = true;
    change(ReceiverState::Failed, detail::whatOf(error));
    runtime_->fail(error);
    return Step::idle();
  }

  void tellErrors() {
    for (const std::string& text : store_->takeErrors()) {
      runtime_->events.post(Warning{"receiver " + this->name + ": " + text});
      change(receiver().state, text);
    }
  }
  void tellRefused(std::uint64_t bytes) {
    if (bytes != 0) runtime_->events.post(DataDropped{this->name, bytes, "store waited for memory when the receiver was stopped"});
  }

  void change(ReceiverState state, const std::string& error = {}) {
    status_.become(state, error, runtime_->world.now(Clock::Wall));
    runtime_->events.post(ReceiverChanged{receiver()});
  }

  // the io lane's
  Of receiver_;
  Deferred<Runtime, Of>* runtime_ = nullptr;
  detail::Atomic<World*> world_{nullptr};  // for other threads: start's release, partner of the acquires in requestStop and receiver
  Nanos startAt_ = std::numeric_limits<Nanos>::min();
  std::uint64_t planned_ = 0;
  bool running_ = false;
  bool ended_ = false;
  bool finished_ = false;

  detail::Atomic<bool> stopRequested_{false};
  const std::shared_ptr<detail::ReceiverStore<T>> store_ = std::make_shared<detail::ReceiverStore<T>>();
  detail::Planned<Blocks> batches_;
  detail::ReceiverStatus status_;
};

namespace detail {
/// Refers to nothing that may go before the record, as far as can be seen.
template <class T>
inline constexpr bool outlivesItsCall = !std::is_pointer_v<T> && !RefersAway<T>;
template <class T>
  requires Ownable<T>
inline constexpr bool outlivesItsCall<T> = SelfOwned<T>;
}  // namespace detail

/// **shape** a receiver with value_type T → DStream<T>
/// **meaning** each batch holds what the receiver stored since the one before; each of its blocks is a partition. See Receiver and ReceiverHandle.
/// **kept** the receiver, moved or copied into the stream; its records, until their batch is done; at most Configuration::blockMemory bytes, shared
/// with all other receivers, then store waits. **units** bytes by recordBytes, in events and plans too.
/// **order** that of one thread's stores. **cost** per record two locks without contention and a move.
/// **errors** compile time: a type that is no Receiver; records that refer to what they do not own. IllegalState after start. Not replayable: what
/// was stored and not processed is lost with the process. Threads of a receiver are outside of what a testing::World replays.
/// **source** Spark's receiverStream; but a receiver's stop is final. **example** examples/receiver_stream.cpp
template <class Use>
template <class Given>
auto BasicStreamingContext<Use>::receiverStream(Given&& receiver) {
  using Of = std::remove_cvref_t<Given>;
  constexpr bool fits = Receiver<Of>;
  static_assert(fits, "receiverStream needs a receiver: a movable type with a value_type, onStart(ReceiverHandle<value_type>) and onStop()");
  if constexpr (fits) {
    constexpr bool owns = detail::outlivesItsCall<typename Of::value_type>;
    static_assert(owns, "a receiver's records outlive the call of store; let its value_type be one that owns its data, such as std::string");
    constexpr bool keeps = std::is_constructible_v<Of, Given>;
    static_assert(keeps, "receiverStream keeps the receiver, and this one cannot be copied; std::move it into the stream");
    if constexpr (owns && keeps) {
      static_assert(Source<ReceiverInput<Of>>);
      return addInput(std::make_shared<ReceiverInput<Of>>(std::forward<Given>(receiver)));
    } else {
      return Invalid{};
    }
  } else {
    return Invalid{};
  }
}

}  // namespace dstream::inline v0
