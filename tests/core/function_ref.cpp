// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/function_ref.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

namespace {

using dstream::FunctionRef;

int twice(int x) { return 2 * x; }

static_assert(std::is_trivially_copyable_v<FunctionRef<void()>>);
static_assert(std::is_constructible_v<FunctionRef<int(int)>, int (&)(int)>);
static_assert(!std::is_constructible_v<FunctionRef<int(int)>, int (&)(std::string)>);
static_assert(!std::is_constructible_v<FunctionRef<std::string()>, int (&)()>);

int call(FunctionRef<int(int)> fn, int x) { return fn(x); }

TEST_CASE("FunctionRef: calls the callable itself") {
  int calls = 0;
  auto counting = [&calls](int x) mutable { return x + ++calls; };
  CHECK(call(counting, 10) == 11);
  CHECK(call(counting, 10) == 12);
  const auto constant = [](int x) { return x - 1; };
  CHECK(call(constant, 1) == 0);
  CHECK(call([](int x) { return -x; }, 5) == -5);
}

TEST_CASE("FunctionRef: of a pointer to a function") {
  int (*pointer)(int) = twice;
  CHECK(call(pointer, 2) == 4);
}

TEST_CASE("FunctionRef: passes references and move-only arguments on") {
  const auto take = [](std::unique_ptr<int> from, int& to) { to = *from; };
  const FunctionRef<void(std::unique_ptr<int>, int&)> ref = take;
  int target = 0;
  ref(std::make_unique<int>(7), target);
  CHECK(target == 7);
  FunctionRef<void(std::unique_ptr<int>, int&)> copy = ref;
  copy(std::make_unique<int>(8), target);
  CHECK(target == 8);
}

TEST_CASE("FunctionRef: what is thrown passes through") {
  CHECK_THROWS_AS(call([](int) -> int { throw 3; }, 1), int);
}

}  // namespace
