// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/pipe.hpp>

#include <array>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

constexpr auto increment = map([](int x) { return x + 1; });
constexpr auto twice = map([](int x) { return 2 * x; });
constexpr auto small = filter([](int x) { return x < 100; });

static_assert(Closure<decltype(increment)> && Closure<decltype(increment | twice)>);
static_assert(Closure<decltype(sum())> && Closure<decltype(increment | sum())>);
static_assert(!Closure<int> && !Closure<std::vector<int>>);
static_assert(!Closure<decltype(std::vector<int>{} | increment)>);
static_assert((std::array{1, 2} | increment | twice | sum()) == 10);

TEST_CASE("|: however it is bracketed") {
  const std::vector<int> numbers{1, 50, 99};
  const auto expected = std::vector{4, 102};
  const auto upTo200 = filter([](int x) { return x < 200; });
  CHECK((numbers | increment | twice | upTo200 | collect()) == expected);
  CHECK((numbers | (increment | twice | upTo200 | collect())) == expected);
  CHECK((numbers | (increment | (twice | (upTo200 | collect())))) == expected);
  CHECK(((numbers | increment) | (twice | upTo200) | collect()) == expected);
  CHECK((numbers | ((increment | twice) | (upTo200 | collect()))) == expected);
}

TEST_CASE("|: closures that hold something are copied from lvalues, moved from rvalues") {
  auto factor = std::make_shared<int>(3);
  auto scale = map([factor](int x) { return x * *factor; });
  const std::vector<int> numbers{1, 2};
  CHECK((numbers | scale | sum()) == 9);
  CHECK((numbers | (scale | small) | sum()) == 9);
  auto composed = scale | small;
  CHECK((numbers | composed | sum()) == 9);
  CHECK((numbers | std::move(composed) | sum()) == 9);
  CHECK(factor.use_count() >= 2);
  auto moveOnly = map([own = std::make_unique<int>(2)](int x) { return x * *own; });
  CHECK((numbers | (std::move(moveOnly) | small) | sum()) == 6);
}

TEST_CASE("|: const and rvalue Rdds") {
  const std::vector<int> numbers{1, 2};
  const auto rdd = numbers | increment;
  CHECK((rdd | sum()) == 5);
  CHECK((rdd | twice | sum()) == 10);
  auto other = std::vector{1, 2} | increment;
  CHECK((std::move(other) | sum()) == 5);
}

TEST_CASE("|: closures without state take no room") {
  CHECK(sizeof(increment | small | twice) <= 4);
  CHECK(std::is_empty_v<std::remove_const_t<decltype(increment)>>);
}

}  // namespace
