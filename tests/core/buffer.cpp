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

TEST_CASE("evenly: flags") {
  const std::vector<std::vector<bool>> flags{{true}, {false, true}};
  CHECK(detail::evenly(flags, RunnerRef{}, 1) == std::vector<std::vector<bool>>{{true, false, true}});
}

}  // namespace
