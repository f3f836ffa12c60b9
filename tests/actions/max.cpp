// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/max.hpp>
#include <dstream/actions/min.hpp>

#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/dstream.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

TEST_CASE("max, min: as the naive loop, at any slicing; views are kept") {
  support::Random random(81);
  std::vector<std::string> words;
  for (int i = 0; i < 100; ++i) words.push_back(random.text(30, "abc"));
  std::string largest = words[0];
  std::string smallest = words[0];
  for (const auto& word : words) {
    largest = std::max(largest, word);
    smallest = std::min(smallest, word);
  }
  const auto asViews = map([](const std::string& word) { return std::string_view(word); });
  CHECK((words | asViews | max()) == largest);
  CHECK((words | min()) == smallest);
  support::Crew crew(3);
  for (const std::size_t parts : {1U, 2U, 7U}) {
    CHECK((parallelize(words, parts) | on(crew) | asViews | min()) == smallest);
    CHECK((parallelize(words, parts) | on(crew) | max()) == largest);
  }
  CHECK_THROWS_AS((std::vector<int>{} | max()), std::out_of_range);
  CHECK((std::vector{2} | min()) == 2);
  CHECK((std::vector{std::numeric_limits<int>::lowest()} | max()) == std::numeric_limits<int>::lowest());
  CHECK((std::vector{std::numeric_limits<int>::max()} | min()) == std::numeric_limits<int>::max());
  CHECK((std::vector{true, false} | min()) == false);
  CHECK((std::vector{-0.5, -2.5} | max()) == -0.5);
  const std::vector<int> numbers{-4, -2, -9, -3};
  for (const std::size_t parts : {1U, 2U, 7U}) {
    CHECK((parallelize(numbers, parts) | on(crew) | max()) == -2);
    CHECK((parallelize(numbers, parts) | on(crew) | min()) == -9);
    CHECK_THROWS_AS((parallelize(numbers, parts) | on(crew) | filter([](int x) { return x > 0; }) | max()), std::out_of_range);
  }
}

TEST_CASE("actions as members of a batch: top, takeOrdered, aggregate, min, max") {
  const std::vector<int> numbers{3, 1, 2};
  const BatchRdd batch(parallelize(numbers, 2), Batch{});
  CHECK(batch.top(2) == std::vector{3, 2});
  CHECK(batch.takeOrdered(2) == std::vector{1, 2});
  CHECK(batch.aggregate(0L, plus, plus) == 6);
  CHECK(batch.max() == 3);
  CHECK(batch.min() == 1);
}

}  // namespace
