// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/foldByKey.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

TEST_CASE("foldByKey: as the naive loop; no record gives none") {
  support::Random random(7);
  std::vector<std::pair<int, int>> records;
  std::map<int, long> expected;
  for (int i = 0; i < 300; ++i) {
    const auto& [key, value] = records.emplace_back(random.between(0, 20), random.between(-5, 5));
    expected[key] += value;
  }
  support::everywhere(records, foldByKey(0L, plus, 3), std::vector<std::pair<int, long>>(expected.begin(), expected.end()));
  CHECK((std::vector<std::pair<int, int>>{} | foldByKey(0, plus) | collect()).empty());
}

TEST_CASE("foldByKey: values that are views, folded into text") {
  const std::vector<std::pair<std::string_view, std::string_view>> records{{"a", "x"}, {"a", "y"}, {"b", "z"}};
  const auto append = [](std::string text, std::string_view more) { return text.append(more); };
  CHECK(support::Sorted{}(records | foldByKey(std::string{}, append) | collect()) == std::vector<std::pair<std::string, std::string>>{{"a", "xy"}, {"b", "z"}});
}

}  // namespace
