// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/take.hpp>

#include <array>
#include <memory>
#include <range/v3/view/iota.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/functions.hpp>
#include <dstream/core/on.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/shuffle/reduceByKey.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

static_assert((std::array{1, 2, 3} | take(2)).size() == 2);

TEST_CASE("take: at most n, in order") {
  const std::vector<int> records{3, 1, 2};
  CHECK((records | take(0)).empty());
  CHECK((records | take(1)) == std::vector{3});
  CHECK((records | take(3)) == records);
  CHECK((records | take(100)) == records);
  CHECK((std::vector<int>{} | take(3)).empty());
}

TEST_CASE("take: no record behind the last is computed") {
  for (std::size_t n = 0; n <= 5; ++n) {
    std::size_t calls = 0;
    CHECK((ranges::views::iota(1) | map([&calls](int x) {
             ++calls;
             return x;
           })
           | take(n))
              .size()
          == n);
    CHECK(calls == n);
  }
}

TEST_CASE("take: across partitions, empty ones too, and on a runner") {
  const std::vector<int> records{1, 2, 3, 4, 5};
  for (const std::size_t partitions : {1U, 2U, 7U, 12U})
    for (std::size_t n = 0; n <= 6; ++n) {
      support::SlicingRunner runner(n, 4);
      const std::vector<int> expected(
          records.begin(),
          records.begin() + static_cast<std::ptrdiff_t>(n < 5 ? n : std::size_t{5}));
      CHECK((parallelize(records, partitions) | take(n)) == expected);
      CHECK((parallelize(records, partitions) | on(runner) | take(n)) == expected);
    }
}

TEST_CASE("take: views are owned, records of rvalues moved") {
  const std::vector<std::string_view> views{"to", "be"};
  static_assert(std::is_same_v<decltype(views | take(1)), std::vector<std::string>>);
  CHECK((views | take(1)) == std::vector<std::string>{"to"});
  std::vector<std::unique_ptr<int>> records;
  for (int i = 0; i < 3; ++i) records.push_back(std::make_unique<int>(i));
  CHECK(*(std::move(records) | take(2)).at(1) == 1);
}

TEST_CASE("take: a few records do not move again; more than there are cost no room") {
  support::Tally tally;
  const auto records = support::counters(50, tally);
  CHECK((records | take(20)).size() == 20);
  CHECK(tally.copies == 20);
  CHECK(tally.moves == 20);
  CHECK((std::vector<int>{1, 2} | take(static_cast<std::size_t>(-1))) == std::vector{1, 2});
}

TEST_CASE("take: behind a wide operator") {
  const auto pairs = std::vector<std::pair<int, int>>{{1, 2}, {1, 3}, {2, 5}};
  const auto taken = pairs | reduceByKey(plus, 3)
                     | filter([](const auto& pair) { return pair.first == 1; }) | take(5);
  CHECK(taken == std::vector{std::pair{1, 5}});
}

}  // namespace
