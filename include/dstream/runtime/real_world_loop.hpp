// SPDX-License-Identifier: BSL-1.0
#pragma once
// The lanes of RealWorld: one thread each, which steps its actors in turn and sleeps in poll. Part of
// real_world.hpp.

#include <poll.h>
#include <sys/prctl.h>
#include <time.h>

#include <array>
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
#include <dstream/runtime/real_world_thread.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// A descriptor that the lane of its owner looks at while the owner waits for it. Changed under the lanes'
/// mutex only.
struct Watch {
  Actor* owner;
  std::size_t lane;
  int fd = -1;
  short events = 0;  // cleared when they have come: who does not wait again is not polled, and costs nothing
};

/// All threads and actors of one world. One mutex guards everything here; it is never held across a step, a
/// poll or a wake-up.
template <class Use = OnUse>
class BasicLanes {
  using Polled = Deferred<std::vector<pollfd>, Use>;
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
    for (Loop& loop : loops_) {
      if (!loop.thread.exists()) continue;
      setEvent(loop.event.get());
      loop.thread.join();
    }
  }

  void spawn(Actor& actor, Lane lane) {
    Lock lock(mutex_);
    const auto index = static_cast<std::size_t>(lane);
    Loop& loop = loops_[index];
    if (find(&actor) != nullptr) throw std::logic_error("World::spawn: the actor is spawned already");
    residents_.push_back(std::make_unique<Resident>(actor, index, ++spawned_));
    Resident* const resident = residents_.back().get();
    try {
      loop.residents.push_back(resident);
      start(loop, index);
    } catch (...) {
      std::erase(loop.residents, resident);
      residents_.pop_back();
      throw;
    }
    signal(loop, lock);
  }

  void retire(Actor& actor) {
    Lock lock(mutex_);
    Resident* const found = find(&actor);
    if (found == nullptr) return;
    Resident& resident = *found;
    Loop& loop = loops_[resident.lane];
    if (loop.stepped != &resident) return remove(resident);
    resident.retired = true;  // the loop removes it after the step
    if (loop.thread.isThis()) return;
    removed_.wait(lock, [&, number = resident.number] {
      const Resident* const now = find(&actor);
      return now == nullptr || now->number != number;
    });
  }

  void wake(Actor& actor) {
    Lock lock(mutex_);
    Resident* const resident = find(&actor);
    if (resident == nullptr || std::exchange(resident->woken, true)) return;
    signal(loops_[resident->lane], lock);
  }

  std::shared_ptr<Watch> watch(Actor& owner) {
    const Lock lock(mutex_);
    const Resident* const resident = find(&owner);
    const std::size_t lane = resident == nullptr ? static_cast<std::size_t>(Lane::Io) : resident->lane;
    start(loops_[lane], lane);
    loops_[lane].watches.push_back(std::make_shared<Watch>(&owner, lane));
    return loops_[lane].watches.back();
  }

  /// Wakes the owner once, when one of these events (or an error) has come to the descriptor.
  void expect(Watch& watch, int fd, short events) {
    Lock lock(mutex_);
    if (watch.fd != fd) watch.events = 0;
    watch.fd = fd;
    watch.events = static_cast<short>(watch.events | events);
    signal(loops_[watch.lane], lock);
  }

  /// Afterwards the descriptor may be closed. The loop is called out of its poll, which would keep a closed
  /// socket open.
  void unwatch(const std::shared_ptr<Watch>& watch) {
    Lock lock(mutex_);
    watch->events = 0;
    std::erase(loops_[watch->lane].watches, watch);
    signal(loops_[watch->lane], lock);
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
  struct Resident {
    Resident(Actor& of, std::size_t on, std::uint64_t as) : actor(&of), lane(on), number(as) {}
    Actor* actor;
    std::size_t lane;
    std::uint64_t number;  // tells it from an actor spawned later at the same address
    Nanos until = never;
    bool woken = true;
    bool failed = false;
    bool retired = false;  // by its own step, or waited for
  };

  struct Loop {
    Thread thread{};
    Descriptor event{};
    std::vector<Resident*> residents{};  // in the order of spawn; null: removed during this round
    Watches watches{};
    Resident* stepped = nullptr;
    bool asleep = false;     // in poll, or about to be: what it will not notice by itself must set the event
    bool signalled = false;  // the event is set already
  };

  void start(Loop& loop, std::size_t lane) {
    if (loop.thread.exists()) return;
    if (loop.event.get() < 0) loop.event = Descriptor::event();
    static constexpr std::array names{"dstream-io", "dstream-jobs", "dstream-events", "dstream-disk", "dstream-log"};
    loop.thread = Thread(names[lane], [this, &loop] {
      ::prctl(PR_SET_TIMERSLACK, 1UL);  // the usual 50 µs would show in a batch interval of 100
      run(loop);
    });
  }

  void run(Loop& loop) {
    Polled polled;
    Watches asked;
    Lock lock(mutex_);
    while (!stopping_) {
      poll(loop, polled, asked, lock);
      const Nanos now = steadyNow();
      // One step each, then back to poll: whoever is always ready delays the others by one step.
      for (std::size_t i = 0; i < loop.residents.size() && !stopping_; ++i) {
        Resident* resident = loop.residents[i];
        if (resident != nullptr && due(*resident, now)) step(loop, *resident, lock);
      }
      std::erase(loop.residents, nullptr);
    }
  }

  static bool due(const Resident& resident, Nanos now) {
    return !resident.failed && (resident.woken || resident.until <= now);
  }

  void step(Loop& loop, Resident& resident, Lock& lock) {
    resident.woken = false;
    resident.until = never;
    loop.stepped = &resident;
    lock.unlock();
    Step next = Step::idle();
    std::exception_ptr failure;
    try {
      next = resident.actor->step(world_);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    loop.stepped = nullptr;
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

  // Sleeps until an actor is due, or only looks if one is; then marks the owners of the descriptors that got
  // ready.
  void poll(Loop& loop, Polled& polled, Watches& asked, Lock& lock) {
    Nanos until = never;
    for (const Resident* resident : loop.residents) {
      if (resident == nullptr || resident->failed) continue;  // null: removed before the first round
      const Nanos wanted = resident->woken ? Step::ready().until : resident->until;
      if (wanted < until) until = wanted;
    }
    const Nanos now = until == never ? 0 : steadyNow();
    polled.assign(1, {loop.event.get(), POLLIN, 0});
    asked.clear();
    for (const auto& watch : loop.watches) {
      if (watch->events == 0) continue;
      polled.push_back({watch->fd, watch->events, 0});
      asked.push_back(watch);
    }
    if (until <= now && asked.empty()) return;
    timespec timeout{};
    if (until > now && until != never) {
      // The kernel may be late by a thousandth of a timeout: wait for less, then for the rest.
      Nanos wait = until - now;
      if (wait > 1'000'000) wait -= wait / 1000;
      timeout = {static_cast<time_t>(wait / 1'000'000'000), static_cast<long>(wait % 1'000'000'000)};
    }
    loop.asleep = until > now;
    lock.unlock();
    const int ready = ::ppoll(polled.data(), polled.size(), until == never ? nullptr : &timeout, nullptr);
    if (ready > 0 && polled[0].revents != 0) clearEvent(loop.event.get());
    lock.lock();
    loop.asleep = false;
    loop.signalled = false;
    for (std::size_t i = 0; ready > 0 && i < asked.size(); ++i) {
      const short came = polled[i + 1].revents;
      Watch& watch = *asked[i];
      if (came == 0 || watch.events == 0 || watch.fd != polled[i + 1].fd) continue;
      const bool broken = (came & ~(POLLIN | POLLOUT)) != 0;
      watch.events = broken ? short{0} : static_cast<short>(watch.events & ~came);
      Resident* const owner = find(watch.owner);
      if (owner == nullptr) continue;
      owner->woken = true;
      Loop& home = loops_[owner->lane];  // not this one if the owner has moved since it connected
      if (home.asleep && !std::exchange(home.signalled, true)) setEvent(home.event.get());
    }
    asked.clear();
  }

  // Calls the loop out of its poll if it is there; unlocks first, so that it does not wake up to a locked
  // mutex.
  static void signal(Loop& loop, Lock& lock) {
    const bool needed = loop.asleep && !std::exchange(loop.signalled, true);
    lock.unlock();
    if (needed) setEvent(loop.event.get());
  }

  Resident* find(const Actor* actor) const {
    for (const auto& resident : residents_)
      if (resident->actor == actor) return resident.get();
    return nullptr;
  }

  void remove(Resident& resident) {
    auto& residents = loops_[resident.lane].residents;
    for (Resident*& one : residents)
      if (one == &resident) one = nullptr;
    std::erase_if(residents_, [&](const auto& one) { return one.get() == &resident; });
  }

  World& world_;
  Mutex mutex_;
  Condition removed_;
  std::vector<std::unique_ptr<Resident>> residents_;  // a handful: a search costs less than a hash table
  std::array<Loop, 5> loops_;
  Deferred<std::vector<std::exception_ptr>, Use> failures_;
  std::uint64_t spawned_ = 0;
  bool stopping_ = false;
};
using Lanes = BasicLanes<>;

}  // namespace dstream::inline v0::detail
