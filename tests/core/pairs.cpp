// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/pairs.hpp>

#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace {

using namespace dstream;

static_assert(KeyValue<std::pair<int, int>> && KeyValue<const std::tuple<int, std::string>&> && KeyValue<std::array<int, 2>>);
static_assert(!KeyValue<int> && !KeyValue<std::string> && !KeyValue<std::tuple<int>>);
static_assert(std::is_same_v<detail::KeyOf<const std::pair<const std::string&, int>&>, std::string>);
static_assert(std::is_same_v<detail::KeyRecord<const std::pair<std::string, int>&>, const std::string&>);
static_assert(std::is_same_v<detail::ValueRecord<std::pair<int, std::string>>, std::string&&>);

static_assert(std::is_same_v<detail::Passed<const std::string&>, const std::string&>);
static_assert(std::is_same_v<detail::Passed<std::string&&>, std::string>);
static_assert(std::is_same_v<detail::Passed<std::string>, std::string>);
static_assert(std::is_same_v<detail::Passed<const int&>, int>);
static_assert(std::is_same_v<detail::Passed<const std::string_view&>, std::string_view>);

}  // namespace
