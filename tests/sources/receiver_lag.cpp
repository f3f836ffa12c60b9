// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/receiver_lag.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using dstream::Nanos;
using dstream::detail::ReceiverLag;

TEST_CASE("receiver_lag: bytes and age of what waits, and none when nothing does") {
  ReceiverLag lag;
  CHECK(lag.bytes() == 0);
  CHECK(lag.age(99) == 0);
  lag.reached(0, 10, 100);
  CHECK(lag.bytes() == 10);
  CHECK(lag.age(130) == 30);
  lag.reached(10, 25, 200);
  lag.done(10);
  CHECK(lag.bytes() == 15);
  CHECK(lag.age(230) == 130);  // the 15 came after 100
  lag.done(25);
  CHECK(lag.bytes() == 0);
  CHECK(lag.age(999) == 0);
}

TEST_CASE("receiver_lag: silence is no lag") {
  ReceiverLag lag;
  lag.reached(0, 10, 100);
  lag.done(10);
  lag.reached(10, 10, 1'000);
  lag.reached(10, 20, 1'100);
  CHECK(lag.age(1'150) == 150);
  lag.reached(20, 20, 1'200);  // nothing came, and the 20 still wait
  CHECK(lag.age(1'250) == 250);
  lag.reached(20, 30, 1'300);
  lag.done(20);
  CHECK(lag.age(1'350) == 150);  // 20 to 30 came after 1,200
}

TEST_CASE("receiver_lag: what an earlier run had left counts from the start") {
  ReceiverLag lag;
  lag.reached(1'000, 1'500, 77);
  CHECK(lag.bytes() == 500);
  CHECK(lag.age(80) == 3);
}

TEST_CASE("receiver_lag: what an overload policy gave up waits no more") {
  ReceiverLag lag;
  lag.reached(0, 100, 10);
  lag.reached(0, 200, 20);
  lag.reached(0, 50, 30);
  CHECK(lag.bytes() == 50);
  lag.done(50);
  CHECK(lag.bytes() == 0);
}

TEST_CASE("receiver_lag: never less than it is, and not much more, however long the backlog") {
  support::Random random(16);
  ReceiverLag lag;
  std::vector<std::uint64_t> came{0};  // by second
  std::uint64_t done = 0;
  Nanos longest = 0;  // since nothing waited
  for (Nanos now = 1; now < 3'000; ++now) {
    came.push_back(came.back() + 1 + random.below(100));
    lag.reached(done, came.back(), now);
    // Slower than what comes, then quicker.
    for (std::uint64_t some = random.below(now < 2'000 ? 60 : 400); some != 0 && done < came.back(); --some) ++done;
    lag.done(done);
    REQUIRE(lag.bytes() == came.back() - done);
    Nanos oldest = 0;  // in which second the next byte came
    while (came[static_cast<std::size_t>(oldest)] <= done && oldest < now) ++oldest;
    const Nanos waits = lag.bytes() == 0 ? 0 : now - oldest;
    longest = waits == 0 ? 0 : waits > longest ? waits : longest;
    REQUIRE(lag.age(now) >= waits);
    REQUIRE(lag.age(now) <= waits + longest / 30 + 3);
  }
  CHECK(lag.bytes() < 400);
}

}  // namespace
