// SPDX-License-Identifier: BSL-1.0
#pragma once
// The lanes of RealWorld and the threads that step their actors. Part of real_world.hpp.

#include <poll.h>
#include <pthread.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/real_world_descriptor.hpp>
#include <dstream/runtime/real_world_poller.hpp>
#include <dstream/runtime/real_world_thread.hpp>
#include <dstream/runtime/system_error.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// A descriptor that is looked at while its owner waits for it. Changed under the lanes' mutex only.
struct Watch {
  Actor* owner;
  std::uint64_t number;  // what the poller tells it by
  int fd = -1;           // that the poller knows
  short events = 0;      // cleared when they have come: who does not wait again costs nothing
};

/// All threads and actors of one world. There are as many threads as lanes in use, and none belongs to a lane: all sleep in one poller, and who is woken steps
/// whatever is due, one lane after another. So a batch is formed and worked off by one thread, without a wake-up in between: waking a processor that sleeps takes
/// longer than a small batch. Before a thread steps a lane that may block it sees to it that another one will notice what comes meanwhile.
/// One mutex guards everything here; it is never held across a step or a sleep.
template <class Use = OnUse>
class BasicLanes {
  using Watches = Deferred<std::vector<std::shared_ptr<Watch>>, Use>;

 public:
  explicit BasicLanes(World& world) : world_(world) {}
  BasicLanes(const BasicLanes&) = delete;
  BasicLanes& operator=(const BasicLanes&) = delete;

  ~BasicLanes() {
    {
      const Lock lock(mutex_);
      stopping_ = true;
    }
    if (poller_.isOpen()) poller_.call();
    for (Thread& thread : threads_)
      if (thread.exists()) thread.join();
  }

  void spawn(Actor& actor, Lane which) {
    Lock lock(mutex_);
    LaneState& lane = laneOf(which);
    if (find(&actor) != nullptr) throw std::logic_error("World::spawn: the actor is spawned already");
    residents_.push_back(std::make_unique<Resident>(actor, lane, ++numbered_));
    Resident* const resident = residents_.back().get();
    try {
      lane.residents.push_back(resident);
      use(lane);
    } catch (...) {
      std::erase(lane.residents, resident);
      residents_.pop_back();
      throw;
    }
    call(lane, lock);
  }

  void retire(Actor& actor) {
    Lock lock(mutex_);
    Resident* const found = find(&actor);
    if (found == nullptr) return;
    Resident& resident = *found;
    LaneState& lane = *resident.lane;
    if (lane.stepped != &resident) return remove(resident);
    resident.retired = true;  // its thread removes it after the step
    if (lane.isStepping()) return;
    const std::uint64_t number = resident.number;
    LaneState& io = laneOf(Lane::Io);
    if (io.isStepping() && !std::exchange(io.lingers, true)) leave(lock);  // a step that waits here looks after nothing
    removed_.wait(lock, [&] {
      const Resident* const now = find(&actor);
      return now == nullptr || now->number != number;
    });
  }

  /// The step of the io lane in which this is called may last: from here on others look after what comes.
  void linger() {
    Lock lock(mutex_);
    LaneState& io = laneOf(Lane::Io);
    if (!io.isStepping() || std::exchange(io.lingers, true)) return;
    leave(lock);
  }

  void wake(Actor& actor) {
    Lock lock(mutex_);
    Resident* const resident = find(&actor);
    if (resident == nullptr || std::exchange(resident->woken, true)) return;
    call(*resident->lane, lock);
  }

  std::shared_ptr<Watch> watch(Actor& owner) {
    const Lock lock(mutex_);
    const Resident* const resident = find(&owner);
    use(resident == nullptr ? laneOf(Lane::Io) : *resident->lane);
    watches_.push_back(std::make_shared<Watch>(&owner, ++numbered_));
    return watches_.back();
  }

  /// Wakes the owner once, when one of these events (or an error) has come to the descriptor. Another descriptor than before: the one before has been let go.
  /// **errors** SystemError.
  void expect(Watch& watch, int fd, short events) {
    Lock lock(mutex_);
    watch.events = static_cast<short>(watch.events | events);
    if (watch.fd == fd ? poller_.again(fd, watch.number, watch.events) : poller_.add(fd, watch.number, watch.events)) {
      watch.fd = fd;
      return;
    }
    watch.events = 0;
    if (errno != EPERM) throw SystemError(errno, "epoll");
    Resident* const owner = find(watch.owner);  // a file: it can always be read
    if (owner == nullptr || std::exchange(owner->woken, true)) return;
    call(*owner->lane, lock);
  }

  /// Before the descriptor is closed.
  void letGo(Watch& watch) {
    const Lock lock(mutex_);
    forget(watch);
  }
  void unwatch(const std::shared_ptr<Watch>& watch) {
    const Lock lock(mutex_);
    forget(*watch);
    std::erase(watches_, watch);
  }

  /// The oldest exception that left a step and was not taken yet, or none.
  std::exception_ptr takeFailure() {
    const Lock lock(mutex_);
    if (failures_.empty()) return nullptr;
    std::exception_ptr first = std::move(failures_.front());
    failures_.erase(failures_.begin());
    return first;
  }

 private:
  struct LaneState;

  struct Resident {
    Resident(Actor& of, LaneState& on, std::uint64_t as) : actor(&of), lane(&on), number(as) {}
    [[nodiscard]] bool due(Nanos now) const { return !failed && (woken || until <= now); }

    Actor* actor;
    LaneState* lane;
    std::uint64_t number;  // tells it from an actor spawned later at the same address
    Nanos until = never;
    bool woken = true;
    bool failed = false;
    bool retired = false;  // by its own step, or waited for
  };

  struct LaneState {
    [[nodiscard]] bool isStepping() const { return taken && ::pthread_equal(thread, ::pthread_self()) != 0; }
    /// Somebody must step it, and nobody has taken it.
    [[nodiscard]] bool isDue(Nanos now) const {
      if (taken) return false;
      for (const Resident* resident : residents)
        if (resident != nullptr && resident->due(now)) return true;
      return false;
    }

    std::vector<Resident*> residents{};  // in the order of spawn; null: removed during this round
    Resident* stepped = nullptr;
    pthread_t thread{};  // that has taken it
    bool taken = false;
    bool lingers = false;  // its thread, of the io lane, does not count as one that looks
    bool used = false;
  };

  /// Those that may block come first; another thread sees to the io lane then.
  static constexpr std::array order{Lane::Jobs, Lane::Log, Lane::Events, Lane::Background, Lane::Io};

  LaneState& laneOf(Lane which) { return lanes_[static_cast<std::size_t>(which)]; }

  /// A thread more for a lane that had none.
  void use(LaneState& lane) {
    if (lane.used || stopping_) return;
    if (!poller_.isOpen()) poller_.open();
    threads_[static_cast<std::size_t>(&lane - lanes_.data())] = Thread("dstream", [this] { run(); });
    lane.used = true;
  }

  void run() {
    Lock lock(mutex_);
    ++looking_;
    for (bool slept = false; !stopping_;) {
      // Who has just been woken sees to the io lane first; who comes from a round has its records in the processor's cache.
      LaneState* const lane = slept && laneOf(Lane::Io).isDue(steadyNow()) ? &laneOf(Lane::Io) : dueLane();
      slept = lane == nullptr;
      if (slept || (sleeping_ == 0 && watched())) look(slept, lock);
      if (!slept && !lane->taken) round(*lane, lock);
    }
    --looking_;
    lock.unlock();
    poller_.call();  // for the next one
  }

  LaneState* dueLane() {
    const Nanos now = steadyNow();
    for (const Lane which : order)
      if (laneOf(which).isDue(now)) return &laneOf(which);
    return nullptr;
  }

  /// One step for each of its actors that is due: whoever is always ready delays the others by one step.
  void round(LaneState& lane, Lock& lock) {
    const bool mayBlock = &lane != &laneOf(Lane::Io);
    lane.taken = true;
    lane.thread = ::pthread_self();
    if (mayBlock) leave(lock);
    const Nanos now = steadyNow();
    for (std::size_t i = 0; i < lane.residents.size() && !stopping_; ++i) {
      Resident* resident = lane.residents[i];
      if (resident != nullptr && resident->due(now)) step(lane, *resident, lock);
    }
    std::erase(lane.residents, nullptr);
    lane.taken = false;
    if (mayBlock) ++looking_;
  }

  void step(LaneState& lane, Resident& resident, Lock& lock) {
    resident.woken = false;
    resident.until = never;
    lane.stepped = &resident;
    lock.unlock();
    Step next = Step::idle();
    std::exception_ptr failure;
    try {
      next = resident.actor->step(world_);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (std::exchange(lane.lingers, false)) ++looking_;
    lane.stepped = nullptr;
    resident.until = next.until;
    resident.failed = failure != nullptr;
    if (resident.retired) {  // from here on the actor may be gone
      remove(resident);
      removed_.wakeAll();
    }
    if (!failure) return;
    failures_.push_back(std::move(failure));
    lock.unlock();
    world_.notify();
    lock.lock();
  }

  /// This thread looks after nothing for a while. If nobody else does, another one is called, or will be when the next actor is due.
  void leave(Lock& lock) {
    if (--looking_ != 0) return;
    if (dueLane() == nullptr) return arm();
    callOne(lock);
    lock.lock();
  }
  /// Somebody must look at the lane; unlocks first, so that nobody wakes up to a locked mutex. Who has taken it will look again. So will whoever is looking,
  /// but for one in a step of the io lane not before its round ends: that will do for what its own step wants done, and for nobody else.
  void call(const LaneState& lane, Lock& lock) {
    if (lane.taken) return;
    const LaneState& io = laneOf(Lane::Io);
    const bool busy = looking_ == 1 && io.taken && !io.lingers && !io.isStepping();
    if (looking_ == 0 || busy) callOne(lock);
  }
  void callOne(Lock& lock) {
    const bool needed = !std::exchange(called_, true);
    lock.unlock();
    if (needed) poller_.call();
  }

  /// Marks the owners of the descriptors that got ready; sleeps until something comes, if so asked.
  void look(bool sleep, Lock& lock) {
    if (sleep) {
      --looking_;
      ++sleeping_;
      arm();
    }
    lock.unlock();
    const Poller::Came came = poller_.wait(sleep);
    lock.lock();
    if (sleep) {
      ++looking_;
      --sleeping_;
    }
    called_ = false;
    poller_.took(came);
    for (const epoll_event& one : came)
      for (const auto& watch : watches_)
        if (watch->number == one.data.u64) arrived(*watch, static_cast<short>(one.events));
  }
  void arrived(Watch& watch, short came) {
    if (watch.events == 0) return;
    const bool broken = (came & ~(POLLIN | POLLOUT)) != 0;
    watch.events = broken ? short{0} : static_cast<short>(watch.events & ~came);
    if (watch.events != 0) poller_.again(watch.fd, watch.number, watch.events);
    if (Resident* const owner = find(watch.owner)) owner->woken = true;
  }

  /// The timer for the first moment at which an actor wants to be stepped whose lane nobody has taken.
  void arm() {
    Nanos first = never;
    for (const LaneState& lane : lanes_) {
      if (lane.taken) continue;
      for (const Resident* resident : lane.residents)
        if (resident != nullptr && !resident->failed && resident->until < first) first = resident->until;
    }
    poller_.callAt(first);
  }

  [[nodiscard]] bool watched() const {
    for (const auto& watch : watches_)
      if (watch->events != 0) return true;
    return false;
  }
  void forget(Watch& watch) {
    watch.events = 0;
    if (const int fd = std::exchange(watch.fd, -1); fd >= 0) poller_.remove(fd);
  }

  Resident* find(const Actor* actor) const {
    for (const auto& resident : residents_)
      if (resident->actor == actor) return resident.get();
    return nullptr;
  }

  void remove(Resident& resident) {
    for (Resident*& one : resident.lane->residents)
      if (one == &resident) one = nullptr;
    std::erase_if(residents_, [&](const auto& one) { return one.get() == &resident; });
  }

  World& world_;
  Mutex mutex_;
  Condition removed_;
  std::vector<std::unique_ptr<Resident>> residents_;  // a handful: a search costs less than a hash table
  std::array<LaneState, order.size()> lanes_;
  std::array<Thread, order.size()> threads_;
  Watches watches_;
  Poller poller_;
  std::size_t looking_ = 0;   // threads that will look once more what is due, before they sleep or may block
  std::size_t sleeping_ = 0;  // in the poller
  bool called_ = false;       // a thread has been woken, and has not looked yet
  Deferred<std::vector<std::exception_ptr>, Use> failures_;
  std::uint64_t numbered_ = Poller::firstNumber;
  bool stopping_ = false;
};
using Lanes = BasicLanes<>;

}  // namespace dstream::inline v0::detail
