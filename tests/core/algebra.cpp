// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/algebra.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;

static_assert(Invertible<Plus, int> && Invertible<const Plus&, std::uint64_t>);
static_assert(!Invertible<Plus, double> && !Invertible<Max, int> && !Invertible<decltype([](int a, int b) { return a + b; }), int>);
static_assert(minus(5, 3) == 2);
static_assert(std::is_same_v<Inverse<Plus, long>::type, Minus>);

static_assert(Associative<Plus, int> && Commutative<const Plus&, int> && Associative<Max, long> && Commutative<Min, unsigned>);
static_assert(!Associative<Plus, double> && Commutative<Plus, double> && !Associative<Multiplies, float> && Commutative<Multiplies, int>);
static_assert(Associative<LogicalAnd, bool> && Commutative<LogicalOr, bool>);
static_assert(!Associative<Minus, int> && !Commutative<Minus, int> && !Associative<decltype([](int a, int b) { return a + b; }), int>);

struct Append {
  std::string operator()(const std::string& left, const std::string& right) const { return left + right; }
};

struct Xor {
  constexpr unsigned operator()(unsigned a, unsigned b) const { return a ^ b; }
};

}  // namespace

template <>
inline constexpr dstream::Laws dstream::lawsOf<Append, std::string>{.associative = true};

template <>
struct dstream::Inverse<Xor, unsigned> {
  using type = Xor;
};

namespace {

TEST_CASE("algebra: an inverse of the user's own") {
  STATIC_REQUIRE(Invertible<Xor, unsigned>);
  CHECK(Inverse<Xor, unsigned>::type{}(Xor{}(5U, 3U), 3U) == 5U);
}

TEST_CASE("algebra: laws of the user's own, stated once; an inverse states both") {
  STATIC_REQUIRE(Associative<Append, std::string>);
  STATIC_REQUIRE(Associative<const Append&, std::string>);
  STATIC_REQUIRE_FALSE(Commutative<Append, std::string>);
  STATIC_REQUIRE_FALSE(Associative<Append, std::vector<char>>);
  STATIC_REQUIRE(Associative<Xor, unsigned>);
  STATIC_REQUIRE(Commutative<Xor, unsigned>);
}

}  // namespace
