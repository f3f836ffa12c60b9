// SPDX-License-Identifier: BSL-1.0
#pragma once
// StreamingContext: the entry point of streaming: makes sources, starts, waits, stops.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/active_or_created.hpp>
#include <dstream/runtime/context.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/metrics.hpp>
#include <dstream/runtime/streaming_run.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/explain.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0 {

struct SocketOptions;
template <class T>
class BatchQueue;
struct QueueOptions;
struct FileOptions;
struct CheckpointOptions;
namespace detail {
template <class Use>
class BasicCheckpointer;
}  // namespace detail

/// **meaning** a graph of streams over batches of one interval. Initialized: the graph is built. Active: it runs. Stopped: final.
/// **threads** built and started by one thread; waiting, stopping and asking from any, but stopping not from a listener.
/// **errors** IllegalState for a call in the wrong state, std::invalid_argument for what cannot be started.
/// **source** Spark's StreamingContext; spelled as there.
template <class Use = OnUse>
class BasicStreamingContext {
  using Context = BasicContext<Use>;
  using EventBus = BasicEventBus<Use>;
  using Graph = BasicGraph<Use>;
  using ReceiverInfos = Deferred<std::vector<ReceiverInfo>, Use>;
  using Run = detail::BasicStreamingRun<Use>;

 public:
  /// **units** any std::chrono duration; in whole nanoseconds, above zero.
  BasicStreamingContext(Context& context, Timespan batchInterval)
      : context_(context), world_(context.world()), configuration_(context.configuration()), interval_(batchInterval.nanoseconds),
        graph_(std::make_shared<Graph>()), events_(world_), run_(world_, configuration_, events_, *graph_, interval_) {
    if (interval_ <= 0) throw std::invalid_argument("dstream: the batch interval must be longer than zero");
    graph_->console = [&world = world_](std::string_view text) { world.write(Console::Out, text); };
    graph_->files = &world_.files();
    if (configuration_.defaultListener) events_.addForTrouble(DefaultListener(world_, context.name()));
  }
  BasicStreamingContext(const BasicStreamingContext&) = delete;
  BasicStreamingContext& operator=(const BasicStreamingContext&) = delete;
  /// Stops at once if it is still active; the Context goes on.
  ~BasicStreamingContext() {
    if (graph_->state() == StreamingContextState::Active && context_.isForked()) {
      abandon();
    } else if (graph_->state() == StreamingContextState::Active) {
      const bool asked = stopAsked_.load(detail::memory_order_acquire);
      stopNow(asked && askedGracefully_);
      if (asked && askedContext_) context_.stopUnlessInUse();
    }
    graph_->become(StreamingContextState::Stopped);
  }

  // --- sources; each is defined in its own file under sources/ ---

  /// **shape** → DStream<string_view>, one record a line. See sources/socketTextStream.hpp.
  [[nodiscard]] auto socketTextStream(std::string host, int port);
  [[nodiscard]] auto socketTextStream(std::string host, int port, SocketOptions options);
  /// **shape** → DStream<F::value_type>. See sources/socketStream.hpp.
  template <class F>
  [[nodiscard]] auto socketStream(std::string host, int port, F framing);
  template <class F>
  [[nodiscard]] auto socketStream(std::string host, int port, F framing, SocketOptions options);
  /// The same of a sender that goes on where it is told. See sources/resumableSocketTextStream.hpp and resumableSocketStream.hpp.
  [[nodiscard]] auto resumableSocketTextStream(std::string host, int port);
  [[nodiscard]] auto resumableSocketTextStream(std::string host, int port, SocketOptions options);
  template <class F>
  [[nodiscard]] auto resumableSocketStream(std::string host, int port, F framing);
  template <class F>
  [[nodiscard]] auto resumableSocketStream(std::string host, int port, F framing, SocketOptions options);
  /// **shape** → DStream<T>, from length-prefixed blocks. See sources/rawSocketStream.hpp.
  template <class T>
  [[nodiscard]] auto rawSocketStream(std::string host, int port);
  template <class T>
  [[nodiscard]] auto rawSocketStream(std::string host, int port, SocketOptions options);
  /// **shape** → DStream<string_view>, one record a line. See sources/standardInputStream.hpp.
  [[nodiscard]] auto standardInputStream(bool stripBom = false);
  /// **shape** BatchQueue<T> → DStream<T>. See sources/queueStream.hpp.
  template <class T>
  [[nodiscard]] auto queueStream(BatchQueue<T>& queue);
  template <class T>
  [[nodiscard]] auto queueStream(BatchQueue<T>& queue, QueueOptions options);
  /// **shape** → DStream<string_view>, one record a line of each new file. See sources/textFileStream.hpp.
  [[nodiscard]] auto textFileStream(std::string directory);
  [[nodiscard]] auto textFileStream(std::string directory, FileOptions options);
  /// **shape** → DStream<string_view>, records of `length` bytes. See sources/binaryRecordsStream.hpp.
  [[nodiscard]] auto binaryRecordsStream(std::string directory, std::size_t length);
  [[nodiscard]] auto binaryRecordsStream(std::string directory, std::size_t length, FileOptions options);
  /// **shape** → DStream<T>, what saveAsObjectFiles wrote. See sources/objectFileStream.hpp.
  template <class T>
  [[nodiscard]] auto objectFileStream(std::string directory);
  template <class T>
  [[nodiscard]] auto objectFileStream(std::string directory, FileOptions options);
  /// **shape** → DStream<Format::value_type>. See sources/fileStream.hpp.
  template <class Format>
  [[nodiscard]] auto fileStream(std::string directory, Format format);
  template <class Format>
  [[nodiscard]] auto fileStream(std::string directory, Format format, FileOptions options);
  template <class T>
  [[nodiscard]] auto queueStream(BatchQueue<T>& queue, QueueOptions options, std::vector<std::type_identity_t<T>> whenEmpty);
  /// **shape** the same records → DStream<T>, in every batch. See sources/constantStream.hpp.
  template <class Range>
  [[nodiscard]] auto constantStream(Range&& records, std::size_t partitions = 1);
  /// **shape** range of T → DStream<T>, a piece in each batch. See sources/rangeStream.hpp.
  template <class Range>
  [[nodiscard]] auto rangeStream(Range&& range, std::size_t recordsPerBatch);
  /// **shape** a receiver of your own → DStream<T>. See sources/receiverStream.hpp.
  template <class Given>
  [[nodiscard]] auto receiverStream(Given&& receiver);

  /// A source as a node of the graph; what the functions above do. **errors** IllegalState after start or stop.
  template <class InputNode>
  [[nodiscard]] auto addInput(std::shared_ptr<InputNode> input) {
    graph_->requireOpen("an input");
    input->id = inputs_.size();
    input->slide = interval_;
    input->operatorInfo = {.name = input->kindName(), .role = Role::Source, .slide = interval_};
    input->nameless = input->name.empty();
    if (input->nameless) input->name = std::string(input->kindName()) + " " + std::to_string(input->id);
    inputs_.push_back(input);
    using Result = typename InputNode::rdd_type;
    return DStream<SharedRef<Result, detail::replayable<InputNode> || detail::resumable<InputNode>>>{graph_, {std::move(input)}};
  }

  /// Every stream remembers its batches for at least this long after they are done, for DStream::slice. Once, before start.
  /// **kept** the batches, received blocks included. **errors** std::invalid_argument for a second call or no positive duration.
  void remember(Timespan duration) {
    graph_->requireOpen("a remember duration");
    if (duration.nanoseconds <= 0) throw std::invalid_argument("dstream: the remember duration must be longer than zero");
    if (remember_ != 0) throw std::invalid_argument("dstream: the remember duration is already set");
    remember_ = duration.nanoseconds;
  }

  /// Every batch is made durable in this directory before it counts, and the next start of the program goes on behind the last one. See
  /// checkpoint/checkpoint.hpp.
  void checkpoint(std::string directory);
  void checkpoint(std::string directory, CheckpointOptions options);
  /// What `make()` gives, a std::unique_ptr<StreamingContext>, with a checkpoint in the directory; or the active one. See checkpoint/checkpoint.hpp.
  template <class Make>
  [[nodiscard]] static auto getOrCreate(const std::string& directory, Make make, bool createOnError = false);
  template <class Make>
  [[nodiscard]] static auto getActiveOrCreate(const std::string& directory, Make make, bool createOnError = false);

  // --- life ---

  /// Validates the graph and starts it; does not block. In the Active state a warning and nothing else.
  /// **errors** IllegalState when stopped, or while another streaming context of this process is active (this one then stays Initialized);
  /// std::invalid_argument without outputs or with two nodes of one name (this one is Stopped then).
  void start() {
    if (events_.calledFromListener()) throw IllegalState("dstream: a StreamingContext cannot be started from its own listener");
    requireOwnProcess("started");
    const detail::Lock life(life_);
    if (graph_->state() == StreamingContextState::Active) {
      events_.post(Warning{"StreamingContext has already been started"});
      return;
    }
    if (graph_->state() == StreamingContextState::Stopped) throw IllegalState("dstream: StreamingContext has already been stopped and cannot be started again");
    for (const auto& output : graph_->outputs())
      if (output->exactlyOnce && !run_.commits())
        throw std::invalid_argument("dstream: \"" + output->name + "\" was asked to write exactly once, which needs a checkpoint directory: call checkpoint(\"…\") of the stream");
    claimActive();
    try {
      const RunnerRef workers = context_.enter();
      entered_ = true;
      run_.prepare(workers, inputs_, remember_);
      graph_->become(StreamingContextState::Active);
      if (configuration_.stopOnSignals) world_.watchSignals(true);
      run_.begin();
    } catch (...) {
      run_.halt();
      becomeStopped();
      throw;
    }
  }

  /// Blocks until the stream is stopped, its sources have all finished, or SIGINT or SIGTERM arrives (see Configuration); the last two stop it.
  /// **errors** rethrows the most recent error of an output or of a receiver that failed for good, also after stop; a stop that was asked for is carried out first.
  void awaitTermination() { static_cast<void>(awaitUntil(never)); }

  /// The same for at most `timeout`; true when the stream is stopped. **errors** as awaitTermination.
  [[nodiscard]] bool awaitTerminationOrTimeout(Timespan timeout) { return awaitUntil(later(timeout.nanoseconds)); }

  /// Stops. Graceful: receivers first, then everything received is processed, within the configuration's gracefulStopTimeout; else at once:
  /// what is running is cut short at the next task, what waits is dropped, and the report says how much. Then, if asked, the Context too.
  /// In the Initialized or Stopped state a warning. From an output's function it cannot wait for the batch it is in, nor from a function that a source calls
  /// (a receiver's onStart or onStop, a framing) for the source: it asks for the stop, which awaitTermination or the destructor then carries out, and its report is empty. A user function that does not return is waited for: it cannot be interrupted.
  /// **errors** IllegalState from a listener, in a forked child, and where the Context is to be stopped while another streaming context of it is active.
  StopReport stop(bool stopContext = true, bool stopGracefully = false) {
    if (events_.calledFromListener())
      throw IllegalState("dstream: a StreamingContext cannot be stopped from a listener, since stop waits for the listeners; stop it from another thread");
    requireOwnProcess("stopped");
    if (started() && (run_.calledFromOutput() || detail::SourceCall<>::inside())) {
      if (asking_.exchange(true)) return {};  // the first to ask decides
      askedContext_ = stopContext;
      askedGracefully_ = stopGracefully;
      stopAsked_.store(true, detail::memory_order_release);  // partner: the acquire in awaitUntil
      if (!stopGracefully) run_.cancel();
      world_.notify();
      return {};
    }
    const detail::Lock life(life_);
    StopReport report;
    if (graph_->state() == StreamingContextState::Active) {
      report = stopNow(stopGracefully);
    } else {
      const bool initialized = graph_->state() == StreamingContextState::Initialized;
      events_.post(Warning{initialized ? "StreamingContext has not been started yet" : "StreamingContext has already been stopped"});
      events_.deliver();
      graph_->become(StreamingContextState::Stopped);
      world_.notify();
    }
    if (stopContext) context_.stop();
    return report;
  }

  [[nodiscard]] StreamingContextState getState() const { return graph_->state(); }
  [[nodiscard]] Context& context() { return context_; }
  /// Of every input with a receiver, in the order of creation.
  [[nodiscard]] ReceiverInfos receivers() const {
    ReceiverInfos infos;
    for (const auto& input : inputs_)
      if (input->hasReceiver()) infos.push_back(input->receiver());
    return infos;
  }
  /// How it fares. In any state; from any thread once it has started.
  [[nodiscard]] BasicMetrics<Use> metrics() const {
    BasicMetrics<Use> metrics;
    metrics.state = graph_->state();
    if (started()) run_.measure(metrics);
    metrics.receivers = receivers();
    return metrics;
  }
  /// The plan of everything that the outputs reach. See stream/explain.hpp.
  [[nodiscard]] std::string explain() const { return dstream::explain(*graph_); }
  /// In any state. The listener is called with one event after another, by a thread that meanwhile nothing else waits for.
  ListenerId addStreamingListener(Listener listener) { return events_.add(std::move(listener)); }
  /// In any state, from any thread. When it returns no call of the listener is under way, none will come, and its function is destroyed; from within its own call that is so
  /// when the call returns. What the listener waits for may not be held meanwhile. False for a listener that is none of this context's, or no more. **source** Spark's; there by the listener itself.
  bool removeStreamingListener(ListenerId listener) { return events_.remove(listener); }

  /// The streaming context that is active in this process (of several worlds' the one started last), or null. It is its owner's, who may stop and destroy it.
  [[nodiscard]] static BasicStreamingContext* getActive() {
    const detail::Lock lock(activeMutex_);
    for (BasicStreamingContext* active = active_; active != nullptr; active = active->activeBefore_)
      if (!active->context_.isForked()) return active;  // else the parent's
    return nullptr;
  }

  /// The active context, else what `make()` gives, a std::unique_ptr<StreamingContext>. **errors** std::invalid_argument for a null one. **source** Spark's.
  template <class Make>
  [[nodiscard]] static auto getActiveOrCreate(Make make) {
    constexpr bool fits = makesStreamingContext<Make>;
    static_assert(fits, "getActiveOrCreate needs a function that makes a std::unique_ptr<StreamingContext>");
    if constexpr (fits) {
      if (BasicStreamingContext* const active = getActive()) return ActiveOrCreated<BasicStreamingContext>(*active);
      return ActiveOrCreated<BasicStreamingContext>(made("getActiveOrCreate", make));
    }
  }

 private:
  template <class Format>
  auto addFiles(const char* kindName, std::string directory, Format format, FileOptions options);

  template <class Make>
  static constexpr bool makesStreamingContext = std::is_invocable_r_v<std::unique_ptr<BasicStreamingContext>, Make&>;
  template <class Make>
  static std::unique_ptr<BasicStreamingContext> made(const char* call, Make& make) {
    std::unique_ptr<BasicStreamingContext> stream = make();
    if (stream == nullptr) throw std::invalid_argument(std::string("dstream: ") + call + ": the function gave no StreamingContext");
    return stream;
  }

  /// The moment of the steady clock after so long a time; never, where that is beyond it.
  [[nodiscard]] Nanos later(Nanos duration) const {
    const Nanos now = world_.now(Clock::Steady);
    return duration > never - now ? never : now + duration;
  }

  /// The threads of a stream stay with the process that started it.
  void requireOwnProcess(const char* what) const {
    if (context_.isForked())
      throw IllegalState(std::string("dstream: a StreamingContext cannot be ") + what + " in a forked child of the process that made its Context: the threads are the parent's; make both in the child");
  }
  /// In a forked child: the sockets, files and locks of an active stream are the parent's as well, so they are left as they are.
  void abandon() {
    static_cast<void>(new typename Run::Inputs(inputs_));
    static_cast<void>(new std::shared_ptr<Graph>(graph_));
    run_.abandon();
    releaseActive();
  }

  bool awaitUntil(Nanos deadline) {
    requireOwnProcess("waited for");
    const auto toStop = [this] { return cameToItsEnd() || interrupted() || stopAsked_.load(detail::memory_order_acquire); };
    try {
      world_.await([&] { return lastError() != nullptr || graph_->state() == StreamingContextState::Stopped || toStop(); }, deadline);
    } catch (...) {  // a part of the runtime failed, and will not go on: whoever asks later learns of it too
      if (started()) run_.report(std::current_exception());
      throw;
    }
    if (toStop()) {
      const detail::Lock life(life_);
      if (graph_->state() == StreamingContextState::Active) {  // else another waiter was quicker
        const bool asked = stopAsked_.load(detail::memory_order_acquire);
        stopNow(cameToItsEnd() || (asked ? askedGracefully_ : configuration_.stopGracefullyOnShutdown));
        if (asked && askedContext_) context_.stop();
      }
    }
    if (const std::exception_ptr error = lastError()) std::rethrow_exception(error);
    return graph_->state() == StreamingContextState::Stopped;
  }

  // Asked by threads that wait while another one starts: what start makes may be touched once it is Active.
  [[nodiscard]] bool started() const { return graph_->state() != StreamingContextState::Initialized; }

  [[nodiscard]] std::exception_ptr lastError() const { return started() ? run_.error() : nullptr; }
  [[nodiscard]] bool cameToItsEnd() const { return graph_->state() == StreamingContextState::Active && run_.done(); }
  [[nodiscard]] bool interrupted() const { return graph_->state() == StreamingContextState::Active && configuration_.stopOnSignals && world_.interrupted(); }

  StopReport stopNow(bool graceful) {
    bool complete = false;
    if (graceful) complete = run_.drain(later(gracefulStopTimeout()));
    StopReport report = run_.halt();
    report.graceful = report.graceful && complete;
    events_.post(StreamingStopped{report});
    becomeStopped();
    return report;
  }

  /// After this nothing of the stream runs, and who waits knows.
  void becomeStopped() {
    events_.hurry();
    world_.retire(events_);
    events_.deliver();
    if (configuration_.stopOnSignals) world_.watchSignals(false);
    if (std::exchange(entered_, false)) context_.leave();
    graph_->become(StreamingContextState::Stopped);
    releaseActive();
    world_.notify();
  }

  [[nodiscard]] Nanos gracefulStopTimeout() const {
    if (configuration_.gracefulStopTimeout.count() != 0) return configuration_.gracefulStopTimeout.count();
    return interval_ > never / 10 ? never : interval_ * 10;
  }

  void claimActive() {
    const detail::Lock lock(activeMutex_);
    for (const BasicStreamingContext* other = active_; other != nullptr; other = other->activeBefore_)
      if (other->context_.process_ == context_.process_)
        throw IllegalState("dstream: only one StreamingContext may be started in this process; the one of \"" + other->context_.name() +
                           "\" is active, stop it first");
    activeBefore_ = std::exchange(active_, this);
  }
  void releaseActive() {
    const detail::Lock lock(activeMutex_);
    for (BasicStreamingContext** at = &active_; *at != nullptr; at = &(*at)->activeBefore_)
      if (*at == this) {
        *at = activeBefore_;
        return;
      }
  }

  // A list through the contexts themselves: one that is a global outlives whatever has a destructor here.
  static inline detail::Mutex activeMutex_;
  static inline BasicStreamingContext* active_ = nullptr;  // the one started last
  BasicStreamingContext* activeBefore_ = nullptr;

  Context& context_;
  World& world_;
  const Configuration configuration_;
  const Nanos interval_;
  Nanos remember_ = 0;
  std::string checkpointDirectory_;
  detail::BasicCheckpointer<Use>* checkpointer_ = nullptr;  // the run's
  std::shared_ptr<Graph> graph_;
  EventBus events_;
  typename Run::Inputs inputs_;

  detail::Mutex life_;  // start and stop, one at a time
  detail::Atomic<bool> asking_{false};
  detail::Atomic<bool> stopAsked_{false};  // by an output's function, after the two below
  bool askedContext_ = false;
  bool askedGracefully_ = false;
  bool entered_ = false;  // the Context
  Run run_;
};
using StreamingContext = BasicStreamingContext<>;

}  // namespace dstream::inline v0
