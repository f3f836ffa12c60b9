// SPDX-License-Identifier: BSL-1.0
#pragma once
// Owned<T>: what is kept of a record past its step. Views become owners by themselves; what may dangle unseen is refused.

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// **meaning** how a record of type T is kept. `type` is what is stored, `view` what the next loop is given of it;
/// `own(record)` makes the stored form, `look(stored)` the view. The primary template is a type of unknown ownership: refused wherever
/// something is kept. Specialise it for your own type; where T owns all it refers to, `struct Owned<T> : KeptAsIs<T> {}` is enough.
template <class T>
struct Owned {
  static constexpr bool refused = true;
};

/// **meaning** the Owned of a type that can be kept unchanged.
template <class T>
struct KeptAsIs {
  static constexpr bool refused = false;
  using type = T;
  using view = const T&;
  template <class Record>
  DSTREAM_INLINE static constexpr type own(Record&& record) {
    return static_cast<type>(std::forward<Record>(record));
  }
  DSTREAM_INLINE static constexpr view look(const type& stored) { return stored; }
};

namespace detail {

struct Refused {
  static constexpr bool refused = true;
};

template <class T>
concept Ownable = !Owned<std::remove_cv_t<T>>::refused;

template <class T>
concept SelfOwned = Ownable<T> && std::is_same_v<typename Owned<std::remove_cv_t<T>>::type, std::remove_cv_t<T>>;

/// The same of what stays where it is: the keys of a map are const there, and kept without it.
template <class T>
inline constexpr bool ownsItself = SelfOwned<T>;
template <template <class...> class Product, class Key, class Value>
  requires(std::tuple_size<Product<const Key, Value>>::value == 2)
inline constexpr bool ownsItself<Product<const Key, Value>> = SelfOwned<Key> && SelfOwned<Value>;

// --- class types known by their shape, so that their headers need not be included -------------------------------------------

template <class T>
concept Chrono = (requires { typename T::rep; typename T::period; } && std::is_arithmetic_v<typename T::rep>) ||
                 requires { typename T::clock; typename T::duration; };

template <class T>
concept Container = requires(T& container) {
  typename T::allocator_type;
  typename T::value_type;
  container.begin();
  container.end();
};

template <class T>
concept SmartPointer = requires(const T& pointer) {
  typename T::element_type;
  { pointer.get() } -> std::same_as<typename T::element_type*>;
} && (requires { typename T::deleter_type; } || requires(const T& pointer) { pointer.use_count(); });

template <class T>
struct VariantOf : std::false_type {};
template <template <class...> class Variant, class... Alternatives>
  requires requires(const Variant<Alternatives...>& variant) { variant.valueless_by_exception(); }
struct VariantOf<Variant<Alternatives...>> : std::bool_constant<(ownsItself<Alternatives> && ...)> {};

template <class T>
concept KnownContainer = Container<T> && ownsItself<typename T::value_type>;
template <class T>
concept KnownPointer = SmartPointer<T> && ownsItself<typename T::element_type>;

// --- aggregates: looked into by asking each member whether it would take something that cannot be kept --------------------------

template <class Aggregate>
struct AnyMember {
  template <class Member>
    requires(!std::is_same_v<std::remove_cvref_t<Member>, Aggregate>)
  operator Member() const {  // NOLINT: never called
    __builtin_unreachable();
  }
};

template <class Aggregate>
struct UnkeptMember {
  template <class Member>
    requires(!std::is_same_v<std::remove_cvref_t<Member>, Aggregate>) && (!ownsItself<Member>)
  operator Member() const {  // NOLINT: never called
    __builtin_unreachable();
  }
};

template <class Aggregate, std::size_t>
using AnyAt = AnyMember<Aggregate>;

template <class Aggregate, class Indices>
inline constexpr bool takes = false;
template <class Aggregate, std::size_t... Index>
inline constexpr bool takes<Aggregate, std::index_sequence<Index...>> = requires { Aggregate{AnyAt<Aggregate, Index>{}...}; };

inline constexpr std::size_t mostMembers = 64;

/// How many initialisers the aggregate takes; more than mostMembers when that is out of reach (a reference member takes none of ours).
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

template <class Aggregate, class Before>
inline constexpr bool memberUnkept = true;
template <class Aggregate, std::size_t... Index>
inline constexpr bool memberUnkept<Aggregate, std::index_sequence<Index...>> =
    requires { Aggregate{AnyAt<Aggregate, Index>{}..., UnkeptMember<Aggregate>{}}; };

template <class Aggregate, class Indices>
inline constexpr bool allMembersKept = false;
template <class Aggregate, std::size_t... Index>
inline constexpr bool allMembersKept<Aggregate, std::index_sequence<Index...>> =
    (!memberUnkept<Aggregate, std::make_index_sequence<Index>> && ...);

template <class T>
concept KnownAggregate = std::is_class_v<T> && std::is_aggregate_v<T> && !Container<T> && (memberCount<T>() <= mostMembers) &&
                         allMembersKept<T, std::make_index_sequence<memberCount<T>()>>;

/// Refers to what it does not own, whatever its shape says: span, string_view of any kind, reference_wrapper.
template <class T>
concept RefersAway = requires(const T& t) { t.data(); t.size(); } && !Container<T> && !std::is_aggregate_v<T>;

}  // namespace detail

template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_empty_v<T> || detail::Chrono<T>
struct Owned<T> : KeptAsIs<T> {};

template <class T>
  requires(!std::is_empty_v<T>) && (!detail::Chrono<T>) && (!detail::RefersAway<T>) &&
          (detail::KnownContainer<T> || detail::KnownPointer<T> || detail::VariantOf<T>::value || detail::KnownAggregate<T>)
struct Owned<T> : KeptAsIs<T> {};

/// A literal's array decays; its characters are not what a `const char*` record owns.
template <class T>
struct Owned<T*> : detail::Refused {};
template <class T>
struct Owned<T&> : detail::Refused {};
/// Copying from a const reference is always safe: views of kept pairs have such members.
template <class T>
struct Owned<const T&> : Owned<T> {};

template <class Char, class Traits>
struct Owned<std::basic_string_view<Char, Traits>> {
  static constexpr bool refused = false;
  using type = std::basic_string<Char, Traits>;
  using view = std::basic_string_view<Char, Traits>;
  static constexpr type own(view record) { return type(record); }
  DSTREAM_INLINE static constexpr view look(const type& stored) { return stored; }
};

/// vector<string_view> and its like. The vector of a kept type is kept as it is (above).
template <class T, class Allocator>
  requires detail::Ownable<T> && (!detail::SelfOwned<T>)
struct Owned<std::vector<T, Allocator>> {
  static constexpr bool refused = false;
  using type = std::vector<typename Owned<T>::type>;
  using view = const type&;
  template <class Record>
  static constexpr type own(Record&& record) {
    if constexpr (std::is_same_v<std::remove_cvref_t<Record>, type>) {
      return std::forward<Record>(record);
    } else {
      type stored;
      stored.reserve(record.size());
      for (auto&& element : record) stored.push_back(Owned<T>::own(element));
      return stored;
    }
  }
  static constexpr view look(const type& stored) { return stored; }
};

template <class T>
  requires detail::Ownable<T>
struct Owned<std::optional<T>> {
  static constexpr bool refused = false;
  using type = std::optional<typename Owned<T>::type>;
  using view = std::conditional_t<detail::SelfOwned<T>, const type&, std::optional<std::remove_cvref_t<typename Owned<T>::view>>>;
  template <class Record>
  static constexpr type own(Record&& record) {
    if (!record) return std::nullopt;
    return Owned<T>::own(*std::forward<Record>(record));
  }
  static constexpr view look(const type& stored) {
    if constexpr (detail::SelfOwned<T>) {
      return stored;
    } else {
      if (!stored) return std::nullopt;
      return Owned<T>::look(*stored);
    }
  }
};

namespace detail {

/// What a member of a looked-at pair or tuple is: a view by value, a small value by value, anything larger by const reference.
template <class T>
using MemberView = std::conditional_t<std::is_lvalue_reference_v<typename Owned<T>::view> && sizeof(typename Owned<T>::type) <= 16 &&
                                          std::is_trivially_copyable_v<typename Owned<T>::type>,
                                      typename Owned<T>::type, typename Owned<T>::view>;

template <template <class...> class Product, class... Members>
struct OwnedProduct {
  static constexpr bool refused = false;
  static constexpr bool asIs = ((SelfOwned<Members> && !std::is_const_v<Members>) && ...);
  using type = std::conditional_t<asIs, Product<Members...>, Product<typename Owned<std::remove_cv_t<Members>>::type...>>;
  using view = std::conditional_t<asIs, const type&, Product<MemberView<std::remove_cv_t<Members>>...>>;

  template <class Record>
  static constexpr type own(Record&& record) {
    if constexpr (std::is_same_v<std::remove_cvref_t<Record>, type>) {
      return std::forward<Record>(record);
    } else {
      return ownMembers(std::forward<Record>(record), std::index_sequence_for<Members...>{});
    }
  }
  DSTREAM_INLINE static constexpr view look(const type& stored) {
    if constexpr (asIs) {
      return stored;
    } else {
      return lookMembers(stored, std::index_sequence_for<Members...>{});
    }
  }

 private:
  template <class Record, std::size_t... Index>
  static constexpr type ownMembers(Record&& record, std::index_sequence<Index...>) {
    using std::get;
    return type(Owned<std::remove_cv_t<Members>>::own(get<Index>(std::forward<Record>(record)))...);
  }
  template <std::size_t... Index>
  DSTREAM_INLINE static constexpr view lookMembers(const type& stored, std::index_sequence<Index...>) {
    using std::get;
    return view(Owned<std::remove_cv_t<Members>>::look(get<Index>(stored))...);
  }
};

}  // namespace detail

/// pair, tuple and their like, known by std::tuple_size.
template <template <class...> class Product, class... Members>
  requires(sizeof...(Members) > 0) && (std::tuple_size<Product<Members...>>::value == sizeof...(Members)) && (detail::Ownable<Members> && ...)
struct Owned<Product<Members...>> : detail::OwnedProduct<Product, Members...> {};

template <class T, std::size_t n>
  requires detail::Ownable<T> && (n > 0)
struct Owned<std::array<T, n>> {
  static constexpr bool refused = false;
  using type = std::array<typename Owned<T>::type, n>;
  using view = const type&;
  template <class Record>
  static constexpr type own(Record&& record) {
    return ownElements(std::forward<Record>(record), std::make_index_sequence<n>{});
  }
  static constexpr view look(const type& stored) { return stored; }

 private:
  template <class Record, std::size_t... Index>
  static constexpr type ownElements(Record&& record, std::index_sequence<Index...>) {
    using std::get;
    return type{Owned<T>::own(get<Index>(std::forward<Record>(record)))...};
  }
};

/// The stored form of a record, and what the next loop is given of it.
template <class Record>
using Kept = typename Owned<std::remove_cvref_t<Record>>::type;
template <class Record>
using View = typename Owned<std::remove_cvref_t<Record>>::view;

namespace detail {

/// A copy can be made: of containers, too, which say so whatever they hold.
template <class T>
inline constexpr bool canCopy = std::is_copy_constructible_v<T>;
template <class T>
  requires std::is_copy_constructible_v<T> && requires { typename T::allocator_type; } && (!std::is_same_v<typename T::value_type, T>)  // a tree
inline constexpr bool canCopy<T> = canCopy<typename T::value_type>;
template <template <class...> class Product, class... Members>
  requires(sizeof...(Members) > 0) && (std::tuple_size<Product<Members...>>::value == sizeof...(Members))
inline constexpr bool canCopy<Product<Members...>> = (canCopy<std::remove_cvref_t<Members>> && ...);

template <class Record, class T = std::remove_cvref_t<Record>>
inline constexpr bool atItsEnd = std::is_same_v<Record, T> || std::is_same_v<Record, T&&>;
/// What is kept of a record can be made of it: by a move where it is at its end, else by a copy. Of a pair and its like each member for itself.
template <class Record, class T = std::remove_cvref_t<Record>>
inline constexpr bool canOwn = !SelfOwned<T> || atItsEnd<Record> || canCopy<T>;
template <class Record, template <class...> class Product, class... Members>
  requires(sizeof...(Members) > 0) && (std::tuple_size<Product<Members...>>::value == sizeof...(Members))
inline constexpr bool canOwn<Record, Product<Members...>> =
    (canOwn<std::conditional_t<std::is_reference_v<Members> || atItsEnd<Record>, Members, const Members&>> && ...);

/// The one sentence on ownership, spoken by whatever operator would keep the record.
template <class Record>
consteval bool canKeep() {
  using T = std::remove_cvref_t<Record>;
  constexpr bool pointer = std::is_pointer_v<T>;
  static_assert(!pointer, "this operator keeps records past their step, and a pointer may outlive what it points to; "
                          "map it to an owning type such as std::string first");
  static_assert(pointer || Ownable<T>, "this operator keeps records past their step, and it cannot be seen that this type owns what it refers to; "
                                       "map it to an owning type, or specialise dstream::Owned for it");
  if constexpr (Ownable<T>) {
    constexpr bool fits = canOwn<Record> && (!SelfOwned<T> || std::is_constructible_v<T, Record>);
    static_assert(fits, "these records cannot be copied, and the pipeline may not move them; std::move the container into it, or let its operators make what can be copied");
    return fits;
  }
  return false;
}

/// A record in the form in which what is kept of it is shown, to be compared with that: a pair whose key is const is another type.
template <class T, class Record>
DSTREAM_INLINE constexpr decltype(auto) asShown(const Record& record) {
  if constexpr (std::is_same_v<std::remove_cvref_t<View<T>>, Record> || !std::is_constructible_v<View<T>, const Record&>) {
    return (record);
  } else {
    return View<T>(record);
  }
}

/// A stored record on its way into another loop: moved where the record owns itself, else looked at.
template <class T>
DSTREAM_INLINE constexpr decltype(auto) handOver(Kept<T>& stored) {
  if constexpr (SelfOwned<T>) {
    return std::move(stored);
  } else {
    return Owned<T>::look(stored);
  }
}

}  // namespace detail

}  // namespace dstream::inline v0
