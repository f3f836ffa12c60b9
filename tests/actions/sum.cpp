// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/sum.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/view/iota.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include <dstream/core/on.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;

template <class T>
using SumOf = decltype(std::vector<T>{} | sum());

static_assert(std::is_same_v<SumOf<int>, std::int64_t>);
static_assert(std::is_same_v<SumOf<char>, std::int64_t>
              || std::is_same_v<SumOf<char>, std::uint64_t>);
static_assert(std::is_same_v<SumOf<std::int8_t>, std::int64_t>);
static_assert(std::is_same_v<SumOf<unsigned>, std::uint64_t>);
static_assert(std::is_same_v<SumOf<std::size_t>, std::uint64_t>);
static_assert(std::is_same_v<SumOf<double>, double>);
static_assert(std::is_same_v<SumOf<float>, float>);
static_assert((std::array<int, 0>{} | sum()) == 0);
static_assert((std::array{1.5, 2.0} | sum()) == 3.5);
static_assert((std::array{1s, 2s} | sum()) == 3s);

TEST_CASE("sum: in 64 bits") {
  constexpr int most = std::numeric_limits<int>::max();
  CHECK((std::vector<int>(3, most) | sum()) == std::int64_t{3} * most);
  CHECK((std::vector<int>(3, std::numeric_limits<int>::min()) | sum())
        == std::int64_t{3} * std::numeric_limits<int>::min());
  CHECK((std::vector<unsigned>(2, 0xffffffffU) | sum()) == 0x1fffffffeULL);
  CHECK((std::vector<std::uint8_t>(300, 255) | sum()) == 300U * 255U);
  CHECK((std::vector<std::int8_t>(300, -128) | sum()) == -300 * 128);
}

TEST_CASE("sum: negative numbers among narrow and unsigned types") {
  CHECK((std::vector<short>{-1, -2} | sum()) == -3);
  CHECK((std::vector<std::uint64_t>{~std::uint64_t{0}, 2} | sum()) == 1);
}

TEST_CASE("sum: whatever adds and has a zero") {
  CHECK((std::vector<std::string>{"a", "b"} | sum()) == "ab");
  CHECK((std::vector<std::string>{} | sum()).empty());
}

TEST_CASE("sum: floats on a plain range equal the loop, bit by bit") {
  std::vector<float> floats;
  for (int i = 1; i <= 10000; ++i) floats.push_back(1.0F / static_cast<float>(i));
  CHECK((floats | sum()) == ranges::accumulate(floats, 0.0F));
}

TEST_CASE("sum: floats on slices are the same whatever the order of tasks and the slots") {
  std::vector<float> floats;
  for (int i = 1; i <= 10000; ++i) floats.push_back(1.0F / static_cast<float>(i));
  support::SlicingRunner first(1, 100, 1);
  const float expected = parallelize(floats, 3) | on(first) | sum();
  for (std::uint64_t seed = 2; seed < 6; ++seed) {
    support::SlicingRunner runner(seed, 100, seed);
    CHECK((parallelize(floats, 3) | on(runner) | sum()) == expected);
  }
}

TEST_CASE("sum: on partitions and slices") {
  for (const std::size_t partitions : {1U, 2U, 7U, 200U}) {
    support::SlicingRunner runner(partitions);
    CHECK((parallelize(ranges::views::iota(0, 101), partitions) | on(runner) | sum()) == 5050);
    CHECK((parallelize(std::vector<int>{}, partitions) | on(runner) | sum()) == 0);
  }
}

}  // namespace
