// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/operator_info.hpp>

#include <string_view>

#include <dstream/core.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

struct Silent {};
struct Keyed {
  static constexpr OperatorInfo info{"keyed", Role::Shuffle};
  std::size_t partitions;
};
struct Lasting {
  static constexpr OperatorInfo info{"lasting", Role::State};
  constexpr void describe(OperatorInfo& into) const { into.timeout = idle; }
  std::int64_t idle;
};
struct AfterKeyed {
  static constexpr OperatorInfo info{"afterKeyed", Role::State};
  using Before = Keyed;
  std::size_t partitions;
};

struct Other {
  int info;
};

static_assert(std::string_view(detail::infoOf<Silent>(Role::Fused).name) == "operator");
static_assert(std::string_view(detail::infoOf<Other>(Role::Fused).name) == "operator", "a member of the same name is the user's own");
static_assert(detail::infoOf<Silent>(Role::Fused).role == Role::Fused);
static_assert(detail::infoOf<Keyed>(Role::Fused).role == Role::Shuffle);
static_assert(detail::infoOf(Keyed{3}, Role::Fused).partitions == 3);
static_assert(detail::infoOf(Lasting{5}, Role::Fused).timeout == 5);
static_assert(detail::infoOf(AfterKeyed{3}, Role::Fused).partitions == 0, "they are those of what comes before");

static_assert(std::string_view(detail::scanOf<SplitWords>) == "splitWords");
static_assert(std::string_view(detail::scanOf<SplitAt>) == "split");
static_assert(detail::scanOf<Plus> == nullptr);

template <bool first, bool second>
constexpr std::string_view joinName = detail::infoOf<detail::JoinOp<first, second>>(Role::Wide).name;

TEST_CASE("operator_info: the four joins are one operator with four names") {
  CHECK(joinName<false, false> == "join");
  CHECK(joinName<false, true> == "leftOuterJoin");
  CHECK(joinName<true, false> == "rightOuterJoin");
  CHECK(joinName<true, true> == "fullOuterJoin");
}

}  // namespace
