// SPDX-License-Identifier: BSL-1.0
#pragma once
// Input: what the runtime asks of every source; and the facts that a source states about itself.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/function.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/block.hpp>
#include <dstream/runtime/configuration.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

/// What the end of a source's data means: the stream has its end (when all sources have, awaitTermination returns), the source is asked again
/// for more, or the receiver has failed.
enum class EndOfStream { Finish, Reconnect, Fail };

/// **meaning** what is known of a source when the program is compiled. replayable: it can give the same data again; resumable: its sender can be
/// told where to go on. A guarantee that needs one of them is refused by the compiler where both are false.
template <class T>
concept Source = requires {
  { T::replayable } -> std::convertible_to<bool>;
  { T::resumable } -> std::convertible_to<bool>;
};

/// **meaning** what a started input works with; lives as long as the input runs.
template <class Use = OnUse>
struct BasicRuntime {
  World& world;
  const Configuration& configuration;
  BasicEventBus<Use>& events;
  std::shared_ptr<BasicBlockPool<Use>> blocks;
  RunnerRef runner;
  /// Makes awaitTermination throw; from any thread.
  Function<void(std::exception_ptr)> fail;
  /// A batch that fails is tried again: what it was given must last until it is forgotten.
  bool repeats = false;
  /// The checkpoint's directory; empty: there is none.
  std::string checkpoint = {};
  /// **units** nanoseconds between two batches.
  Nanos interval = 0;
};
using Runtime = BasicRuntime<>;

namespace detail {
/// While it lives this thread may be in a function of a user's that a source calls, a receiver's onStart, say: where nothing may wait for the source.
template <class = OnUse>
class SourceCall {
 public:
  SourceCall() : outer_(std::exchange(inside_, true)) {}
  SourceCall(const SourceCall&) = delete;
  SourceCall& operator=(const SourceCall&) = delete;
  ~SourceCall() { inside_ = outer_; }
  [[nodiscard]] static bool inside() { return inside_; }

 private:
  static constinit inline thread_local bool inside_ = false;
  const bool outer_;
};
}  // namespace detail

/// **meaning** a source in the graph. plan is called on the io lane, once per batch in order, and so are ended, drained and finished;
/// requestStop and receiver from any thread; start before and close after anything of the input runs.
class Input {
 public:
  virtual ~Input() = default;

  [[nodiscard]] virtual NodeBase& node() = 0;
  /// Begins to receive. Not called for an input that no output reaches.
  virtual void start(Runtime& runtime) = 0;
  /// Whether all is here again that this batch, planned by an earlier run, had then. Asked before plan.
  [[nodiscard]] virtual bool ready(const Batch&) { return true; }
  /// Gives the batch its data, at most `mostBytes` of it (0: all) but at least one block where there is one. The name in it is for the caller to fill in.
  virtual InputInfo plan(const Batch& batch, std::size_t mostBytes) = 0;
  /// A batch was worked off. On the jobs lane.
  virtual void completed(const BatchInfo&) {}
  /// Ends receiving; what was received may still be planned.
  virtual void requestStop() = 0;
  /// Receiving has ended: stopped, finished or failed.
  [[nodiscard]] virtual bool ended() const = 0;
  /// Nothing received waits for a batch.
  [[nodiscard]] virtual bool drained() const = 0;
  /// The source came to its own end.
  [[nodiscard]] virtual bool finished() const = 0;
  /// After this nothing of the input runs. Gives the bytes that were received and are in no batch.
  virtual std::uint64_t close() = 0;
  /// Where its receiver stands, if it has one.
  [[nodiscard]] virtual ReceiverInfo receiver() const { return {}; }
  [[nodiscard]] virtual bool hasReceiver() const { return false; }

  std::size_t id = 0;
};

}  // namespace dstream::inline v0
