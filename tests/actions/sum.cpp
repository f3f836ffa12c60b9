// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/sum.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/view/iota.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include <dstream/core/on.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/flatMap.hpp>
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

static_assert(std::is_same_v<decltype(std::vector<float>{} | sum(inAnyOrder)), float>);
static_assert((std::array<double, 0>{} | sum(inAnyOrder)) == 0);
static_assert((std::array{1.5, 2.0} | map([](double x) { return 2 * x; }) | sum(inAnyOrder)) == 7);

TEST_CASE("sum: in any order, of numbers that no order rounds, is the sum, whatever the length and the operators") {
  for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 127U, 128U, 1000U}) {
    std::vector<float> numbers;
    std::int64_t expected = 0;
    std::int64_t odd = 0;
    for (std::size_t i = 0; i < size; ++i) {
      numbers.push_back(static_cast<float>(i));
      expected += static_cast<std::int64_t>(i);
      odd += i % 2 == 1 ? static_cast<std::int64_t>(i) : 0;
    }
    const auto isOdd = [](float x) { return static_cast<int>(x) % 2 == 1; };
    const auto thrice = [](float x) { return std::array{x, x, x}; };
    INFO(size << " numbers");
    CHECK((numbers | sum(inAnyOrder)) == static_cast<float>(expected));
    CHECK((numbers | filter(isOdd) | sum(inAnyOrder)) == static_cast<float>(odd));
    CHECK((numbers | flatMap(thrice) | sum(inAnyOrder)) == static_cast<float>(3 * expected));
    CHECK((std::list<float>(numbers.begin(), numbers.end()) | sum(inAnyOrder)) == static_cast<float>(expected));
    CHECK((std::vector<float>(numbers) | map([](float x) { return static_cast<double>(x); }) | sum(inAnyOrder)) == static_cast<double>(expected));
    CHECK((numbers | map([](float x) { return static_cast<int>(x); }) | sum(inAnyOrder)) == expected);
    for (const std::size_t partitions : {1U, 3U}) {
      support::SlicingRunner runner(partitions);
      CHECK((parallelize(numbers, partitions) | on(runner) | filter(isOdd) | sum(inAnyOrder)) == static_cast<float>(odd));
    }
  }
}

TEST_CASE("sum: in any order is nearer to the truth than the loop, and the same whatever the order of tasks") {
  std::vector<float> floats;
  double truth = 0;
  for (int i = 1; i <= 100'000; ++i) floats.push_back(1.0F / static_cast<float>(i % 1000 + 1));
  for (const float x : floats) truth += static_cast<double>(x);
  const auto error = [&](float x) { return std::abs(static_cast<double>(x) - truth); };
  CHECK(error(floats | sum(inAnyOrder)) < error(floats | sum()));
  support::SlicingRunner first(1, 1000, 1);
  const float expected = parallelize(floats, 3) | on(first) | sum(inAnyOrder);
  for (std::uint64_t seed = 2; seed < 6; ++seed) {
    support::SlicingRunner runner(seed, 1000, seed);
    CHECK((parallelize(floats, 3) | on(runner) | sum(inAnyOrder)) == expected);
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
