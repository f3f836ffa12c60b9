// SPDX-License-Identifier: BSL-1.0
#include <dstream/ranges.hpp>

#include <range/v3/view/reverse.hpp>
#include <range/v3/view/take.hpp>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using Numbers = std::vector<int>;

constexpr auto same = [](int n) { return n; };

TEST_CASE("ranges: a view is applied to each partition") {
  const Numbers some{1, 2, 3, 4, 5, 6};
  CHECK((some | map(same) | ranges::views::reverse | collect()) == Numbers{6, 5, 4, 3, 2, 1});
  CHECK((parallelize(some, 2) | ranges::views::take(2) | collect()) == Numbers{1, 2, 4, 5});
  CHECK((Numbers{} | map(same) | ranges::views::take(2) | collect()).empty());
}

}  // namespace
