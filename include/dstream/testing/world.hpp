// SPDX-License-Identifier: BSL-1.0
#pragma once
// testing::World: the World on one thread, with a clock that only tests move and a network that only tests feed.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/function.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/testing/files.hpp>
#include <dstream/testing/network.hpp>
#include <dstream/testing/random.hpp>

namespace dstream::inline v0::testing {

/// **meaning** everything happens on the calling thread, inside `advance`, `poll`, `runUntilQuiet` and waits of the library: actors are stepped in turn,
/// and time stands still unless moved. The same calls give the same run. Waits of the library (`awaitTermination`, a graceful stop) move the
/// clock themselves, from one deadline to the next. **threads** one.
class World final : public dstream::World {
 public:
  /// The wall clock begins at `start` (nanoseconds since the epoch), the steady one at 0.
  explicit World(Nanos start = 1'000'000'000'000, std::uint64_t seed = 1) : wallOffset_(start), random_(seed) {}

  // --- for tests ---

  /// Moves the clock, stopping at each deadline on the way; when it returns the runtime is quiet. **errors** std::logic_error from within a step.
  void advance(std::chrono::nanoseconds duration) {
    requireOutside("advance");
    const Nanos target = steady_ + duration.count();
    runUntilQuiet();
    for (Nanos next = nextDeadline(); next <= target; next = nextDeadline()) {
      steady_ = std::max(steady_, next);
      runUntilQuiet();
    }
    steady_ = target;
    runUntilQuiet();
  }
  /// One turn: moves the clock by `elapsed` at one go, then steps each actor whose time has come once; true when there was one. So a loop of the
  /// program's own may drive a context of this World, `for (;;) { draw(); world.poll(sinceLastTime); }`, with its own clock and without a thread.
  /// **errors** what a step throws; std::logic_error from within a step.
  bool poll(std::chrono::nanoseconds elapsed = std::chrono::nanoseconds(0)) {
    requireOutside("poll");
    steady_ += elapsed.count();
    std::vector<Actor*> due;
    for (const Living& living : actors_)
      if (living.until <= steady_) due.push_back(living.actor);
    running_ = true;
    const Reset reset{running_};
    for (Actor* actor : due) {
      const auto living = std::find_if(actors_.begin(), actors_.end(), [&](const Living& one) { return one.actor == actor; });
      if (living != actors_.end()) stepAt(static_cast<std::size_t>(living - actors_.begin()));  // else another's step has retired it
    }
    throwFailure();
    return !due.empty();
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

  /// As testing::Network's.
  void listen(const std::string& host, std::uint16_t port) { network_.listen(host, port); }
  void refuse(const std::string& host, std::uint16_t port) { network_.refuse(host, port); }
  Peer accept(const std::string& host, std::uint16_t port) { return network_.accept(host, port); }
  [[nodiscard]] std::size_t connecting(const std::string& host, std::uint16_t port) const { return network_.connecting(host, port); }

  /// What the program's standard input reads; open from the start.
  Peer& input() { return input_; }

  void interrupt() {
    interrupted_ = watched_;
    notified_ = true;
  }
  /// Workers hired from now on run the tasks of a batch in a random order, each on a random slot, as stealing would. A function of the seed.
  void shuffleTasks(std::uint64_t seed) { taskSeed_ = seed; }
  /// From now on the next actor is a random one of those whose time has come. A function of the seed.
  void shuffleSteps(std::uint64_t seed) { stepOrder_.emplace(seed); }
  /// Decides which points of the library take their rare branch; without it none does.
  void onFault(Function<bool(std::string_view point)> decide) { fault_ = std::move(decide); }
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
  std::uint64_t random() override { return random_(); }
  [[nodiscard]] std::size_t cores() const override { return 2; }
  std::unique_ptr<Workers> hire(std::size_t count) override { return std::make_unique<OneThread>(count, taskSeed_); }

  void spawn(Actor& actor, Lane) override { actors_.push_back({&actor, Step::ready().until, false}); }
  void retire(Actor& actor) override {
    std::erase_if(actors_, [&](const Living& living) { return living.actor == &actor; });
  }
  void wake(Actor& actor) override {
    for (Living& living : actors_)
      if (living.actor == &actor && !living.failed) living.until = Step::ready().until;
  }

  std::unique_ptr<Connection> connect(const Endpoint& endpoint, Actor& owner) override { return network_.connect(endpoint, *this, owner); }

  std::unique_ptr<Connection> standardInput(Actor& owner) override { return Network::join(input_, "standard input", *this, owner); }

  [[nodiscard]] Files& files() override { return files_; }
  void discard(char* memory, std::size_t bytes) override { std::fill_n(memory, bytes, '\0'); }
  void trim() override { ++trims_; }
  /// How often freed memory was given back.
  [[nodiscard]] int trims() const { return trims_; }
  [[nodiscard]] bool fault(std::string_view point) override { return fault_ && fault_(point); }

  bool await(FunctionRef<bool()> done, Nanos deadline) override {
    requireOutside("await");
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

  void requireOutside(const char* call) const {
    if (running_) throw std::logic_error(std::string("dstream: testing::World: ") + call + " from within a step");
  }
  void throwFailure() {
    if (failures_.empty()) return;
    const std::exception_ptr failure = failures_.front();
    failures_.pop_front();
    std::rethrow_exception(failure);
  }

  /// Slots in name only: tasks run one after another, so a test sees the partitions of `count` workers without their threads.
  class OneThread final : public Workers {
   public:
    OneThread(std::size_t count, std::optional<std::uint64_t> seed) : runner_{count, seed.has_value(), Random(seed.value_or(0))} {}
    RunnerRef runner() override { return RunnerRef(runner_); }

   private:
    struct Sequential {
      std::size_t count;
      bool shuffled;
      Random random;
      [[nodiscard]] std::size_t slots() const { return count; }
      [[nodiscard]] static std::size_t sliceBytes() { return 64; }  // small, so that tests cut small batches too
      template <class Body>
      void forEach(std::size_t n, Body&& body) {
        if (!shuffled) {
          for (std::size_t task = 0; task < n; ++task) body(std::size_t{0}, task);
          return;
        }
        std::vector<std::size_t> order(n);
        std::iota(order.begin(), order.end(), std::size_t{0});
        random.shuffle(order);
        for (const std::size_t task : order) body(random.below(count), task);
      }
    };
    Sequential runner_;
  };

  /// Steps the next actor whose time has come; actors take turns, unless shuffled. False when there is none.
  bool stepOne() {
    if (stepOrder_ && !actors_.empty()) turn_ = stepOrder_->below(actors_.size());
    for (std::size_t i = 0; i < actors_.size(); ++i) {
      const std::size_t at = (turn_ + i) % actors_.size();
      if (actors_[at].until > steady_) continue;
      stepAt(at);
      return true;
    }
    return false;
  }
  void stepAt(std::size_t at) {
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
  }

  [[nodiscard]] Nanos nextDeadline() const {
    Nanos next = never;
    for (const Living& living : actors_) next = std::min(next, living.until);
    return next;
  }

  Nanos wallOffset_;
  Nanos steady_ = 0;
  Random random_;
  std::optional<std::uint64_t> taskSeed_;
  std::optional<Random> stepOrder_;
  Function<bool(std::string_view)> fault_;
  std::vector<Living> actors_;
  std::size_t turn_ = 0;
  int trims_ = 0;
  bool running_ = false;
  bool notified_ = false;
  std::deque<std::exception_ptr> failures_;
  bool watched_ = false;
  bool interrupted_ = false;
  std::uint64_t steps_ = 0;
  Network network_;
  Peer input_;
  std::string out_;
  std::string err_;
  Files files_{[this] { return now(Clock::Wall); }};
};

}  // namespace dstream::inline v0::testing
