// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/rate_limit.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using dstream::detail::RateLimiter;
constexpr Nanos second = 1'000'000'000;

TEST_CASE("rate_limit: at most a second's worth is saved, and in the long run no more than the rate is spent") {
  RateLimiter limiter({.maximum = 1000});
  CHECK(limiter.allowed(100 * second, 5000) == 1000);
  limiter.spend(1000);
  CHECK(limiter.allowed(100 * second, 5000) == 0);
  CHECK(limiter.allowed(100 * second + second / 4, 5000) == 250);
  limiter.spend(200);
  CHECK(limiter.allowed(101 * second, 5000) == 800);
  CHECK(limiter.allowed(101 * second, 70) == 70);
  CHECK(limiter.allowed(90 * second, 70) == 70);  // a clock that went back takes nothing away
}

TEST_CASE("rate_limit: who has spent more than was saved waits") {
  RateLimiter limiter({.maximum = 1000});
  CHECK(limiter.allowed(100 * second, 5000) == 1000);
  limiter.spend(1500);
  CHECK(limiter.allowed(100 * second, 5000) == 0);
  CHECK(limiter.allowed(100 * second + second / 4, 5000) == 0);
  CHECK(limiter.allowed(101 * second, 5000) == 500);
}

TEST_CASE("rate_limit: an estimate stays below the maximum and above zero") {
  RateLimiter limiter({.initial = 500, .maximum = 1000, .estimate = true});
  CHECK(limiter.rate() == 500);
  limiter.set(5000);
  CHECK(limiter.rate() == 1000);
  limiter.set(-3);
  CHECK(limiter.rate() == 1);
  CHECK(RateLimiter({.initial = 5000, .maximum = 1000}).rate() == 1000);
  RateLimiter unlimited({.estimate = true});
  CHECK(unlimited.allowed(0, 12345) == 12345);
  unlimited.set(1e300);
  CHECK(unlimited.allowed(second, 12345) == 12345);
}

TEST_CASE("rate_limit: a minimum of zero, or above the maximum, is refused") {
  CHECK_THROWS_AS(RateLimit{.minimum = 0}.validate("x"), std::invalid_argument);
  CHECK_THROWS_AS((RateLimit{.maximum = 10, .minimum = 20, .estimate = true}.validate("x")), std::invalid_argument);
  CHECK_NOTHROW((RateLimit{.maximum = 10, .minimum = 20}.validate("x")));
}

/// A stream of a server's lines whose batches take as long as `speed` says.
struct Fed {
  Fed(SocketOptions options, Configuration configuration = support::quiet()) : stage(configuration) {
    stage.world.listen("h", 1);
    stage.stream.socketTextStream("h", 1, options) | foreachRDD([this](const auto& batch) {
      for (const std::string& line : batch.collect()) bytes += line.size() + 1;
      ++batches;
    });
    stage.stream.start();
    stage.world.runUntilQuiet();
    peer = stage.world.accept("h", 1);
    stage.world.runUntilQuiet();
  }
  [[nodiscard]] ReceiverInfo receiver() const { return stage.stream.receivers().at(0); }
  std::size_t bytes = 0;
  std::size_t batches = 0;
  support::Stage stage;
  testing::Peer peer;
};

TEST_CASE("rate_limit: a receiver reads no more than it may, the rest waits with the sender and nothing is lost") {
  Fed fed({.rate = {.maximum = 1000}});
  for (int i = 0; i < 500; ++i) fed.peer.send("123456789\n");
  fed.stage.world.advance(1s);
  CHECK(fed.bytes <= 2000);
  CHECK(fed.peer.unread() >= 3000);
  fed.stage.world.advance(1s);
  CHECK(fed.bytes >= 1500);
  CHECK(fed.bytes <= 3000);
  fed.stage.world.advance(6s);
  CHECK(fed.bytes == 5000);
  CHECK(fed.receiver().rate == 1000);
}

TEST_CASE("rate_limit: the estimate follows the speed of the batches") {
  SocketOptions options{.rate = {.minimum = 10, .estimate = true}};
  support::Stage stage;
  stage.world.listen("h", 1);
  std::int64_t bytesPerSecond = 2000;
  stage.stream.socketTextStream("h", 1, options) | foreachRDD([&](const auto& batch) {
    std::int64_t bytes = 0;
    for (const std::string& line : batch.collect()) bytes += static_cast<std::int64_t>(line.size()) + 1;
    stage.world.setWall(stage.world.now(Clock::Wall) + bytes * second / bytesPerSecond);  // as long as it takes
  });
  stage.stream.start();
  stage.world.runUntilQuiet();
  auto peer = stage.world.accept("h", 1);
  stage.world.runUntilQuiet();
  for (int round = 0; round < 30; ++round) {
    for (int i = 0; i < 50; ++i) peer.send("123456789\n");
    stage.world.advance(1s);
  }
  CHECK(stage.stream.receivers().at(0).rate == Approx(2000).epsilon(0.05));
  bytesPerSecond = 300;
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 50; ++i) peer.send("123456789\n");
    stage.world.advance(1s);
  }
  CHECK(stage.stream.receivers().at(0).rate < 400);
  CHECK(stage.stream.receivers().at(0).rate >= 10);
}

}  // namespace
