// SPDX-License-Identifier: BSL-1.0
#pragma once
// testing::World: the World on one thread, with a clock that only tests move and a network that only tests feed.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <chrono>

#include <dstream/core/config.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/testing/files.hpp>

namespace dstream::inline v0::testing {

/// **meaning** one side of a connection in a test: what the other side, the library's, reads and wrote. A value; copies are the same peer.
class Peer {
 public:
  /// What the library reads next; in pieces as the test sends them, never joined.
  void send(std::string bytes) {
    if (!bytes.empty()) state_->toLibrary.push_back(std::move(bytes));
    state_->wakeOwner();
  }
  /// Closes in order, behind what was sent.
  void close() {
    state_->fin = true;
    state_->wakeOwner();
  }
  /// Breaks the connection at once: what was sent and not read is lost, as with a TCP reset.
  void reset(std::string reason = "connection reset by peer") {
    state_->toLibrary.clear();
    state_->error = std::move(reason);
    state_->wakeOwner();
  }
  [[nodiscard]] const std::string& received() const { return state_->fromLibrary; }
  /// True once the library has closed its side.
  [[nodiscard]] bool closedByLibrary() const { return state_->closed; }
  /// Bytes sent that the library has not read.
  [[nodiscard]] std::size_t unread() const {
    std::size_t bytes = 0;
    for (const auto& piece : state_->toLibrary) bytes += piece.size();
    return bytes - state_->readOfFirst;
  }

 private:
  friend class World;
  struct State {
    std::deque<std::string> toLibrary;
    std::size_t readOfFirst = 0;
    std::string fromLibrary;
    std::string error;
    bool connecting = false;
    bool fin = false;
    bool closed = false;
    dstream::World* world = nullptr;
    Actor* owner = nullptr;
    void wakeOwner() const {
      if (owner != nullptr) world->wake(*owner);
    }
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// **meaning** everything happens on the calling thread, inside `advance`, `runUntilQuiet` and waits of the library: actors are stepped in turn,
/// and time stands still unless moved. The same calls give the same run. Waits of the library (`awaitTermination`, a graceful stop) move the
/// clock themselves, from one deadline to the next. **threads** one.
class World final : public dstream::World {
 public:
  /// The wall clock begins at `start` (nanoseconds since the epoch), the steady one at 0.
  explicit World(Nanos start = 1'000'000'000'000, std::uint64_t seed = 1) : wallOffset_(start), random_(seed) {}

  // --- for tests ---

  /// Moves the clock, stopping at each deadline on the way; when it returns the runtime is quiet.
  void advance(std::chrono::nanoseconds duration) {
    const Nanos target = steady_ + duration.count();
    runUntilQuiet();
    for (Nanos next = nextDeadline(); next <= target; next = nextDeadline()) {
      steady_ = std::max(steady_, next);
      runUntilQuiet();
    }
    steady_ = target;
    runUntilQuiet();
  }
  /// Sets the wall clock without moving the steady one, as an administrator would; backwards too.
  void setWall(Nanos wall) { wallOffset_ = wall - steady_; }

  /// Steps actors until none wants to be.
  void runUntilQuiet() {
    if (running_) return;  // called from inside a step: the loop outside goes on
    running_ = true;
    const Reset reset{running_};
    for (std::size_t steps = 0; stepOne(); ++steps)
      if (steps > mostSteps) throw std::logic_error("dstream: testing::World: the runtime does not become quiet");
    throwFailure();
  }

  /// From now on connections to the endpoint wait for `accept`; before, they are refused.
  void listen(const std::string& host, std::uint16_t port) { listening_[{host, port}]; }
  /// The next connection made to the endpoint. **errors** std::logic_error when there is none.
  Peer accept(const std::string& host, std::uint16_t port) {
    const auto found = listening_.find({host, port});
    if (found == listening_.end() || found->second.empty()) throw std::logic_error("dstream: testing::World: nobody connects to " + host);
    Peer peer = found->second.front();
    found->second.pop_front();
    peer.state_->connecting = false;
    peer.state_->wakeOwner();
    return peer;
  }
  /// Connections waiting for accept.
  [[nodiscard]] std::size_t connecting(const std::string& host, std::uint16_t port) const {
    const auto found = listening_.find({host, port});
    return found == listening_.end() ? 0 : found->second.size();
  }

  /// What the program's standard input reads; open from the start.
  Peer& input() { return input_; }

  void interrupt() {
    interrupted_ = watched_;
    notified_ = true;
  }
  [[nodiscard]] bool signalsWatched() const { return watched_; }
  [[nodiscard]] const std::string& out() const { return out_; }
  [[nodiscard]] const std::string& err() const { return err_; }
  /// How often actors were stepped so far.
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  /// Actors that live.
  [[nodiscard]] std::size_t actors() const { return actors_.size(); }

  // --- World ---

  [[nodiscard]] const void* process() const override { return this; }
  [[nodiscard]] Nanos now(Clock clock) const override { return clock == Clock::Steady ? steady_ : wallOffset_ + steady_; }
  std::uint64_t random() override {
    random_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = random_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  [[nodiscard]] std::size_t cores() const override { return 2; }
  std::unique_ptr<Workers> hire(std::size_t count) override { return std::make_unique<OneThread>(count); }

  void spawn(Actor& actor, Lane) override { actors_.push_back({&actor, Step::ready().until, false}); }
  void retire(Actor& actor) override {
    std::erase_if(actors_, [&](const Living& living) { return living.actor == &actor; });
  }
  void wake(Actor& actor) override {
    for (Living& living : actors_)
      if (living.actor == &actor && !living.failed) living.until = Step::ready().until;
  }

  std::unique_ptr<Connection> connect(const Endpoint& endpoint, Actor& owner) override {
    Peer peer;
    peer.state_->world = this;
    peer.state_->owner = &owner;
    const std::string where = endpoint.host + ":" + std::to_string(endpoint.port);
    if (const auto found = listening_.find({endpoint.host, endpoint.port}); found != listening_.end()) {
      peer.state_->connecting = true;
      found->second.push_back(peer);
    } else {
      peer.state_->error = "connection refused";
    }
    return std::make_unique<ScriptedConnection>(std::move(peer), where);
  }

  std::unique_ptr<Connection> standardInput(Actor& owner) override {
    input_.state_->world = this;
    input_.state_->owner = &owner;
    return std::make_unique<ScriptedConnection>(input_, "standard input");
  }

  [[nodiscard]] Files& files() override { return files_; }

  bool await(FunctionRef<bool()> done, Nanos deadline) override {
    if (running_) throw std::logic_error("dstream: testing::World: await from within a step");
    for (;;) {
      if (done()) return true;
      notified_ = false;
      {
        running_ = true;
        const Reset reset{running_};
        for (std::size_t steps = 0; !notified_ && stepOne(); ++steps)
          if (steps > mostSteps) throw std::logic_error("dstream: testing::World: the runtime does not become quiet");
      }
      throwFailure();
      if (notified_) continue;
      if (done()) return true;  // before the clock moves
      const Nanos next = nextDeadline();
      if (next > deadline || (next == never && deadline == never)) {
        if (deadline == never) throw std::logic_error("dstream: testing::World: waiting for something that cannot happen");
        steady_ = std::max(steady_, deadline);
        return done();
      }
      steady_ = std::max(steady_, next);
    }
  }
  void notify() override { notified_ = true; }

  void watchSignals(bool watched) override {
    watched_ = watched;
    if (!watched) interrupted_ = false;
  }
  [[nodiscard]] bool interrupted() const override { return interrupted_; }
  void write(Console console, std::string_view text) override { (console == Console::Out ? out_ : err_) += text; }

 private:
  static constexpr std::size_t mostSteps = 10'000'000;

  struct Living {
    Actor* actor;
    Nanos until;
    bool failed = false;
  };
  struct Reset {
    bool& flag;
    ~Reset() { flag = false; }
  };

  void throwFailure() {
    if (failures_.empty()) return;
    const std::exception_ptr failure = failures_.front();
    failures_.pop_front();
    std::rethrow_exception(failure);
  }

  /// Slots in name only: tasks run in order, so a test sees the partitions of `count` workers without their threads.
  class OneThread final : public Workers {
   public:
    explicit OneThread(std::size_t count) : runner_{count} {}
    RunnerRef runner() override { return RunnerRef(runner_); }

   private:
    struct Sequential {
      std::size_t count;
      [[nodiscard]] std::size_t slots() const { return count; }
      [[nodiscard]] static std::size_t sliceBytes() { return 64; }  // small, so that tests cut small batches too
      template <class Body>
      static void forEach(std::size_t n, Body&& body) {
        for (std::size_t task = 0; task < n; ++task) body(std::size_t{0}, task);
      }
    };
    Sequential runner_;
  };

  class ScriptedConnection final : public Connection {
   public:
    ScriptedConnection(Peer peer, std::string where) : peer_(std::move(peer)), where_(std::move(where)) {}
    ~ScriptedConnection() override {
      peer_.state_->closed = true;
      peer_.state_->owner = nullptr;
    }

    Transfer read(char* into, std::size_t capacity) override {
      Peer::State& state = *peer_.state_;
      if (!state.error.empty()) return {Transfer::Status::Error, 0};
      if (state.connecting) return {Transfer::Status::Connecting, 0};
      if (state.toLibrary.empty()) return {state.fin ? Transfer::Status::Fin : Transfer::Status::WouldBlock, 0};
      std::string& piece = state.toLibrary.front();
      const std::size_t bytes = std::min(capacity, piece.size() - state.readOfFirst);
      std::copy_n(piece.data() + state.readOfFirst, bytes, into);
      state.readOfFirst += bytes;
      if (state.readOfFirst == piece.size()) {
        state.toLibrary.pop_front();
        state.readOfFirst = 0;
      }
      return {Transfer::Status::Bytes, bytes};
    }
    Transfer write(const char* from, std::size_t bytes) override {
      if (!peer_.state_->error.empty()) return {Transfer::Status::Error, 0};
      if (peer_.state_->connecting) return {Transfer::Status::Connecting, 0};
      peer_.state_->fromLibrary.append(from, bytes);
      return {Transfer::Status::Bytes, bytes};
    }
    [[nodiscard]] std::string error() const override { return peer_.state_->error.empty() ? "" : where_ + ": " + peer_.state_->error; }

   private:
    Peer peer_;
    std::string where_;
  };

  /// Steps the next actor whose time has come; actors take turns. False when there is none.
  bool stepOne() {
    for (std::size_t i = 0; i < actors_.size(); ++i) {
      const std::size_t at = (turn_ + i) % actors_.size();
      if (actors_[at].until > steady_) continue;
      turn_ = at + 1;
      Actor* actor = actors_[at].actor;
      actors_[at].until = never;  // a wake during the step sets it again
      ++steps_;
      Step wanted = Step::idle();
      bool failed = false;
      try {
        wanted = actor->step(*this);
      } catch (...) {
        failed = true;
        failures_.push_back(std::current_exception());
        notified_ = true;
      }
      for (Living& living : actors_) {
        if (living.actor != actor) continue;
        living.until = failed ? never : std::min(living.until, wanted.until);
        living.failed = failed;
      }
      return true;
    }
    return false;
  }

  [[nodiscard]] Nanos nextDeadline() const {
    Nanos next = never;
    for (const Living& living : actors_) next = std::min(next, living.until);
    return next;
  }

  Nanos wallOffset_;
  Nanos steady_ = 0;
  std::uint64_t random_;
  std::vector<Living> actors_;
  std::size_t turn_ = 0;
  bool running_ = false;
  bool notified_ = false;
  std::deque<std::exception_ptr> failures_;
  bool watched_ = false;
  bool interrupted_ = false;
  std::uint64_t steps_ = 0;
  std::map<std::pair<std::string, std::uint16_t>, std::deque<Peer>> listening_;
  Peer input_;
  std::string out_;
  std::string err_;
  Files files_{[this] { return now(Clock::Wall); }};
};

}  // namespace dstream::inline v0::testing
