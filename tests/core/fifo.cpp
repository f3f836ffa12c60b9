// SPDX-License-Identifier: BSL-1.0
#include "support/counting_new_definitions.hpp"

#include <dstream/core/fifo.hpp>

#include <deque>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <range/v3/algorithm/equal.hpp>

#include "support/catch.hpp"
#include "support/counting_new.hpp"

namespace {

using dstream::detail::Fifo;

TEST_CASE("Fifo: as std::deque, whatever comes and goes") {
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::mt19937 random(seed);
    Fifo<std::string> ours;
    std::deque<std::string> theirs;
    for (unsigned step = 0; step < 20'000; ++step) {
      // Grows and shrinks in turn, so that it is often empty and often long.
      const bool grows = (step / 500) % 2 == 0;
      if (theirs.empty() || random() % 3 < (grows ? 2U : 1U)) {
        ours.push_back(std::to_string(step));
        theirs.push_back(std::to_string(step));
      } else {
        ours.pop_front();
        theirs.pop_front();
      }
      REQUIRE(ours.size() == theirs.size());
      REQUIRE(ours.empty() == theirs.empty());
      if (theirs.empty()) continue;
      REQUIRE(ours.front() == theirs.front());
      REQUIRE(ours.back() == theirs.back());
      const std::size_t at = random() % theirs.size();
      REQUIRE(ours[at] == theirs[at]);
      if (step % 97 == 0) REQUIRE(ranges::equal(std::vector<std::string>(ours.begin(), ours.end()), theirs));
    }
  }
}

TEST_CASE("Fifo: what is popped is gone at once") {
  Fifo<std::shared_ptr<int>> queue;
  const auto value = std::make_shared<int>(7);
  queue.push_back(value);
  queue.emplace_back(value);
  CHECK(value.use_count() == 3);
  queue.pop_front();
  CHECK(value.use_count() == 2);
  queue.clear();
  CHECK(value.use_count() == 1);
}

TEST_CASE("Fifo: elements that can only be moved; swap") {
  Fifo<std::unique_ptr<int>> left;
  Fifo<std::unique_ptr<int>> right;
  left.push_back(std::make_unique<int>(1));
  left.push_back(std::make_unique<int>(2));
  left.pop_front();
  left.swap(right);
  CHECK(left.empty());
  REQUIRE(right.size() == 1);
  CHECK(*right.front() == 2);
}

TEST_CASE("Fifo: allocates nothing once it is warm, though it is never empty") {
  Fifo<int> queue;
  for (int i = 0; i < 100; ++i) queue.push_back(i);
  const auto pass = [&] {
    for (int i = 0; i < 100'000; ++i) {
      queue.push_back(i);
      queue.pop_front();
    }
  };
  pass();
  CHECK(support::allocationsOf(pass) == 0);
}

}  // namespace
