// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/ring.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using dstream::detail::Ring;

TEST_CASE("ring: in lockstep with a deque, through growth and around its end") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    support::Random random(seed);
    Ring<std::string, int> ring;
    std::deque<std::string> model;
    for (int step = 0; step < 500; ++step) {
      if (random.below(100) < (step < 250 ? 60U : 45U)) {
        model.push_back("a value too long for the string itself " + std::to_string(step));
        ring.makeRoom();
        ring.push(model.back());
        ring.head() = step;
      } else if (!model.empty()) {
        ring.pop();
        model.pop_front();
      }
      REQUIRE(ring.size() == model.size());
      for (std::size_t i = 0; i < model.size(); ++i) REQUIRE(ring[i] == model[i]);
    }
  }
}

TEST_CASE("ring: the head goes along when it grows and when it moves") {
  Ring<int, std::string> ring;
  CHECK(ring.size() == 0);
  ring.makeRoom();
  CHECK(ring.head().empty());
  ring.head() = "a head too long for the string itself";
  for (int i = 0; i < 100; ++i) {
    ring.makeRoom();
    ring.push(i);
  }
  Ring<int, std::string> moved(std::move(ring));
  ring = std::move(moved);
  CHECK(ring.head() == "a head too long for the string itself");
  CHECK(ring.size() == 100);
  CHECK(ring[99] == 99);
}

TEST_CASE("ring: values that only move, and values of strict alignment") {
  Ring<std::unique_ptr<int>, int> pointers;
  struct alignas(64) Line {
    int value;
  };
  Ring<Line, char> lines;
  for (int i = 0; i < 20; ++i) {
    pointers.makeRoom();
    pointers.push(std::make_unique<int>(i));
    lines.makeRoom();
    lines.push(Line{i});
  }
  CHECK(*pointers[13] == 13);
  CHECK(lines[13].value == 13);
  CHECK(reinterpret_cast<std::uintptr_t>(&lines[13]) % 64 == 0);
}

/// Throws when it is copied for the n-th time.
struct Copied {
  explicit Copied(int given) : value(given) {}
  Copied(const Copied& other) : value(other.value) {
    if (--countdown == 0) throw std::runtime_error("copy");
  }
  Copied& operator=(const Copied&) = default;
  ~Copied() = default;
  int value;
  static inline int countdown = 0;
};

TEST_CASE("ring: a copy that throws changes nothing") {
  Ring<Copied, int> ring;
  Copied::countdown = 0;
  for (int i = 0; i < 8; ++i) {
    ring.makeRoom();
    ring.push(Copied(i));
  }
  Copied::countdown = 5;
  CHECK_THROWS_AS(ring.makeRoom(), std::runtime_error);
  ring.pop();
  ring.makeRoom();
  const Copied value(8);
  Copied::countdown = 1;
  CHECK_THROWS_AS(ring.push(value), std::runtime_error);
  REQUIRE(ring.size() == 7);
  for (int i = 0; i < 7; ++i) CHECK(ring[static_cast<std::size_t>(i)].value == i + 1);
}

}  // namespace
