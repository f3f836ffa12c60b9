// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/buffer.hpp>

#include <cstddef>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/iota.hpp>
#include <vector>

#include <dstream/core/range_rdd.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using Buffers = std::vector<std::vector<int>>;

TEST_CASE("buffered: the records of each slice; evenly: cut anew, in order") {
  const auto numbers = ranges::views::iota(0, 23) | ranges::to<std::vector>();
  support::SlicingRunner runner(1, 3 * sizeof(int));
  auto rdd = parallelize(numbers, 2);
  const auto buffers = detail::buffered(rdd, runner);
  CHECK(buffers.size() == 8);
  for (const std::size_t parts : {1U, 2U, 5U, 30U}) {
    const auto even = detail::evenly(buffers, runner, parts);
    REQUIRE(even.size() == parts);
    std::vector<int> joined;
    for (const auto& part : even) {
      CHECK(part.size() >= 23 / parts);
      CHECK(part.size() <= 23 / parts + 1);
      joined.insert(joined.end(), part.begin(), part.end());
    }
    CHECK(joined == numbers);
  }
  CHECK(detail::evenly(Buffers{}, runner, 2) == Buffers(2));
}

/// Counts how often it is looked at.
struct Looked {
  [[nodiscard]] std::size_t size() const {
    ++looks;
    return numbers.size();
  }
  void reserve(std::size_t size) { numbers.reserve(size); }
  void push_back(int number) { numbers.push_back(number); }
  int& operator[](std::size_t i) {
    ++looks;
    return numbers[i];
  }
  std::vector<int> numbers;
  static inline std::size_t looks = 0;
};

TEST_CASE("evenly: each part looks at its own records' buffers") {
  constexpr std::size_t count = 1000;
  std::vector<Looked> buffers(2 * count);  // every other one is empty
  for (std::size_t i = 0; i < count; ++i) buffers[2 * i + 1].numbers = {static_cast<int>(i)};
  support::SlicingRunner runner(1);
  for (const std::size_t parts : {count / 3, count, 3 * count}) {
    Looked::looks = 0;
    const auto even = detail::evenly(buffers, runner, parts);
    CHECK(Looked::looks < 20 * count);
    std::vector<int> joined;
    for (const auto& part : even) joined.insert(joined.end(), part.numbers.begin(), part.numbers.end());
    CHECK(joined == (ranges::views::iota(0, static_cast<int>(count)) | ranges::to<std::vector>()));
  }
}

TEST_CASE("evenly: flags") {
  const std::vector<std::vector<bool>> flags{{true}, {false, true}};
  CHECK(detail::evenly(flags, RunnerRef{}, 1) == std::vector<std::vector<bool>>{{true, false, true}});
}

}  // namespace
