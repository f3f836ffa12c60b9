// SPDX-License-Identifier: BSL-1.0
#pragma once
// What every World promises, as cases that take one: the real world and its doubles must pass the same.

#include <dstream/runtime/world.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace contract {

using dstream::Actor;
using dstream::Clock;
using dstream::Lane;
using dstream::Nanos;
using dstream::never;
using dstream::Step;
using dstream::World;

// An actor made of a lambda. What it shares with the test is atomic: in some worlds it is stepped by another
// thread.
class Does final : public Actor {
 public:
  explicit Does(std::function<Step(World&)> does) : does_(std::move(does)) {}
  Step step(World& world) override {
    const Step next = does_(world);
    steps.fetch_add(1);
    world.notify();
    return next;
  }
  std::atomic<int> steps{0};  // that have ended

 private:
  std::function<Step(World&)> does_;
};

inline Does idler() {
  return Does([](World&) { return Step::idle(); });
}

inline void awaitSteps(World& world, const Does& actor, int steps) {
  REQUIRE(world.await([&] { return actor.steps >= steps; }, never));
}

// Whatever was asked of the lane before has been done when this returns.
inline void settle(World& world, Lane lane) {
  for (int round = 0; round < 3; ++round) {
    Does last = idler();
    world.spawn(last, lane);
    awaitSteps(world, last, 1);
    world.retire(last);
  }
}

constexpr std::array lanes{Lane::Io, Lane::Jobs, Lane::Events};

inline void spawnStepsAtOnce(World& world) {
  for (const Lane lane : lanes) {
    Does actor = idler();
    world.spawn(actor, lane);
    awaitSteps(world, actor, 1);
    settle(world, lane);
    CHECK(actor.steps == 1);
    world.retire(actor);
  }
}

inline void wakeStepsOnceMore(World& world) {
  Does actor = idler();
  world.spawn(actor, Lane::Io);
  for (int steps = 1; steps <= 100; ++steps) {
    awaitSteps(world, actor, steps);
    CHECK(actor.steps == steps);
    world.wake(actor);
  }
  awaitSteps(world, actor, 101);
  for (int wakes = 0; wakes < 100; ++wakes) world.wake(actor);
  settle(world, Lane::Io);
  CHECK(actor.steps >= 102);
  CHECK(actor.steps <= 201);
  world.retire(actor);
}

inline void wakeDuringAStepIsNotLost(World& world) {
  for (const bool late : {false, true}) {
    std::atomic<int> asked{0};
    Does* self = nullptr;
    Does actor([&](World& inside) {
      if (asked.fetch_add(1) < 10) inside.wake(*self);
      return late ? Step::at(never - 1) : Step::idle();
    });
    self = &actor;
    world.spawn(actor, Lane::Jobs);
    awaitSteps(world, actor, 11);
    settle(world, Lane::Jobs);
    CHECK(actor.steps == 11);
    world.retire(actor);
  }
}

inline void actorsWakeEachOtherAcrossLanes(World& world) {
  Does* pong = nullptr;
  Does ping([&](World& inside) {
    inside.wake(*pong);
    return Step::idle();
  });
  Does back([&](World& inside) {
    if (ping.steps < 200) inside.wake(ping);
    return Step::idle();
  });
  pong = &back;
  world.spawn(back, Lane::Events);
  world.spawn(ping, Lane::Io);
  awaitSteps(world, ping, 100);
  world.retire(ping);
  world.retire(back);
}

inline void wakeOfAStrangerIsIgnored(World& world) {
  Does actor = idler();
  world.wake(actor);
  world.spawn(actor, Lane::Io);
  awaitSteps(world, actor, 1);
  world.retire(actor);
  world.wake(actor);
  settle(world, Lane::Io);
  CHECK(actor.steps == 1);
}

inline void timersAreNeverEarly(World& world) {
  std::atomic<bool> early{false};
  Nanos until = 0;
  Does actor([&](World& inside) {
    const Nanos now = inside.now(Clock::Steady);
    if (now < until) early = true;
    until = now + 100'000;
    return Step::at(until);
  });
  world.spawn(actor, Lane::Io);
  awaitSteps(world, actor, 50);
  world.retire(actor);
  CHECK_FALSE(early);
}

inline void aWakeComesBeforeTheTimer(World& world) {
  Does actor([](World&) { return Step::at(never - 1); });
  world.spawn(actor, Lane::Io);
  awaitSteps(world, actor, 1);
  world.wake(actor);
  awaitSteps(world, actor, 2);
  world.retire(actor);
}

inline void theLastWishHolds(World& world) {
  // The step after the wake asks for nothing more: the moment that the first one asked for is forgotten.
  std::atomic<int> asked{0};
  Nanos until = 0;
  Does actor([&](World& inside) {
    if (asked.fetch_add(1) > 0) return Step::idle();
    until = inside.now(Clock::Steady) + 5'000'000;
    return Step::at(until);
  });
  world.spawn(actor, Lane::Io);
  awaitSteps(world, actor, 1);
  world.wake(actor);
  awaitSteps(world, actor, 2);
  settle(world, Lane::Io);
  const int steps = actor.steps;  // 3 on a machine so slow that the moment came before the wake
  std::atomic<bool> passed{false};
  Does later([&](World& inside) {
    passed = inside.now(Clock::Steady) > until;
    return passed ? Step::idle() : Step::at(until + 1);
  });
  world.spawn(later, Lane::Io);
  REQUIRE(world.await([&] { return passed.load(); }, never));
  settle(world, Lane::Io);
  CHECK(actor.steps == steps);
  world.retire(actor);
  world.retire(later);
}

inline void whoIsAlwaysReadyStarvesNobody(World& world) {
  std::atomic<bool> enough{false};
  std::array<bool, 3> here{};
  std::vector<int> order;  // one lane: no two steps at a time
  const auto busy = [&](int name) {
    return Does([&, name](World&) {
      if (here[0] && here[1] && here[2]) order.push_back(name);
      here[static_cast<std::size_t>(name)] = true;
      if (order.size() >= 300) enough = true;
      return enough ? Step::idle() : Step::ready();
    });
  };
  Does first = busy(0);
  Does second = busy(1);
  Does third = busy(2);
  world.spawn(first, Lane::Io);
  world.spawn(second, Lane::Io);
  world.spawn(third, Lane::Io);
  REQUIRE(world.await([&] { return enough.load(); }, never));
  for (Does* actor : {&first, &second, &third}) world.retire(*actor);
  bool inTurn = true;
  for (std::size_t at = 0; at + 3 < 300; ++at) inTurn = inTurn && order[at] == order[at + 3];
  CHECK(inTurn);
}

inline void stepsOfALaneDoNotOverlap(World& world) {
  for (const Lane lane : lanes) {
    std::atomic<bool> inside{false};
    std::atomic<bool> overlap{false};
    const auto alone = [&](World&) {
      if (inside.exchange(true)) overlap = true;
      inside = false;
      return Step::idle();
    };
    Does first(alone);
    Does second(alone);
    world.spawn(first, lane);
    world.spawn(second, lane);
    for (int round = 0; round < 200; ++round) {
      world.wake(first);
      world.wake(second);
    }
    settle(world, lane);
    world.retire(first);
    world.retire(second);
    CHECK(first.steps >= 1);
    CHECK(second.steps >= 1);
    CHECK_FALSE(overlap);
  }
}

inline void retiredIsNotSteppedAgain(World& world) {
  for (int round = 0; round < 100; ++round) {
    Does actor([](World&) { return Step::ready(); });
    world.spawn(actor, Lane::Io);
    if (round % 2 == 0) awaitSteps(world, actor, 1);
    world.retire(actor);
    const int steps = actor.steps;
    world.wake(actor);
    settle(world, Lane::Io);
    CHECK(actor.steps == steps);
    world.retire(actor);  // once more: nothing to do
  }
}

inline void anActorMayRetireItself(World& world) {
  Does* self = nullptr;
  Does actor([&](World& inside) {
    inside.retire(*self);
    inside.wake(*self);
    return Step::ready();
  });
  self = &actor;
  world.spawn(actor, Lane::Io);
  awaitSteps(world, actor, 1);
  world.retire(actor);
  settle(world, Lane::Io);
  CHECK(actor.steps == 1);
}

inline void anActorMayRetireANeighbour(World& world) {
  Does victim([](World&) { return Step::ready(); });
  std::atomic<int> then{0};
  Does actor([&](World& inside) {
    inside.retire(victim);
    then = victim.steps.load();
    return Step::idle();
  });
  world.spawn(victim, Lane::Io);
  awaitSteps(world, victim, 3);
  world.spawn(actor, Lane::Io);
  awaitSteps(world, actor, 1);
  settle(world, Lane::Io);
  CHECK(victim.steps == then);
  world.retire(actor);
}

inline void aRetiredActorMayComeBack(World& world) {
  Does actor = idler();
  for (int steps = 1; steps <= 20; ++steps) {
    world.spawn(actor, lanes[static_cast<std::size_t>(steps) % lanes.size()]);
    awaitSteps(world, actor, steps);
    world.retire(actor);
  }
  CHECK(actor.steps == 20);
}

inline void anActorMaySpawnAnother(World& world) {
  Does second = idler();
  Does first([&](World& inside) {
    inside.spawn(second, Lane::Jobs);
    return Step::idle();
  });
  world.spawn(first, Lane::Io);
  awaitSteps(world, second, 1);
  world.retire(first);
  world.retire(second);
}

inline void aFailureIsRethrownOnceAndEndsTheActor(World& world) {
  std::atomic<int> calls{0};
  Does bad([&](World&) -> Step {
    calls.fetch_add(1);
    throw std::runtime_error("this actor fails");
  });
  Does good = idler();
  world.spawn(good, Lane::Io);
  world.spawn(bad, Lane::Io);
  CHECK_THROWS_WITH(world.await([] { return false; }, never), "this actor fails");
  world.wake(bad);
  world.wake(good);
  CHECK_NOTHROW(awaitSteps(world, good, 2));
  settle(world, Lane::Io);
  CHECK(calls == 1);
  world.retire(bad);
  world.retire(good);
}

inline void eachFailureIsRethrown(World& world) {
  const auto fails = [](World&) -> Step { throw std::runtime_error("fails"); };
  Does first(fails);
  Does second(fails);
  world.spawn(first, Lane::Io);
  world.spawn(second, Lane::Io);
  CHECK_THROWS_AS(world.await([] { return false; }, never), std::runtime_error);
  CHECK_THROWS_AS(world.await([] { return false; }, never), std::runtime_error);
  CHECK_FALSE(world.await([] { return false; }, world.now(Clock::Steady) + 1));
  world.retire(first);
  world.retire(second);
}

inline void awaitAsksFirstAndAfterEachNotify(World& world) {
  CHECK(world.await([] { return true; }, never));
  CHECK(world.await([] { return true; }, 0));
  CHECK_FALSE(world.await([] { return false; }, world.now(Clock::Steady)));
  CHECK_FALSE(world.await([] { return false; }, world.now(Clock::Steady) + 1'000'000));
  Does actor([](World&) { return Step::ready(); });
  world.spawn(actor, Lane::Io);
  CHECK(world.await([&] { return actor.steps > 20; }, never));
  CHECK(world.await([&] { return actor.steps > 40; }, never - 1));
  world.retire(actor);
}

inline void awaitReachesItsDeadline(World& world) {
  const Nanos deadline = world.now(Clock::Steady) + 2'000'000;
  CHECK_FALSE(world.await([] { return false; }, deadline));
  CHECK(world.now(Clock::Steady) >= deadline);
}

inline void theSteadyClockNeverGoesBack(World& world) {
  Nanos last = world.now(Clock::Steady);
  bool back = false;
  for (int i = 0; i < 1000; ++i) {
    const Nanos now = world.now(Clock::Steady);
    back = back || now < last;
    last = now;
  }
  CHECK_FALSE(back);
  CHECK(world.now(Clock::Wall) > 0);
}

inline void randomNumbersDiffer(World& world) {
  const std::uint64_t first = world.random();
  const std::uint64_t second = world.random();
  CHECK(first != second);
  CHECK(world.random() != second);
}

inline void hiredWorkersRunEachTaskOnce(World& world) {
  CHECK(world.cores() >= 1);
  for (const std::size_t count : {1u, 2u, 3u}) {
    const auto workers = world.hire(count);
    const dstream::RunnerRef runner = workers->runner();
    CHECK(runner.slots() == count);
    std::vector<std::atomic<int>> times(100);
    std::atomic<bool> wrong{false};
    runner.forEach(times.size(), [&](std::size_t slot, std::size_t task) {
      if (slot >= count) wrong = true;
      times[task].fetch_add(1);
    });
    bool once = true;
    for (const auto& time : times) once = once && time == 1;
    CHECK(once);
    CHECK_FALSE(wrong);
    CHECK_THROWS_WITH(
        runner.forEach(10, [](std::size_t, std::size_t) { throw std::runtime_error("a task fails"); }),
        "a task fails");
  }
}

inline void nobodyInterruptsByItself(World& world) {
  CHECK_FALSE(world.interrupted());
  world.watchSignals(true);
  CHECK_FALSE(world.interrupted());
  world.watchSignals(false);
  CHECK_FALSE(world.interrupted());
}

// Reads what comes from an endpoint until the connection ends, or until it has `wanted` bytes and stops
// asking.
class Caller final : public Actor {
 public:
  explicit Caller(dstream::Endpoint endpoint, std::size_t wanted = static_cast<std::size_t>(-1))
      : endpoint_(std::move(endpoint)), wanted_(wanted) {}

  Step step(World& world) override {
    steps.fetch_add(1);
    if (!connection) connection = world.connect(endpoint_, *this);
    while (received.size() < wanted_) {
      std::array<char, 4096> buffer;
      const auto [status, bytes] =
          connection->read(buffer.data(), std::min(buffer.size(), wanted_ - received.size()));
      last = status;
      if (status != dstream::Transfer::Status::Bytes) break;
      received.append(buffer.data(), bytes);
      count = received.size();
    }
    if (last == dstream::Transfer::Status::Error) error = connection->error();
    const dstream::Transfer::Status now = last;
    ended = now == dstream::Transfer::Status::Fin || now == dstream::Transfer::Status::Error;
    sated = received.size() >= wanted_;
    world.notify();
    return Step::idle();
  }

  std::atomic<int> steps{0};
  std::atomic<bool> ended{false};
  std::atomic<bool> sated{false};
  std::atomic<std::size_t> count{0};
  std::atomic<dstream::Transfer::Status> last{dstream::Transfer::Status::Connecting};
  // For the test once the actor is retired.
  std::unique_ptr<dstream::Connection> connection;
  std::string received;
  std::string error;

 private:
  dstream::Endpoint endpoint_;
  std::size_t wanted_;
};

// In no world somebody listens there.
inline void aRefusedConnectionSaysSo(World& world) {
  Caller caller({"127.0.0.1", 1});
  world.spawn(caller, Lane::Io);
  REQUIRE(world.await([&] { return caller.ended.load(); }, never));
  world.retire(caller);
  CHECK(caller.last == dstream::Transfer::Status::Error);
  CHECK(caller.error.substr(0, 13) == "127.0.0.1:1: ");
  CHECK(caller.error.size() > 13);
  char byte = 0;
  CHECK(caller.connection->read(&byte, 1).status == dstream::Transfer::Status::Error);
  CHECK(caller.connection->write(&byte, 1).status == dstream::Transfer::Status::Error);
  CHECK(caller.connection->address() == 0);  // no address is waited for, and none can be given up
  caller.connection->nextAddress();
  CHECK(caller.connection->error() == caller.error);
}

inline void nothingIsForcedUnlessAskedFor(World& world) {
  CHECK_FALSE(world.fault("any point"));
}

struct Case {
  const char* name;
  void (*run)(World&);
};

inline constexpr std::array cases{
    Case{"spawn steps at once", spawnStepsAtOnce},
    Case{"wake steps once more", wakeStepsOnceMore},
    Case{"a wake during a step is not lost", wakeDuringAStepIsNotLost},
    Case{"actors wake each other across lanes", actorsWakeEachOtherAcrossLanes},
    Case{"wake of a stranger is ignored", wakeOfAStrangerIsIgnored},
    Case{"timers are never early", timersAreNeverEarly},
    Case{"a wake comes before the timer", aWakeComesBeforeTheTimer},
    Case{"the last wish holds", theLastWishHolds},
    Case{"who is always ready starves nobody", whoIsAlwaysReadyStarvesNobody},
    Case{"steps of a lane do not overlap", stepsOfALaneDoNotOverlap},
    Case{"retired is not stepped again", retiredIsNotSteppedAgain},
    Case{"an actor may retire itself", anActorMayRetireItself},
    Case{"an actor may retire a neighbour", anActorMayRetireANeighbour},
    Case{"a retired actor may come back", aRetiredActorMayComeBack},
    Case{"an actor may spawn another", anActorMaySpawnAnother},
    Case{"a failure is rethrown once and ends the actor", aFailureIsRethrownOnceAndEndsTheActor},
    Case{"each failure is rethrown", eachFailureIsRethrown},
    Case{"await asks first and after each notify", awaitAsksFirstAndAfterEachNotify},
    Case{"await reaches its deadline", awaitReachesItsDeadline},
    Case{"the steady clock never goes back", theSteadyClockNeverGoesBack},
    Case{"random numbers differ", randomNumbersDiffer},
    Case{"hired workers run each task once", hiredWorkersRunEachTaskOnce},
    Case{"nobody interrupts by itself", nobodyInterruptsByItself},
    Case{"a refused connection says so", aRefusedConnectionSaysSo},
    Case{"nothing is forced unless asked for", nothingIsForcedUnlessAskedFor},
};

}  // namespace contract
