// SPDX-License-Identifier: BSL-1.0
#pragma once
// The members of an aggregate, counted and looked into by asking each whether it would take something made for the question.

#include <cstddef>
#include <type_traits>
#include <utility>

namespace dstream::inline v0::detail {

struct EveryType {
  template <class>
  static constexpr bool holds = true;
};
template <template <class> class Is>
struct TypeThat {
  template <class T>
  static constexpr bool holds = Is<T>::value;
};

/// Becomes any member whose type is of that kind; not a copy of the aggregate itself.
template <class Aggregate, class Kind = EveryType>
struct SomeMember {
  template <class Member>
    requires(!std::is_same_v<std::remove_cvref_t<Member>, Aggregate>) && (Kind::template holds<Member>)
  operator Member() const {  // NOLINT: never called
    __builtin_unreachable();
  }
};

/// The same, but for a reference: that takes the second conversion, while anything else takes the first, which is nearer to what its object is.
template <class Aggregate>
struct ValueMember {
  template <class Member>
    requires(!std::is_same_v<std::remove_cvref_t<Member>, Aggregate>)
  operator Member() const {  // NOLINT: never called
    __builtin_unreachable();
  }
  template <class Member>
  operator Member&() const volatile = delete;
};

template <class Aggregate, std::size_t>
using MemberAt = SomeMember<Aggregate>;

template <class Aggregate, class Indices>
inline constexpr bool takes = false;
template <class Aggregate, std::size_t... Index>
inline constexpr bool takes<Aggregate, std::index_sequence<Index...>> = requires { Aggregate{MemberAt<Aggregate, Index>{}...}; };

inline constexpr std::size_t mostMembers = 64;

/// How many initialisers the aggregate takes; more than mostMembers when that is out of reach (a reference that is not const takes none of ours).
template <class Aggregate, std::size_t count = 0, bool found = false>
consteval std::size_t memberCount() {
  if constexpr (count > mostMembers) {
    return count;
  } else if constexpr (takes<Aggregate, std::make_index_sequence<count>>) {
    return memberCount<Aggregate, count + 1, true>();
  } else if constexpr (found) {
    return count - 1;
  } else {
    return memberCount<Aggregate, count + 1, false>();
  }
}

template <class Aggregate, template <class> class Is, class Before>
inline constexpr bool memberBehindIs = true;
template <class Aggregate, template <class> class Is, std::size_t... Index>
inline constexpr bool memberBehindIs<Aggregate, Is, std::index_sequence<Index...>> =
    requires { Aggregate{MemberAt<Aggregate, Index>{}..., SomeMember<Aggregate, TypeThat<Is>>{}}; };

template <class Aggregate, template <class> class Is, class Indices>
inline constexpr bool noneOfThemIs = false;
template <class Aggregate, template <class> class Is, std::size_t... Index>
inline constexpr bool noneOfThemIs<Aggregate, Is, std::index_sequence<Index...>> =
    (!memberBehindIs<Aggregate, Is, std::make_index_sequence<Index>> && ...);

/// No member's type is of that kind, as far as its initialiser tells. At most mostMembers of them.
template <class Aggregate, template <class> class Is>
inline constexpr bool noMemberIs = noneOfThemIs<Aggregate, Is, std::make_index_sequence<memberCount<Aggregate>()>>;

template <class Aggregate, class Indices>
inline constexpr bool takesValues = false;
template <class Aggregate, std::size_t, class Value = ValueMember<Aggregate>>
using ValueAt = Value;
template <class Aggregate, std::size_t... Index>
inline constexpr bool takesValues<Aggregate, std::index_sequence<Index...>> = requires { Aggregate{ValueAt<Aggregate, Index>{}...}; };

/// A member may be a reference: nothing can be assigned then, nor to one that is const, which is why those are asked.
template <class Aggregate>
inline constexpr bool mayRefer = !std::is_move_assignable_v<Aggregate> && !takesValues<Aggregate, std::make_index_sequence<memberCount<Aggregate>()>>;

}  // namespace dstream::inline v0::detail
