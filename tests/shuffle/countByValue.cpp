// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/countByValue.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/testing.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

TEST_CASE("countByValue: as the naive loop; nothing gives nothing") {
  support::Random random(42);
  std::vector<std::string> words;
  std::map<std::string, std::int64_t> expected;
  for (int i = 0; i < 300; ++i) ++expected[words.emplace_back(random.text(random.below(4), "abc"))];
  support::everywhere(words, countByValue(3), std::vector<std::pair<std::string, std::int64_t>>(expected.begin(), expected.end()));
  CHECK((std::vector<int>{} | countByValue() | collect()).empty());
}

TEST_CASE("countByValue: on a stream, of words that are views") {
  auto driver = testing::drive<std::string>(flatMap(splitWords) | countByValue());
  using Counts = std::vector<std::pair<std::string, std::int64_t>>;
  CHECK(support::Sorted{}(driver.feed({"to be or", "not to be"})) == Counts{{"be", 2}, {"not", 1}, {"or", 1}, {"to", 2}});
}

}  // namespace
