// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/remake.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

namespace {

using dstream::detail::remake;

/// What g++ would write in pieces and read back whole.
struct Extremes {
  std::int64_t sum = 0;
  std::int32_t least = 0;
  std::int32_t most = 0;
  std::uint32_t count = 0;
};

constexpr int doubled(int value) {
  remake(value, [](int before) { return 2 * before; });
  return value;
}
static_assert(doubled(21) == 42);

TEST_CASE("remake: bytes are remade from a copy, so the function may read what it makes anew") {
  std::array<int, 3> turned{1, 2, 3};
  remake(turned, [](const std::array<int, 3>& before) {
    std::array<int, 3> made{};  // lies where `before` would, were that no copy
    for (std::size_t i = 0; i < 3; ++i) made[i] = before[2 - i];
    return made;
  });
  CHECK(turned == std::array{3, 2, 1});

  Extremes extremes{10, -1, 7, 3};
  remake(extremes, [](Extremes before) {
    return Extremes{before.sum + before.count, before.most, before.least, before.count + 1};
  });
  CHECK(extremes.sum == 13);
  CHECK(extremes.least == 7);
  CHECK(extremes.most == -1);
  CHECK(extremes.count == 4);
}

struct Moved {
  explicit Moved(int first) : number(first) {}
  Moved(const Moved&) = delete;
  Moved(Moved&&) = default;
  Moved& operator=(const Moved&) = delete;
  Moved& operator=(Moved&&) = default;
  int number;
};
static_assert(std::is_trivially_copyable_v<Moved>);

/// Its template is the better match for a copy of one that is not const.
struct Greedy {
  explicit Greedy(int first) : number(first) {}
  template <class Other>
  explicit Greedy(Other&) : number(1000) {}
  int number;
};

TEST_CASE("remake: bytes that only move; bytes with a constructor that takes anything") {
  Moved moved(1);
  remake(moved, [](Moved before) { return Moved(before.number + 1); });
  CHECK(moved.number == 2);
  Greedy greedy(1);
  remake(greedy, [](Greedy&& before) { return Greedy(before.number + 1); });
  CHECK(greedy.number == 2);
}

TEST_CASE("remake: what owns is moved out and assigned, once each") {
  std::unique_ptr<int> owner = std::make_unique<int>(1);
  const int* const object = owner.get();
  remake(owner, [](std::unique_ptr<int> before) {
    ++*before;
    return before;
  });
  CHECK(owner.get() == object);
  CHECK(*owner == 2);

  std::string text = "kept";
  CHECK_THROWS_AS(remake(text, [](const std::string&) -> std::string { throw std::runtime_error("no"); }), std::runtime_error);
  CHECK(text == "kept");
}

}  // namespace
