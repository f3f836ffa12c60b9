// SPDX-License-Identifier: BSL-1.0
#pragma once
// recordBytes: how much memory a record takes, estimated from its type's shape.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <dstream/core/aggregate.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/members.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/variant.hpp>

namespace dstream::inline v0 {

/// **meaning** `of(record)`: the bytes that a record holds outside of itself. Known by shape: text and vectors (their capacity), other containers
/// (each element and two pointers), optionals, smart pointers, pairs, tuples, arrays and variants of such, and structs: aggregates of up to 16 members,
/// none of them a union or an array as in C, and no base. What a struct shares by a shared pointer is not counted, since nothing tells whose it is.
/// Everything else holds nothing, as far as can be seen: specialise it for your own. **cost** a look at each element that may hold something itself.
template <class T>
struct HeldBytes;

/// sizeof, and what the record holds.
template <class T>
[[nodiscard]] std::size_t recordBytes(const T& record) {
  return sizeof(T) + HeldBytes<T>::of(record);
}

namespace detail {

template <class T>
concept Contiguous = Container<T> && requires(const T& container) {
  container.capacity();
  container.data();
};
template <class T>
concept Product = requires { std::tuple_size<T>::value; };
template <class T>
concept Optional = requires(const T& optional) {
  optional.has_value();
  *optional;
};
template <class T>
concept SharedPointer = SmartPointer<T> && requires(const T& pointer) { pointer.use_count(); };

/// Points at what can be looked at: not at void, nor at what is only declared here.
template <class T>
concept Followed = SmartPointer<T> && !std::is_void_v<typename T::element_type> && requires { sizeof(typename T::element_type); } && requires(const T& pointer) { *pointer; };

template <class T>
struct InBases {
  template <class Member>
  struct Is : std::is_base_of<Member, T> {};
};
/// Between the two begins an array as in C: memberCount has counted its elements, and where some of them stand in braces those behind are too many.
template <class T, class Before, class Behind>
inline constexpr bool isArrayBetween = false;
template <class T, std::size_t... Before, std::size_t... Behind>
inline constexpr bool isArrayBetween<T, std::index_sequence<Before...>, std::index_sequence<Behind...>> =
    requires { T{MemberAt<T, Before>{}..., {SomeMember<T>{}, SomeMember<T>{}}}; } &&
    !requires { T{MemberAt<T, Before>{}..., {SomeMember<T>{}, SomeMember<T>{}}, MemberAt<T, Behind>{}...}; };
template <class T, std::size_t... Index>
consteval bool noArrayAmong(std::index_sequence<Index...>) {
  return (!isArrayBetween<T, std::make_index_sequence<Index>, std::make_index_sequence<sizeof...(Index) - 1 - Index>> && ...);
}
/// A struct that withMembers can take apart: of others it would not compile.
template <class T>
concept Struct = !Container<T> && !Optional<T> && !SmartPointer<T> && !Product<T> && HasMembers<T> && noMemberIs<T, std::is_union> &&
                 noMemberIs<T, InBases<T>::template Is> && noArrayAmong<T>(std::make_index_sequence<memberCount<T>()>{});

/// Has structs in it, which alone can point back at what points at them.
template <class T>
consteval bool leadsToStruct();
template <class... Each>
inline constexpr bool oneLeadsToStruct = (leadsToStruct<std::remove_cvref_t<Each>>() || ...);
template <template <class...> class Variant, class... Each>
consteval bool alternativesLeadToStruct(const Variant<Each...>*) {
  return oneLeadsToStruct<Each...>;
}
template <class T, std::size_t... Index>
consteval bool membersLeadToStruct(std::index_sequence<Index...>) {
  return oneLeadsToStruct<std::tuple_element_t<Index, T>...>;
}
template <class T>
consteval bool leadsToStruct() {
  if constexpr (!requires { sizeof(T); }) {
    return false;
  } else if constexpr (Container<T>) {
    return leadsToStruct<std::remove_cv_t<typename T::value_type>>();
  } else if constexpr (Optional<T>) {
    return leadsToStruct<std::remove_cvref_t<decltype(*std::declval<const T&>())>>();
  } else if constexpr (Followed<T>) {
    return leadsToStruct<std::remove_cv_t<typename T::element_type>>();
  } else if constexpr (Product<T>) {
    return membersLeadToStruct<T>(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (isVariant<T>) {
    return alternativesLeadToStruct(static_cast<const T*>(nullptr));
  } else {
    return !std::is_trivially_copyable_v<T> && Struct<T>;
  }
}

}  // namespace detail

template <class T>
struct HeldBytes {
  static constexpr bool byShape = true;  // what a specialisation does not say

  static std::size_t of(const T& record) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      return 0;
    } else if constexpr (detail::Contiguous<T>) {
      return ofBuffer(record) + ofElements(record);
    } else if constexpr (detail::Container<T>) {
      return record.size() * (sizeof(typename T::value_type) + 2 * sizeof(void*)) + ofElements(record);
    } else if constexpr (detail::Optional<T>) {
      return record.has_value() ? HeldBytes<std::remove_cvref_t<decltype(*record)>>::of(*record) : 0;
    } else if constexpr (detail::Followed<T>) {
      using Held = std::remove_cv_t<typename T::element_type>;
      if constexpr (detail::SharedPointer<T> && requires { HeldBytes<Held>::byShape; } && detail::leadsToStruct<Held>()) {
        return record ? sizeof(Held) : 0;  // structs that point at each other have no end
      } else {
        return record ? recordBytes(*record) : 0;
      }
    } else if constexpr (detail::Product<T> && requires { record.begin(); }) {
      return ofElements(record);
    } else if constexpr (detail::Product<T>) {
      return ofMembers(record, std::make_index_sequence<std::tuple_size_v<T>>{});
    } else if constexpr (detail::isVariant<T>) {
      return ofAlternative(record);
    } else if constexpr (detail::Struct<T>) {
      return detail::withMembers(record, [](const auto&... members) { return (std::size_t{0} + ... + ofMember(members)); });
    } else {
      return 0;
    }
  }

 private:
  /// Nothing for a short text, which lies within its string.
  static std::size_t ofBuffer(const T& container) {
    const auto address = [](const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); };
    const bool inside = address(container.data()) - address(&container) < sizeof(T);
    return inside ? 0 : container.capacity() * sizeof(typename T::value_type);
  }
  static std::size_t ofElements(const T& container) {
    using Element = typename T::value_type;
    std::size_t bytes = 0;
    if constexpr (!std::is_trivially_copyable_v<Element>)
      for (const Element& element : container) bytes += HeldBytes<Element>::of(element);
    return bytes;
  }
  template <std::size_t... Index>
  static std::size_t ofMembers(const T& product, std::index_sequence<Index...>) {
    using std::get;
    return (std::size_t{0} + ... + HeldBytes<std::remove_cvref_t<decltype(get<Index>(product))>>::of(get<Index>(product)));
  }
  template <template <class...> class Variant, class... Each>
  static std::size_t ofAlternative(const Variant<Each...>& variant) {
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      return (std::size_t{0} + ... + ofPointed(get_if<Index>(&variant)));
    }(std::index_sequence_for<Each...>{});
  }
  template <class Alternative>
  static std::size_t ofPointed(const Alternative* alternative) {
    return alternative == nullptr ? 0 : HeldBytes<Alternative>::of(*alternative);
  }
  template <class Member>
  static std::size_t ofMember(const Member& member) {
    if constexpr (detail::SharedPointer<Member>) {
      return 0;
    } else {
      return HeldBytes<Member>::of(member);
    }
  }
};

}  // namespace dstream::inline v0
