// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/keys.hpp>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"

namespace {

using namespace dstream;

constexpr std::array pairs{std::pair{1, 2.5}, std::pair{3, 4.5}};
static_assert((pairs | keys() | sum()) == 4);
static_assert((pairs | values() | sum()) == 7.0);

TEST_CASE("keys, values: each as often as it occurs, in order") {
  const std::vector<std::pair<std::string, int>> records{{"to", 1}, {"be", 2}, {"to", 3}};
  support::everywhereInOrder(records, keys(), std::vector<std::string>{"to", "be", "to"});
  support::everywhereInOrder(records, values(), std::vector{1, 2, 3});
  CHECK((std::vector<std::pair<int, int>>{} | keys() | collect()).empty());
}

TEST_CASE("keys, values: of maps, of kept views, of records that only move") {
  const std::map<std::string, int> table{{"a", 1}, {"b", 2}};
  CHECK((table | keys() | collect()) == std::vector<std::string>{"a", "b"});
  const std::vector<std::pair<std::string_view, std::string_view>> views{{"key", "value"}};
  CHECK((views | reduceByKey(max) | keys() | collect()) == std::vector<std::string>{"key"});
  CHECK((views | reduceByKey(max) | values() | collect()) == std::vector<std::string>{"value"});
  const auto unique = map([](int i) { return std::pair{i, std::make_unique<int>(i)}; });
  const auto kept = std::vector{1, 2} | unique | values() | collect();
  CHECK(*kept[1] == 2);
}

}  // namespace
