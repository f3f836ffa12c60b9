// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/distinct.hpp>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/testing.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

TEST_CASE("distinct: each different record once, as a set has them") {
  support::Random random(41);
  std::vector<std::string> words;
  for (int i = 0; i < 300; ++i) words.push_back(random.text(random.below(4), "abc") + (i % 2 == 0 ? "" : " with a long end behind it"));
  const std::set<std::string> expected(words.begin(), words.end());
  const auto asViews = map([](const std::string& word) { return std::string_view(word); });
  support::everywhere(words, asViews | distinct(3), std::vector<std::string>(expected.begin(), expected.end()));
  CHECK((std::vector<int>{} | distinct() | collect()).empty());
  CHECK((std::vector{5} | distinct(4) | collect()) == std::vector{5});
  CHECK(support::Sorted{}(std::vector{true, false, true} | distinct() | collect()) == std::vector{false, true});
}

TEST_CASE("distinct: what the parent throws reaches the caller; on a stream") {
  CHECK_THROWS_WITH((std::vector{1} | map([](int) -> int { throw std::runtime_error("one"); }) | distinct() | collect()), "one");
  auto driver = testing::drive<int>(distinct());
  CHECK(support::Sorted{}(driver.feed({3, 1, 3})) == std::vector{1, 3});
}

}  // namespace
