// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/algebra.hpp>

#include <cstdint>
#include <type_traits>

#include "support/catch.hpp"

namespace {

using namespace dstream;

static_assert(Invertible<Plus, int> && Invertible<const Plus&, std::uint64_t>);
static_assert(!Invertible<Plus, double> && !Invertible<Max, int> && !Invertible<decltype([](int a, int b) { return a + b; }), int>);
static_assert(minus(5, 3) == 2);
static_assert(std::is_same_v<Inverse<Plus, long>::type, Minus>);

struct Xor {
  constexpr unsigned operator()(unsigned a, unsigned b) const { return a ^ b; }
};

}  // namespace

template <>
struct dstream::Inverse<Xor, unsigned> {
  using type = Xor;
};

namespace {

TEST_CASE("algebra: an inverse of the user's own") {
  STATIC_REQUIRE(Invertible<Xor, unsigned>);
  CHECK(Inverse<Xor, unsigned>::type{}(Xor{}(5U, 3U), 3U) == 5U);
}

}  // namespace
