// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/lanes.hpp>

#include <cstddef>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;

struct Add {
  constexpr int operator()(int total, int record) const { return total + record; }
};

static_assert(laneCount<VectorLanes<float, 8>> == 8);
static_assert(laneCount<float> == 0);
static_assert([] {
  const int numbers[]{1, 2, 3, 4, 5};
  VectorLanes<int, 2> lanes;
  const Add add;
  detail::foldLanes<const int&>(numbers, numbers + 5, lanes, add);
  return lanes.parts[0] == 9 && lanes.parts[1] == 6;
}());

TEST_CASE(
    "lanes: the i-th record goes to part i modulo their number, in both loops, onto what was "
    "there") {
  for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 100U}) {
    std::vector<int> numbers;
    for (std::size_t i = 0; i < size; ++i) numbers.push_back(static_cast<int>(i * i));
    VectorLanes<int, 8> expected;
    for (std::size_t part = 0; part < 8; ++part) {
      expected.parts[part] = static_cast<int>(part);
      for (std::size_t i = part; i < size; i += 8) expected.parts[part] += numbers[i];
    }
    VectorLanes<int, 8> lanes{{0, 1, 2, 3, 4, 5, 6, 7}};
    VectorLanes<int, 8> plain = lanes;
    const Add add;
    detail::foldLanes<const int&>(numbers.begin(), numbers.end(), lanes, add);
    detail::laneLoop<const int&>(numbers.begin(), numbers.end(), plain, add);
    INFO(size << " numbers");
    for (std::size_t part = 0; part < 8; ++part) {
      CHECK(lanes.parts[part] == expected.parts[part]);
      CHECK(plain.parts[part] == expected.parts[part]);
    }
  }
}

TEST_CASE("lanes: with and without wide vectors the bytes of floats are equal") {
  std::vector<float> numbers;
  for (int i = 1; i <= 1000; ++i) numbers.push_back(1.0F / static_cast<float>(i));
  const auto step = [](float total, float x) { return total + (x * 1.7F + 0.3F); };
  VectorLanes<float, 64> wide;
  VectorLanes<float, 64> plain;
  detail::foldLanes<const float&>(numbers.begin(), numbers.end(), wide, step);
  detail::laneLoop<const float&>(numbers.begin(), numbers.end(), plain, step);
  for (std::size_t part = 0; part < 64; ++part) CHECK(wide.parts[part] == plain.parts[part]);
}

TEST_CASE("lanes: what a step throws passes, and the lanes are as before") {
  const std::vector<int> numbers{1, 2, 3};
  VectorLanes<int, 2> lanes;
  const auto step = [](int total, int x) {
    return x == 3 ? throw std::runtime_error("three") : total + x;
  };
  CHECK_THROWS_AS(detail::foldLanes<const int&>(numbers.begin(), numbers.end(), lanes, step),
                  std::runtime_error);
  CHECK(lanes.parts[0] == 0);
}

}  // namespace
