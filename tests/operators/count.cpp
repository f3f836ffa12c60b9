// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/count.hpp>

#include <cstdint>
#include <range/v3/view/iota.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/actions/value.hpp>
#include <dstream/core/on.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/text/words.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

TEST_CASE("count: one record, the number; 0 for no records") {
  const std::vector<int> none;
  CHECK((none | count() | collect()) == std::vector<std::int64_t>{0});
  CHECK((std::vector{5} | count() | value()) == 1);
  CHECK((ranges::views::iota(0, 100000) | count() | value()) == 100000);
  static_assert(std::is_same_v<decltype(none | count() | value()), std::int64_t>);
}

TEST_CASE("count: behind narrow operators") {
  CHECK((ranges::views::iota(0, 100) | filter([](int x) { return x % 3 == 0; }) | count() | value())
        == 34);
  const std::vector<std::string> lines{"to be", "", "or not"};
  CHECK((lines | flatMap(splitWords) | count() | value()) == 4);
}

TEST_CASE("count: records are neither copied nor moved, nor need they be ownable") {
  support::Tally tally;
  CHECK((support::counters(7, tally) | count() | value()) == 7);
  CHECK(tally.copies + tally.moves == 0);
  const std::vector<const char*> pointers(3, "x");
  CHECK((pointers | count() | value()) == 3);
}

TEST_CASE("count: a count goes on as a record") {
  CHECK((std::vector{1, 2, 3} | count() | map([](std::int64_t n) { return 10 * n; }) | sum())
        == 30);
  CHECK((std::vector{1, 2, 3} | count() | count() | value()) == 1);
}

TEST_CASE("count: on partitions and slices") {
  const std::vector<int> records(1001, 1);
  for (const std::size_t partitions : {1U, 2U, 7U, 2000U}) {
    CHECK((parallelize(records, partitions) | count() | value()) == 1001);
    support::SlicingRunner runner(partitions, 8);
    CHECK((parallelize(records, partitions) | on(runner) | count() | value()) == 1001);
    CHECK(runner.started >= 500);
  }
}

}  // namespace
