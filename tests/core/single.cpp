// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/single.hpp>

#include <string>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"

namespace {

using namespace dstream;

static_assert(Single<int>::partitions() == 1 && Single<int>::splits(0, 1) == 1);
static_assert(std::is_same_v<Single<std::string_view>::value_type, std::string_view>);

TEST_CASE("Single: one record or none") {
  const auto add = [](int total, int x) { return total + x; };
  CHECK(Single<int>{}.fold(Slice{}, 5, add) == 5);
  CHECK(Single<int>{3}.fold(Slice{}, 5, add) == 8);
}

TEST_CASE("Single: what it holds is owned, what it shows a view of it") {
  const Single<std::string_view> single{std::string(40, 'x')};
  const auto see = [](std::string_view, std::string_view record) { return record; };
  CHECK(single.fold(Slice{}, std::string_view{}, see).data() == single.record->data());
}

}  // namespace
