// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/joint.hpp>

#include <type_traits>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/exec/executor.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using Numbers = std::vector<int>;

TEST_CASE("joint: the runner of two inputs is that of the one with workers") {
  const Numbers numbers{1, 2};
  Executor executor{2};
  auto plain = numbers | map([](int x) { return x; });
  auto shared = parallelize(numbers, 2) | on(executor);
  static_assert(std::is_same_v<decltype(detail::runnerOf(plain, plain)), Inline>);
  CHECK(detail::runnerOf(plain, shared).slots() == 2);
  CHECK(detail::runnerOf(shared, plain).slots() == 2);
}

TEST_CASE("joint: preparing both prepares each") {
  const Numbers numbers{1, 2, 3};
  detail::Both both{numbers | count(), numbers | reduce(plus)};
  Inline runner;
  both.prepare(runner);
  CHECK((both.first | value()) == 3);
  CHECK((both.second | value()) == 6);
}

TEST_CASE("joint: a closure of two inputs composes and holds an rvalue range itself") {
  const auto twice = map([](int x) { return 2 * x; }) | unionWith(Numbers{7, 8}) | map([](int x) { return x + 1; });
  CHECK((Numbers{1} | twice | collect()) == Numbers{3, 8, 9});
  CHECK((Numbers{} | twice | collect()) == Numbers{8, 9});
}

}  // namespace
