// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/function.hpp>

#include <memory>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

namespace {

using dstream::Function;

static_assert(!std::is_copy_constructible_v<Function<void()>>);
static_assert(std::is_nothrow_move_constructible_v<Function<void()>> && std::is_nothrow_move_assignable_v<Function<void()>>);
static_assert(!std::is_constructible_v<Function<int(int)>, int (*)()>);

TEST_CASE("Function: keeps what it was given, also what cannot be copied") {
  const Function<int(int)> plus = [kept = std::make_unique<int>(7)](int x) { return *kept + x; };
  CHECK(plus);
  CHECK(plus(1) == 8);
}

TEST_CASE("Function: passes move-only arguments on") {
  const Function<int(std::unique_ptr<int>)> take = [](std::unique_ptr<int> x) { return *x; };
  CHECK(take(std::make_unique<int>(3)) == 3);
}

TEST_CASE("Function: is moved, and each callable destroyed once") {
  const auto first = std::make_shared<int>(1);
  const auto second = std::make_shared<int>(2);
  {
    Function<int()> from = [first] { return *first; };
    Function<int()> to = std::move(from);
    CHECK(!from);  // NOLINT(bugprone-use-after-move): that it is empty
    CHECK(to() == 1);
    CHECK(first.use_count() == 2);
    to = [second] { return *second; };
    CHECK(to() == 2);
    CHECK(first.use_count() == 1);
    CHECK(second.use_count() == 2);
    Function<int()> none;
    CHECK(!none);
    none = std::move(to);
    CHECK(none() == 2);
  }
  CHECK(second.use_count() == 1);
}

}  // namespace
