// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/aggregate.hpp>

#include <memory>
#include <string>
#include <type_traits>

#include "support/catch.hpp"

// Not unnamed: of types without linkage Clang says that a probe's conversion is never defined.
namespace aggregate_cases {

using dstream::detail::mayRefer;
using dstream::detail::memberCount;
using dstream::detail::mostMembers;
using dstream::detail::noMemberIs;

struct None {};
struct Two {
  int number;
  std::string text;
};
struct Nested {
  Two two;
  std::unique_ptr<int> pointer;
  int* raw;
};
struct Named {
  std::string& name;
};
struct ReadOnly {
  const std::string& name;
  int count;
};
struct Fixed {
  const std::string name;
  const int count;
};
struct Table {
  int values[3];
  bool filled;
};

template <class T>
struct IsPointer : std::is_pointer<T> {};
template <class T>
struct IsText : std::is_same<T, std::string> {};

TEST_CASE("aggregate: members are counted, those of an array one by one; a reference is out of reach") {
  STATIC_REQUIRE(memberCount<None>() == 0);
  STATIC_REQUIRE(memberCount<Two>() == 2);
  STATIC_REQUIRE(memberCount<Nested>() == 3);
  STATIC_REQUIRE(memberCount<Table>() == 4);
  STATIC_REQUIRE(memberCount<Named>() > mostMembers);
}

TEST_CASE("aggregate: a reference is told from a member that is const") {
  STATIC_REQUIRE(mayRefer<ReadOnly>);
  STATIC_REQUIRE_FALSE(mayRefer<Fixed>);
  STATIC_REQUIRE_FALSE(mayRefer<Nested>);
  STATIC_REQUIRE_FALSE(mayRefer<None>);
}

TEST_CASE("aggregate: each member is asked what it is, not what its own members are") {
  STATIC_REQUIRE(noMemberIs<Two, IsPointer>);
  STATIC_REQUIRE_FALSE(noMemberIs<Two, IsText>);
  STATIC_REQUIRE_FALSE(noMemberIs<Nested, IsPointer>);
  STATIC_REQUIRE(noMemberIs<Nested, IsText>);
  STATIC_REQUIRE(noMemberIs<None, IsText>);
}

}  // namespace aggregate_cases
