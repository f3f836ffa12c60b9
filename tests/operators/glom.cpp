// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/glom.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/testing.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/everywhere.hpp"

namespace {

using namespace dstream;
using Parts = std::vector<std::vector<int>>;

TEST_CASE("glom: a record per partition, empty ones too, whatever the slices") {
  const std::vector<int> numbers{1, 2, 3, 4, 5};
  CHECK((numbers | glom() | collect()) == Parts{{1, 2, 3, 4, 5}});
  CHECK((parallelize(numbers, 2) | glom() | collect()) == Parts{{1, 2}, {3, 4, 5}});
  CHECK((parallelize(std::vector<int>{}, 2) | glom() | collect()) == Parts(2));
  support::Crew crew(3, 4);
  CHECK((parallelize(numbers, 2) | on(crew) | filter([](int x) { return x > 2; }) | glom() | collect()) == Parts{{}, {3, 4, 5}});
  CHECK((parallelize(numbers, 2) | glom() | take(1)) == Parts{{1, 2}});
}

TEST_CASE("glom: views are kept; owned records move") {
  const std::vector<std::string> words = std::vector{1, 2} | map([](int i) { return std::string(40, static_cast<char>('a' + i)); })
                                         | map([](const std::string& word) { return std::string_view(word); }) | glom() | value();
  CHECK(words == std::vector{std::string(40, 'b'), std::string(40, 'c')});
  support::Tally tally;
  const auto sizes = support::counters(4, tally) | glom() | map([](const auto& records) { return records.size(); }) | collect();
  CHECK(sizes == std::vector<std::size_t>{4});
  CHECK(tally.copies == 0);
  CHECK(tally.moves == 8);  // into what is kept, and with that into the vector
}

TEST_CASE("glom: on a stream, the partitions of each batch") {
  auto driver = testing::drive<int>(glom());
  CHECK(driver.feedPartitions({{1, 2}, {}, {3}}) == Parts{{1, 2}, {}, {3}});
}

}  // namespace
