// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/accumulate.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::detail::accumulate;
using dstream::detail::accumulated;
using dstream::detail::accumulates;
using dstream::detail::ChangesInPlace;

constexpr auto returns = [](int total, int x) { return total + x; };
constexpr auto changes = [](int& total, int x) { total += x; };
constexpr auto generic = [](auto& total, int x) { total += x; };
constexpr auto forgets = [](std::vector<int> all, int x) { all.push_back(x); };
constexpr auto looks = [](const int& total, int x) { static_cast<void>(total + x); };

static_assert(accumulates<decltype(returns), int, int> && !ChangesInPlace<decltype(returns), int, int>);
static_assert(accumulates<decltype(changes), int, int> && ChangesInPlace<decltype(changes), int, int>);
static_assert(ChangesInPlace<decltype(generic), int, int>);
static_assert(!accumulates<decltype(forgets), std::vector<int>, int>);
static_assert(!accumulates<decltype(looks), int, int>);
static_assert(accumulated(1, returns, 2) == 3 && accumulated(1, changes, 2) == 3);

TEST_CASE("accumulate: what changes in place is neither copied nor moved") {
  struct Fixed {
    Fixed() = default;
    Fixed(const Fixed&) = delete;
    Fixed& operator=(const Fixed&) = delete;
    int total = 0;
  };
  Fixed fixed;
  accumulate(fixed, [](Fixed& all, int x) { all.total += x; }, 3);
  CHECK(fixed.total == 3);

  std::string text = "to";
  accumulate(text, [](std::string all, const char* more) { return all + more; }, " be");
  CHECK(text == "to be");
}

}  // namespace
