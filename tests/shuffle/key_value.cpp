// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/key_value.hpp>

#include <array>
#include <range/v3/utility/common_tuple.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;

struct Pairlike {
  int first;
  int second;
};

static_assert(KeyValue<std::pair<int, int>>);
static_assert(KeyValue<const std::pair<std::string, int>&>);
static_assert(KeyValue<std::pair<const std::string, int>>);
static_assert(KeyValue<std::tuple<int, int>>);
static_assert(KeyValue<std::array<int, 2>>);
static_assert(KeyValue<ranges::common_pair<const std::string&, const int&>>);
static_assert(!KeyValue<std::tuple<int, int, int>>);
static_assert(!KeyValue<std::tuple<int>>);
static_assert(!KeyValue<std::string>);
static_assert(!KeyValue<int> && !KeyValue<Pairlike> && !KeyValue<std::vector<int>>);

static_assert(std::is_same_v<detail::KeyOf<const std::pair<const std::string, int>&>, std::string>);
static_assert(
    std::is_same_v<detail::ValueOf<ranges::common_pair<const std::string&, const int&>>, int>);

TEST_CASE("member: of an lvalue a reference, of an rvalue to be moved from") {
  std::pair<std::string, int> pair{std::string(40, 'k'), 1};
  const auto& constant = pair;
  static_assert(std::is_same_v<decltype(detail::member<0>(pair)), std::string&>);
  static_assert(std::is_same_v<decltype(detail::member<0>(constant)), const std::string&>);
  static_assert(std::is_same_v<decltype(detail::member<0>(std::move(pair))), std::string&&>);
  CHECK(&detail::member<0>(pair) == &pair.first);
  CHECK(detail::member<1>(std::tuple{1, 2}) == 2);
  CHECK(detail::member<1>(std::array{1, 2}) == 2);
}

}  // namespace
