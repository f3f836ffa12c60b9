// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/lent.hpp>

#include <cstdint>
#include <type_traits>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

/// Cannot be copied, and knows where it is.
struct Addressed {
  Addressed() = default;
  Addressed(const Addressed&) = delete;
  Addressed(Addressed&&) = default;
  std::uintptr_t operator()(int) const { return reinterpret_cast<std::uintptr_t>(this); }
};

TEST_CASE("Lent: the owner's function is called where it lies, batch after batch") {
  const auto owned = map(Addressed{});
  const std::vector<int> numbers{1, 2, 3};
  for (int batch = 0; batch < 2; ++batch) CHECK((numbers | Lent{&owned} | collect()) == std::vector(3, owned.fn(0)));
}

TEST_CASE("Lent: fuses with what stands before and behind it, as its operator does") {
  const auto half = filter([](int n) { return n % 2 == 0; });
  const std::vector<int> numbers{1, 2, 3, 4};
  const auto twice = map([](int n) { return 2 * n; });
  CHECK((numbers | twice | Lent{&half} | twice | collect()) == std::vector{4, 8, 12, 16});
  CHECK((numbers | Lent{&half} | Lent{&twice} | sum()) == 12);
  CHECK(std::is_same_v<decltype(numbers | Lent{&twice})::reference, int>);
}

}  // namespace
