// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/invoke.hpp>

#include <memory>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

namespace {

namespace detail = dstream::detail;

struct Reading {
  int value;
  std::unique_ptr<int> owned;
  [[nodiscard]] int plus(int more) const { return value + more; }
  int change() { return ++value; }
  [[nodiscard]] int onlyRvalue() && { return value; }
};

TEST_CASE("invoke: functions, members, member functions") {
  Reading reading{3, std::make_unique<int>(4)};
  const Reading constant{5, nullptr};
  const auto value = &Reading::value;
  const auto plus = &Reading::plus;
  const auto change = &Reading::change;
  const auto rvalue = &Reading::onlyRvalue;
  const auto owned = &Reading::owned;
  CHECK(detail::invoke(value, reading) == 3);
  CHECK(&detail::invoke(value, reading) == &reading.value);
  static_assert(std::is_same_v<decltype(detail::invoke(value, constant)), const int&>);
  CHECK(detail::invoke(plus, constant, 1) == 6);
  CHECK(detail::invoke(change, reading) == 4);
  CHECK(detail::invoke(rvalue, std::move(reading)) == 4);
  const std::unique_ptr<int> taken = detail::invoke(owned, std::move(reading));
  CHECK(*taken == 4);
  const auto add = [](int left, int right) { return left + right; };
  CHECK(detail::invoke(add, 1, 2) == 3);
}

struct OnlyMutable {
  int operator()(int x) { return x; }
};
static_assert(detail::callable<int (*)(int), int>);
static_assert(!detail::callable<OnlyMutable, int>, "functions are shared, hence called as const");
static_assert(!detail::callable<int (*)(int), Reading>);

}  // namespace
