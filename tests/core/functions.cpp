// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/functions.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;

static_assert(plus(1, 2) == 3 && multiplies(2, 3) == 6);
static_assert(max(1, 2) == 2 && max(2, 1) == 2 && min(1, 2) == 1 && min(2, 1) == 1);
static_assert(max("a"sv, "b"sv) == "b"sv && min("a"sv, "b"sv) == "a"sv);
static_assert(logicalAnd(true, true) && !logicalAnd(true, false) && logicalOr(false, true));
static_assert(std::is_same_v<decltype(max(1, 2L)), long>);
static_assert(std::is_invocable_v<Plus, int, int> && !std::is_invocable_v<Plus, int*, int*>);
static_assert(!std::is_invocable_v<Plus, std::string_view, std::string_view>);
static_assert(HasIdentity<Plus, int> && HasIdentity<const Plus&, double>);
static_assert(HasIdentity<Multiplies, int> && HasIdentity<Max, int> && HasIdentity<const Min&, unsigned char>);
static_assert(!HasIdentity<Max, double> && !HasIdentity<Min, float> && !HasIdentity<Max, std::string>);
static_assert(!HasIdentity<Plus, std::string>);
template <class... Ts>
inline constexpr bool asLimits = ((Identity<Max, Ts>::value() == std::numeric_limits<Ts>::lowest() && Identity<Min, Ts>::value() == std::numeric_limits<Ts>::max()) && ...);
static_assert(asLimits<bool, char, signed char, unsigned char, short, unsigned short, int, unsigned, long, unsigned long, long long, unsigned long long, wchar_t, char8_t, char32_t>);
static_assert(max(Identity<Max, int>::value(), -5) == -5 && min(Identity<Min, unsigned>::value(), 7U) == 7);
static_assert(Identity<Plus, int>::value() == 0 && Identity<Multiplies, int>::value() == 1);

struct Ranked {
  int rank;
  int id;
  bool operator<(const Ranked& other) const { return rank < other.rank; }
};

TEST_CASE("max, min: the first of equals") {
  CHECK(max(Ranked{1, 1}, Ranked{1, 2}).id == 1);
  CHECK(min(Ranked{1, 1}, Ranked{1, 2}).id == 1);
  CHECK(max(Ranked{1, 1}, Ranked{2, 2}).id == 2);
  CHECK(min(Ranked{2, 1}, Ranked{1, 2}).id == 2);
}

TEST_CASE("max, plus: return values, of temporaries too") {
  const std::string largest = max(std::string(40, 'a'), std::string(40, 'b'));
  CHECK(largest == std::string(40, 'b'));
  static_assert(std::is_same_v<decltype(max(largest, largest)), std::string>);
  CHECK(plus(std::string("a"), "b") == "ab");
}

}  // namespace
