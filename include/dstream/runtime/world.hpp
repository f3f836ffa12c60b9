// SPDX-License-Identifier: BSL-1.0
#pragma once
// World: the only door between the runtime and clocks, threads, network, files, randomness, signals and the console.
// Two implementations: RealWorld (real_world.hpp) and testing::World (testing.hpp); one contract suite runs against both.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <dstream/core/config.hpp>
#include <dstream/core/function_ref.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/files.hpp>

namespace dstream::inline v0 {

class World;

/// Nanoseconds. Wall: since the Unix epoch, may jump. Steady: since an arbitrary origin, never goes back.
using Nanos = std::int64_t;
enum class Clock { Wall, Steady };
inline constexpr Nanos never = std::numeric_limits<Nanos>::max();

/// What an actor wants next: to be stepped again at once, only when woken, or when woken or at a moment of the steady clock.
struct Step {
  Nanos until;
  static constexpr Step ready() { return {std::numeric_limits<Nanos>::min()}; }
  static constexpr Step idle() { return {never}; }
  static constexpr Step at(Nanos steady) { return {steady}; }
};

/// **meaning** whatever would own a thread. `step` does a bounded piece of work and never blocks (but see World::linger), except on Lane::Jobs,
/// where it may take as long as the user's functions do, and Lane::Log and Lane::Background, where it may take as long as the disk does. Steps of one actor never overlap; no lock is held across a step.
/// **errors** an exception that leaves step ends the process's trust in the actor: the world stops stepping it and rethrows from await.
class Actor {
 public:
  virtual Step step(World& world) = 0;

 protected:
  ~Actor() = default;
};

/// Which actors may delay each other: those of one lane are stepped in turn. Io: sockets and clocks. Jobs: user functions. Events: listeners.
/// Log: the disk that receivers wait for. Background: what nobody waits for.
enum class Lane { Io, Jobs, Events, Background, Log };

struct Endpoint {
  std::string host;
  std::uint16_t port;
};

/// **meaning** what one read or write did. Connecting and WouldBlock: nothing yet, the owner will be woken. Fin: the peer closed in order.
/// Error: refused, unresolved, reset, timed out…; `Connection::error()` says which, and no later call succeeds.
struct Transfer {
  enum class Status { Bytes, Connecting, WouldBlock, Fin, Error } status;
  std::size_t bytes = 0;
};

/// **meaning** one TCP connection, or standard input; no call blocks, name lookup included. Destroying it closes it. Used on the owner's lane only.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Transfer read(char* into, std::size_t capacity) = 0;
  virtual Transfer write(const char* from, std::size_t bytes) = 0;
  /// From now on the owner is woken to read when about so many bytes wait, or the connection has ended, and for fewer only as it happens:
  /// who reads at times of its own saves a wake-up per packet. `read` gives what is there, as before.
  virtual void wakeAt(std::size_t) {}
  /// Which of the name's addresses is being connected to, counted from 1. 0: none, since the name is still looked up, or the connection is made or has failed.
  [[nodiscard]] virtual std::size_t address() const { return 0; }
  /// It does not answer: the next address has its turn; with the last one the connect has failed. Nothing happens where there is none.
  virtual void nextAddress() {}
  /// Names the endpoint and the reason, e.g. "127.0.0.1:9999: connection refused". Empty without an error.
  [[nodiscard]] virtual std::string error() const = 0;
};

/// The threads that run a batch's tasks; they end when this is destroyed.
class Workers {
 public:
  virtual ~Workers() = default;
  virtual RunnerRef runner() = 0;
};

enum class Console { Out, Err };

/// **threads** now, random, wake, notify, write, interrupted, files, discard: any thread. spawn, retire: any thread but not from another actor's step
/// on a different lane that the retired actor waits for. connect: from the owner's step. await: any thread that steps no actor.
class World {
 public:
  virtual ~World() = default;

  /// The process this world stands for, as a token: in one process one streaming context may be active. Real worlds share theirs.
  [[nodiscard]] virtual const void* process() const { return nullptr; }

  [[nodiscard]] virtual Nanos now(Clock clock) const = 0;
  /// 64 bits for seeds, jitter and the like; not for secrets.
  virtual std::uint64_t random() = 0;
  /// Cores this process may use: affinity and cgroup quota respected, at least 1.
  [[nodiscard]] virtual std::size_t cores() const = 0;
  /// Starts count - 1 threads; the thread that calls forEach is the last worker.
  virtual std::unique_ptr<Workers> hire(std::size_t count) = 0;

  /// From now on the actor is stepped on its lane, first at once. It must stay alive until retire returns.
  virtual void spawn(Actor& actor, Lane lane) = 0;
  /// When it returns the actor is not being stepped and never will be; from the actor's own step it takes effect after the step.
  virtual void retire(Actor& actor) = 0;
  /// Steps the actor once more, soon; many wakes before that step are one. Ignored for an actor that is not spawned.
  virtual void wake(Actor& actor) = 0;

  /// From a step of the io lane that is about to call what may last, as functions of the program's own do: the other lanes do not wait for it.
  virtual void linger() {}

  /// Starts to connect; the owner is woken whenever a read or write may get further.
  virtual std::unique_ptr<Connection> connect(const Endpoint& endpoint, Actor& owner) = 0;

  /// Standard input, as a connection; the owner is woken whenever a read may get further.
  virtual std::unique_ptr<Connection> standardInput(Actor& owner) = 0;

  [[nodiscard]] virtual Files& files() = 0;

  /// Nobody needs the content of this memory, which stays the caller's: the system may have its whole pages back, and they read as zeros then.
  virtual void discard(char* memory, std::size_t bytes) {
    static_cast<void>(memory);
    static_cast<void>(bytes);
  }

  /// Much memory has been freed, and none like it is needed soon: the system may have it back.
  virtual void trim() {}

  /// Asked where a rare branch is taken at will, so that tests reach it: true takes the branch. A real world never does.
  [[nodiscard]] virtual bool fault(std::string_view point) {
    static_cast<void>(point);
    return false;
  }

  /// Blocks until done() holds (asked at first and after each notify) or the steady clock reaches the deadline; returns done().
  virtual bool await(FunctionRef<bool()> done, Nanos deadline) = 0;
  virtual void notify() = 0;

  /// While watched, SIGINT and SIGTERM (where their action is the default one) set interrupted() and notify instead of killing.
  virtual void watchSignals(bool watched) = 0;
  [[nodiscard]] virtual bool interrupted() const = 0;

  virtual void write(Console console, std::string_view text) = 0;
};

}  // namespace dstream::inline v0
