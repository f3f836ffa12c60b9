// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/shared_function.hpp>

#include <memory>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

namespace {

using namespace dstream;

TEST_CASE("SharedFunction: copies call one function, which goes with the last") {
  const auto alive = std::make_shared<int>(3);
  {
    auto first = detail::copyable([alive, own = std::make_unique<int>(4)](int x) { return x + *alive + *own; });
    const auto second = first;
    CHECK(alive.use_count() == 2);
    CHECK(first(1) == 8);
    CHECK(second(2) == 9);
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("SharedFunction: asked whether it can be called, it answers as the function does") {
  auto shared = detail::copyable([own = std::make_unique<int>(4)](int x) { return x + *own; });
  static_assert(std::is_invocable_r_v<int, const decltype(shared)&, int>);
  static_assert(!std::is_invocable_v<const decltype(shared)&, const char*>);
  const auto plain = [](int x) { return x; };
  static_assert(std::is_same_v<decltype(detail::copyable(plain)), std::remove_const_t<decltype(plain)>>);
  CHECK(shared(1) == 5);
}

}  // namespace
